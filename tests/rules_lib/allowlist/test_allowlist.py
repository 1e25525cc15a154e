"""The category allowlist: what a valid file says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError
from support.allowlist import read

from rules_lib.allowlist import (
    Allowlist,
    AllowlistVariables,
    CategorySetting,
    DropWhen,
    FirewallSettings,
    RuleOverrides,
    known_categories,
)
from rules_lib.facts.targets import Target
from rules_lib.model import Mode

SHIPPED = Path(__file__).parents[3] / "config" / "categories.yaml"

FULL = """\
version: 1
default: alert
categories:
  emerging-malware: drop
  emerging-exploit:
    mode: drop
    drop_when: {signature_severity: [major, CRITICAL], confidence: [High, Medium], missing: drop}
  local-mine: drop
  brand-new: off
  botcc.portgrouped: alert
rules: {off: [2013504], alert: [2024897], drop: [2035052], on: [2100498, 2035052]}
variables:
  HTTP_SERVERS: $HOME_NET
  HTTP_PORTS: ["80", 8080]
firewall: {capacity: 50000, rule_groups: 12, headroom: 0.25, prefix: my-et, first_priority: 7}
max_shrink: 0.5
max_unblock: 0.2
threshold: discard
documented_unsupported: keep
"""


@pytest.mark.parametrize(
    ("value", "mode", "place"),
    [
        ("as-written", Mode.AS_WRITTEN, None),
        ("{mode: as-written, place: last}", Mode.AS_WRITTEN, "last"),
        ("{mode: as-written, place: first}", Mode.AS_WRITTEN, "first"),
        ("{mode: drop, place: last}", Mode.DROP, "last"),
        ("{mode: alert, place: last}", Mode.ALERT, "last"),
    ],
)
def test_own_files_may_stand_as_written_and_last(value: str, mode: Mode, place: str | None) -> None:
    """Only they: what a feed ships has no place of its own."""
    setting = read(f"version: 1\ncategories: {{local-mine: {value}}}").setting_of("local-mine")
    assert (setting.mode, setting.place) == (mode, place)


def test_every_key_of_a_full_file_is_read() -> None:
    """One file with each key there is comes out as the value that one would write by hand."""
    assert read(FULL) == Allowlist(
        version=1,
        default=Mode.ALERT,
        categories={
            "emerging-malware": CategorySetting(mode=Mode.DROP),
            "emerging-exploit": CategorySetting(
                mode=Mode.DROP,
                drop_when=DropWhen(
                    signature_severity=frozenset({"Major", "Critical"}),
                    confidence=frozenset({"High", "Medium"}),
                    missing={"": Mode.DROP},
                ),
            ),
            "local-mine": CategorySetting(mode=Mode.DROP),
            "brand-new": CategorySetting(mode=Mode.OFF),
            "botcc.portgrouped": CategorySetting(mode=Mode.ALERT),
        },
        rules=RuleOverrides(
            off=frozenset({2013504}),
            alert=frozenset({2024897}),
            drop=frozenset({2035052}),
            on=frozenset({2100498, 2035052}),
        ),
        variables=AllowlistVariables(
            written={"HTTP_SERVERS": "$HOME_NET"}, declared={"HTTP_PORTS": ("80", "8080")}
        ),
        firewall=FirewallSettings(
            capacity=50_000, rule_groups=12, headroom=0.25, prefix="my-et", first_priority=7
        ),
        max_shrink=0.5,
        max_unblock=0.2,
        threshold="discard",
        documented_unsupported="keep",
    )


def test_smallest_file_has_every_default() -> None:
    """`version: 1` alone is valid: all off, with the limits of one policy."""
    allowlist = read("version: 1")
    assert allowlist == Allowlist(version=1)
    assert allowlist.default is Mode.OFF
    assert (allowlist.max_shrink, allowlist.threshold) == (0.3, "keep")
    assert allowlist.documented_unsupported == "discard"
    assert allowlist.max_unblock == 0.3
    assert allowlist.firewall == FirewallSettings(
        capacity=30_000, rule_groups=20, headroom=0.1, prefix="et", first_priority=1_000
    )


@pytest.mark.parametrize(
    ("keys", "capacity", "in_policy"),
    [
        ("target: next-generation", 50_000, 50_000),
        ("target: next-generation, capacity: 20000", 20_000, 50_000),
        ("target: next-generation, capacity: 60000", 60_000, 60_000),
        ("target: classic", 30_000, 30_000),
        ("headroom: 0.2", 30_000, 30_000),
    ],
)
def test_the_budget_is_what_a_policy_of_the_target_takes(
    keys: str, capacity: int, in_policy: int
) -> None:
    """50,000 rules in the IPS engine, 30,000 in a classic policy; the file's own number wins."""
    firewall = read(f"version: 1\nfirewall: {{{keys}}}").firewall
    assert (firewall.capacity, firewall.in_policy) == (capacity, in_policy)


def test_the_priorities_of_a_next_generation_policy_never_run_out() -> None:
    """Its rule groups have none, so that no first one is too late."""
    firewall = read(
        "version: 1\nfirewall: {target: next-generation, first_priority: 65530}"
    ).firewall
    assert firewall.target is Target.NEXT_GENERATION


