"""What people are told although nothing failed."""

from __future__ import annotations

import pytest
from support.feeds import allowlist, rule
from support.inputs import inputs

from rules_lib.allowlist import load_allowlist
from rules_lib.build import build
from rules_lib.model import FeedFile, FeedOrigin
from rules_lib.reading.ruleset import read_rules
from rules_lib.sync.warnings import warnings_of

HOME = {"HOME_NET": ["10.0.0.0/8"]}


def warned(
    *names: str, addresses: str = "any any -> any any", **settings: object
) -> tuple[str, ...]:
    """Warnings about a feed with one rule, and a disabled one, in each category."""
    text = allowlist(**{"variables": HOME, **settings})
    read_list = load_allowlist(text, source="categories.yaml", known=("house-blend",))
    files = [
        FeedFile(name, f"{rule(sid, addresses=addresses)}\n#{rule(sid + 100)}\n".encode())
        for sid, name in enumerate(names, start=1)
    ]
    found = read_rules(files, read_list.rules.on)
    given = inputs(found, read_list)
    return warnings_of(given, build(given), "local/")


def test_all_well_is_no_warning() -> None:
    """Every category is listed, every sid is there, HOME_NET is given."""
    listed = {"emerging-malware": "drop"}
    assert warned("emerging-malware", categories=listed, rules={"drop": [1], "on": [101]}) == ()


@pytest.mark.parametrize("source", ["$HOME_NET", "[$EXTERNAL_NET,!10.0.0.1]"])
def test_home_net_that_is_left_out_is_warned_of_where_a_rule_uses_it(source: str) -> None:
    """Its default is the usual reason why rules never fire."""
    addresses = f"{source} any -> any any"
    [warning] = warned("tor", categories={"tor": "drop"}, variables={}, addresses=addresses)
    assert "HOME_NET" in warning
    assert "never fire" in warning
    assert not warned("tor", categories={"tor": "drop"}, addresses=addresses)
    assert not warned("tor", categories={"tor": "off"}, variables={}, addresses=addresses)
    assert not warned("tor", categories={"tor": "drop"}, variables={})


def test_listed_category_that_the_feed_lacks_is_warned_of() -> None:
    """Somebody relies on it."""
    [warning] = warned("tor", categories={"tor": "off", "house-blend": "drop"})
    assert "house-blend" in warning


def test_of_several_feeds_none_is_meant() -> None:
    """What no feed has is said of all of them."""
    text = allowlist(
        variables=HOME,
        categories={"house-blend": "drop", "tor": {"mode": "drop", "drop_when": {"tag": ["a"]}}},
        rules={"off": [404]},
        exceptions=[{"sid": 405, "not_from": ["10.0.0.1"], "why": "a scanner"}],
    )
    read_list = load_allowlist(text, source="categories.yaml", known=("house-blend",))
    names = ("tor", "ours-web")
    files = [
        FeedFile(name, f"{rule(number)}\n".encode(), FeedOrigin(number, name))
        for number, name in enumerate(names, start=1)
    ]
    given = inputs(read_rules(files), read_list)
    found = "\n".join(warnings_of(given, build(given), "local/"))
    assert "house-blend is in the allowlist, but none of the feeds has it" in found
    assert "rules: off: 404 is not an enabled rule of any feed or of your own files" in found
    assert "no rule of any feed has tag in its metadata" in found
    assert "405 has no effect: it is not an enabled rule of any feed or of your own" in found


def test_category_that_is_not_listed_is_warned_of_with_its_size() -> None:
    """ET added it, and the default holds until somebody has read it."""
    [warning] = warned("tor", "emerging-malware", default="off", categories={"tor": "off"})
    assert "emerging-malware" in warning
    assert "off" in warning
    assert "1 rule" in warning


def test_sid_that_no_enabled_rule_has_is_warned_of() -> None:
    """A typo in a sid changes nothing, and nobody would notice."""
    found = warned(
        "tor", categories={"tor": "alert"}, rules={"off": [404], "alert": [1], "drop": [101]}
    )
    assert ["404" in warning or "101" in warning for warning in found] == [True, True]


def test_sid_that_was_woken_is_no_warning() -> None:
    """`on:` is there for disabled rules."""
    assert warned("tor", categories={"tor": "alert"}, rules={"on": [101]}) == ()


MALWARE = "emerging-malware"


def asking(**drop_when: object) -> tuple[str, ...]:
    """Warnings about a feed of two rules with metadata, of which so much is asked."""
    text = allowlist(variables=HOME, categories={MALWARE: {"mode": "drop", "drop_when": drop_when}})
    read_list = load_allowlist(text, source="categories.yaml", known=())
    deployments = ("Perimeter", "Internal")
    lines = [
        rule(sid, f"metadata:deployment {where}, tag Some_Thing; ")
        for sid, where in enumerate(deployments, start=1)
    ]
    found = read_rules([FeedFile(MALWARE, "\n".join(lines).encode())], ())
    given = inputs(found, read_list)
    return warnings_of(given, build(given), "local/")


def test_metadata_that_rules_have_are_no_warning() -> None:
    """One rule with the value is enough; severities the reader has judged."""
    assert asking(deployment=["internal"], tag=["some-thing"], signature_severity=["Major"]) == ()


def test_key_that_no_rule_has_is_warned_of_with_the_nearest_and_what_comes_of_it() -> None:
    """No error, as a feed may begin to give it."""
    [warning] = asking(deploymnt=["Perimeter"])
    assert warning == (
        "categories: emerging-malware: drop_when: no rule of this feed has deploymnt in its "
        "metadata, so all of the category alerts (`missing: alert`); nearest: deployment"
    )
    [warning] = asking(house_key=["a"], missing={"house_key": "drop"})
    assert warning.endswith("so it keeps no rule from dropping (`missing: drop`)")


def test_value_that_no_rule_has_is_warned_of_with_the_nearest() -> None:
    """The other values of the list hold."""
    [warning] = asking(deployment=["Perimter", "Internal"])
    assert warning == (
        "categories: emerging-malware: drop_when: no rule of this feed has deployment Perimter in "
        "its metadata; nearest: Perimeter"
    )


def test_drop_that_would_be_judged_too_early_is_warned_of_where_its_sid_is_listed() -> None:
    """People asked for it by name, so they are told why it alerts."""
    allowed = load_allowlist(
        allowlist(variables=HOME, rules={"drop": [2]}, firewall={"target": "next-generation"}),
        source="categories.yaml",
        known=("tor",),
    )
    rules = rule(1, "flowbits:set,seen; noalert; "), rule(2, "flowbits:isset,seen; ")
    given = inputs(read_rules([FeedFile("tor", "\n".join(rules).encode())]), allowed)
    found = warnings_of(given, build(given), "local/")
    [warning] = [one for one in found if one.startswith("rules: drop: 2 has no effect: it alerts")]
    assert "sid 1 may set seen in the same packet" in warning