def test_shipped_file_is_valid_with_our_own_list_alone() -> None:
    """The file that we ship must not need a feed to be understood."""
    allowlist = read(SHIPPED.read_bytes())
    assert set(allowlist.categories) <= known_categories()
    assert allowlist.variables.written["AIM_SERVERS"] == "$EXTERNAL_NET"


def test_categories_keep_the_order_of_the_file() -> None:
    """The order is the precedence when the budget runs out."""
    names = ["tor", "emerging-malware", "botcc", "emerging-dns"]
    text = "".join(f"  {name}: alert\n" for name in names)
    assert list(read(f"version: 1\ncategories:\n{text}").categories) == names


def test_bare_off_and_on_are_words_not_booleans() -> None:
    """YAML 1.1 reads both as booleans, as values and as keys."""
    allowlist = read("version: 1\ndefault: off\ncategories: {tor: off}\nrules: {off: [1], on: [2]}")
    assert allowlist.default is Mode.OFF
    assert allowlist.categories["tor"].mode is Mode.OFF
    assert allowlist.rules == RuleOverrides(off=frozenset({1}), on=frozenset({2}))


def test_quoted_words_and_numbers_mean_the_same() -> None:
    """Quotes are a matter of taste, not of meaning."""
    quoted = '"version": "1"\n"default": "off"\n"rules": {"off": ["1"]}\nmax_shrink: "0.3"'
    assert read(quoted) == read("version: 1\ndefault: off\nrules: {off: [1]}")


@pytest.mark.parametrize("key", ["categories", "rules", "variables", "firewall"])
def test_section_left_empty_is_as_if_left_out(key: str) -> None:
    """A section whose entries are all commented out stays valid."""
    assert read(f"version: 1\n{key}:\n  # nothing yet\n") == read("version: 1")


def test_byte_order_mark_is_no_part_of_the_first_key() -> None:
    """Some editors write one."""
    assert read(b"\xef\xbb\xbfversion: 1\n") == read("\ufeffversion: 1") == read("version: 1")


def test_woken_sid_may_be_given_its_mode() -> None:
    """`on` goes together with `alert` and with `drop`."""
    rules = read("version: 1\nrules: {on: [1, 2], alert: [1], drop: [2]}").rules
    assert rules == RuleOverrides(on=frozenset({1, 2}), alert=frozenset({1}), drop=frozenset({2}))


def test_setting_of_a_category_not_listed_is_the_default() -> None:
    """What the file does not name has the default's mode and no condition."""
    allowlist = read(FULL)
    assert allowlist.setting_of("emerging-malware") == CategorySetting(mode=Mode.DROP)
    assert allowlist.setting_of("emerging-dns") == CategorySetting(mode=Mode.ALERT)


def test_listed_unlisted_and_gone_compare_the_file_with_a_feed() -> None:
    """A category may be new in the feed, or gone from it."""
    allowlist = read("version: 1\ncategories: {tor: drop, emerging-dns: alert, botcc: off}")
    feed = ["emerging-worm", "emerging-dns", "3coresec"]
    assert allowlist.lists("tor")
    assert not allowlist.lists("emerging-worm")
    assert allowlist.unlisted(feed) == ("emerging-worm", "3coresec")
    assert allowlist.gone(iter(feed)) == ("tor", "botcc")


def test_allowlist_cannot_be_changed_in_place() -> None:
    """It travels through every stage."""
    with pytest.raises(ValidationError, match="frozen"):
        read(FULL).default = Mode.DROP  # type: ignore[misc]  # that is what must fail


def test_drop_when_may_ask_for_any_key_with_a_word_for_each_that_is_missing() -> None:
    """What ET's metadata have, the day of the last update, and words that must not be in msg."""
    asked = read(
        "version: 1\ncategories:\n  tor:\n    mode: drop\n    drop_when:\n"
        "      deployment: [Perimeter, Internal]\n      confidence: [high]\n"
        "      updated_after: 2019-01-31\n      not_msg: [Possible, Likely Hostile]\n"
        "      missing: {confidence: drop, updated_after: alert}\n"
    ).setting_of("tor")
    drop_when = asked.drop_when
    assert drop_when is not None
    assert drop_when.values == {"confidence": {"High"}, "deployment": {"Perimeter", "Internal"}}
    assert drop_when.updated_after == date(2019, 1, 31)
    assert drop_when.not_msg == frozenset({"Possible", "Likely Hostile"})
    words = [drop_when.without(key) for key in ("confidence", "updated_after", "deployment")]
    assert words == [Mode.DROP, Mode.ALERT, Mode.ALERT]


@pytest.mark.parametrize(("given", "word"), [("drop", Mode.DROP), ("alert", Mode.ALERT)])
def test_one_word_for_what_is_missing_holds_for_every_key(given: str, word: Mode) -> None:
    """As does `alert` where nothing is said."""
    line = f"{{deployment: [Perimeter], confidence: [High], missing: {given}}}"
    found = read(f"version: 1\ncategories: {{tor: {{mode: drop, drop_when: {line}}}}}")
    drop_when = found.setting_of("tor").drop_when
    assert drop_when is not None
    assert {drop_when.without(key) for key in ("deployment", "confidence")} == {word}


def test_our_list_of_categories_has_names_and_no_comments() -> None:
    """One name a line, the names of the feed's files."""
    names = known_categories()
    assert {"emerging-malware", "botcc.portgrouped", "threatview_CS_c2", "drop"} <= names
    assert not any(set("# \n") & set(name) or name.endswith(".rules") for name in names)
