"""Which rules are asked for, in which mode, and which of two with one sid counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from support.rules import FEEDS, allow, allowlists, ruleset, text

from rules_lib.model import Mode, Reason
from rules_lib.stages.select import Selected, select
from rules_lib.why import Why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules_lib.allowlist import Allowlist

SEVERE = {"mode": "drop", "drop_when": {"signature_severity": ["Major"], "missing": "alert"}}
WEB = "emerging-web"
RATED = "metadata:signature_severity Major; "
HARMLESS = "metadata:deployment alert_only; "


def _selected(files: Mapping[str, Sequence[str]], **settings: Any) -> Selected:
    allowlist = allow(**settings)
    return select(ruleset(files, *allowlist.rules.on).rules, allowlist)


def _mode(source: str, category: str = "emerging-web", **settings: Any) -> tuple[Mode, bool]:
    (candidate,) = _selected({category: [source]}, **settings).wanted
    return candidate.given.mode, candidate.cause.action == "drop"


@given(FEEDS, allowlists())
def test_every_rule_is_in_exactly_one_place(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """Wanted, standing by, off or discarded, each in the feed's order."""
    rules = tuple(ruleset(files, *allowlist.rules.on).rules)
    selected = select(rules, allowlist)
    parts = (
        [one.rule.place for one in selected.wanted],
        [one.rule.place for one in selected.standby],
        [one.place for one in selected.off],
        [one.rule.place for one in selected.discarded],
    )
    assert sorted(place for part in parts for place in part) == [rule.place for rule in rules]
    assert all(part == sorted(part) for part in parts)


@given(FEEDS, allowlists())
def test_no_sid_is_left_twice(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """The service refuses a group in which one comes twice."""
    selected = select(ruleset(files, *allowlist.rules.on).rules, allowlist)
    sids = [one.rule.sid for one in (*selected.wanted, *selected.standby)]
    assert None not in sids
    assert len(sids) == len(set(sids))


@given(FEEDS, allowlists())
def test_noalert_never_may_drop(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """It would block, and say nothing."""
    selected = select(ruleset(files, *allowlist.rules.on).rules, allowlist)
    for one in (*selected.wanted, *selected.standby):
        drops = one.cause.action == "drop"
        assert not (drops and (one.rule.noalert or one.given.mode is not Mode.DROP or one.setter))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"default": "drop"}, (Mode.DROP, True)),
        ({"default": "drop", "categories": {"emerging-web": "alert"}}, (Mode.ALERT, False)),
        ({"categories": {"emerging-web": "drop"}}, (Mode.DROP, True)),
        ({"default": "drop", "rules": {"alert": [1]}}, (Mode.ALERT, False)),
        ({"default": "off", "rules": {"drop": [1]}}, (Mode.DROP, True)),
        ({"default": "off", "rules": {"alert": [1]}}, (Mode.ALERT, False)),
        ({"categories": {"emerging-web": SEVERE}}, (Mode.DROP, False)),
        ({"categories": {"emerging-web": SEVERE}, "rules": {"drop": [1]}}, (Mode.DROP, True)),
    ],
)
def test_sid_wins_over_category_wins_over_default(
    settings: dict[str, Any], expected: tuple[Mode, bool]
) -> None:
    """And a sid under `drop` drops whatever its metadata."""
    assert _mode(text(1), **settings) == expected


@pytest.mark.parametrize(
    ("metadata", "may_drop"),
    [("Major", True), ("major", True), ("Minor", False), ("Unknown", False)],
)
def test_drop_when_decides_by_metadata(metadata: str, may_drop: bool) -> None:
    """A rule that fails it stays alert, in the category's mode."""
    source = text(1, f"metadata:signature_severity {metadata}; ")
    assert _mode(source, categories={"emerging-web": SEVERE}) == (Mode.DROP, may_drop)


@pytest.mark.parametrize(
    ("metadata", "may_drop"),
    [
        ("deployment alert_only", False),
        ("created_at 2020_01_01, deployment Perimeter, deployment Alert_Only , tag a", False),
        ("deployment Perimeter", True),
        ("tag alert_only, deployment alert_only_once", True),
    ],
)
def test_rule_that_is_not_meant_to_block_alerts_unless_its_sid_is_named(
    metadata: str, may_drop: bool
) -> None:
    """Emerging Threats says so of some by `deployment alert_only`."""
    source = text(1, f"metadata:{metadata}; ")
    assert _mode(source, default="drop") == (Mode.DROP, may_drop)
    assert _mode(source, default="drop", rules={"drop": [1]}) == (Mode.DROP, True)


@pytest.mark.parametrize("silence", ["noalert; ", "flowbits:noalert; ", "flowbits: noalert ; "])
def test_noalert_stays_alert_even_where_its_sid_is_named(silence: str) -> None:
    """People who name it want the flow marked, not blocked without a word."""
    assert _mode(text(1, silence), rules={"drop": [1]}) == (Mode.DROP, False)


def test_disabled_rule_is_only_woken_by_its_sid() -> None:
    """Drop mode does not enable it, nor does its sid under `drop`."""
    files = {"emerging-web": [f"#{text(1)}", f"#{text(2)}", f"# {text(3)}"]}
    assert not _selected(files, default="drop", rules={"drop": [2]}).wanted
    woken = _selected(files, default="drop", rules={"on": [1, 3], "alert": [3]}).wanted
    assert [(one.rule.sid, one.given.mode, one.cause.action == "drop") for one in woken] == [
        (1, Mode.DROP, True),
        (3, Mode.ALERT, False),
    ]


@pytest.mark.parametrize("source", [text(1), f"#{text(1)}"])
def test_rule_that_is_on_alerts_where_its_category_is_off(source: str) -> None:
    """Also once the feed itself enables it: a sid wins over its category."""
    assert _mode(source, default="off", rules={"on": [1]}) == (Mode.ALERT, False)


def test_sid_that_is_off_is_no_discard() -> None:
    """Nor does it stand by as a setter."""
    selected = _selected({"emerging-web": [text(1, "flowbits:set,a; ")]}, rules={"off": [1]})
    assert [rule.sid for rule in selected.off] == [1]
    assert not selected.standby
    assert not selected.discarded


def test_line_that_is_no_rule_goes_by_the_sid_that_can_be_read() -> None:
    """Off where that is off; asked for where that is asked for."""
    broken = ["alert tcp any any (sid:1;)", "alert tcp any any (sid:2;)", "alert tcp any any (3)"]
    selected = _selected({"emerging-web": broken}, rules={"off": [1]})
    assert [rule.sid for rule in selected.off] == [1]
    selected = _selected({"emerging-web": broken}, default="off", rules={"drop": [2]})
    assert [(one.rule.sid, one.reason) for one in selected.discarded] == [(2, Reason.UNPARSEABLE)]
    assert [rule.sid for rule in selected.off] == [1, None]


def test_rule_without_sid_is_discarded_where_it_is_wanted() -> None:
    """In an off category it is off."""
    files = {"emerging-web": ["alert tcp any any -> any any (nocase;)"]}
    assert [one.reason for one in _selected(files).discarded] == [Reason.NO_SID]
    assert len(_selected(files, default="off").off) == 1


def test_off_category_has_setters_standing_by() -> None:
    """`toggle` sets too; other rules are off."""
    bits = ("flowbits:set,a; ", "flowbits:toggle,a; ", "flowbits:isset,a; ", "flowbits:unset,a; ")
    sources = [text(sid, options) for sid, options in enumerate((*bits, ""), start=1)]
    selected = _selected({"emerging-web": sources}, default="off")
    assert [(one.rule.sid, one.given.mode, one.setter) for one in selected.standby] == [
        (1, Mode.OFF, True),
        (2, Mode.OFF, True),
    ]
    assert [rule.sid for rule in selected.off] == [3, 4, 5]


@pytest.mark.parametrize(
    ("files", "winner"),
    [
        ({"emerging-dns": [text(1, rev=2)], "emerging-web": [text(1, rev=3)]}, "emerging-web"),
        ({"emerging-dns": [text(1, rev=3)], "emerging-web": [text(1, rev=2)]}, "emerging-dns"),
        ({"emerging-dns": [text(1, rev=9)], "emerging-web": [text(1, rev=10)]}, "emerging-web"),
        ({"emerging-dns": [text(1)], "emerging-web": [text(1)]}, "emerging-dns"),
        ({"emerging-dns": [text(1, rev=9)], "local-mine": [text(1)]}, "local-mine"),
    ],
)
def test_highest_rev_wins_then_the_first_and_peoples_own_always(
    files: Mapping[str, Sequence[str]], winner: str
) -> None:
    """The others are discarded, and the detail says where the winner stands."""
    selected = _selected(files)
    assert [one.rule.category for one in selected.wanted] == [winner]
    (lost,) = selected.discarded
    assert lost.reason is Reason.DUPLICATE_SID
    assert winner in lost.detail


@pytest.mark.parametrize("settings", [{"categories": {"emerging-dns": "off"}}, {"default": "off"}])
def test_copy_that_is_off_takes_no_sid_from_one_that_is_wanted(settings: dict[str, Any]) -> None:
    """Whatever its rev: nobody asks for it, and it is no discard either."""
    files = {"emerging-dns": [text(1, rev=2)], "emerging-web": [text(1, rev=1)]}
    listed = {"emerging-web": "alert"} | settings.pop("categories", {})
    selected = _selected(files, categories=listed, **settings)
    assert [rule.category for rule in selected.off] == ["emerging-dns"]
    assert [one.rule.category for one in selected.wanted] == ["emerging-web"]
    assert not selected.discarded


@pytest.mark.parametrize(
    "settings",
    [
        {"categories": {"local-mine": "off"}},
        {"default": "off", "categories": {"emerging-web": "drop"}},
    ],
)
def test_own_file_that_is_off_leaves_the_sid_to_the_feed(settings: dict[str, Any]) -> None:
    """Off by its entry, or because the allowlist does not list it."""
    files = {"emerging-web": [text(1)], "local-mine": [text(1, rev=9)]}
    selected = _selected(files, **settings)
    assert [one.rule.category for one in selected.wanted] == ["emerging-web"]
    assert [rule.category for rule in selected.off] == ["local-mine"]


@pytest.mark.parametrize("key", ["alert", "drop", "on"])
def test_sid_that_is_named_goes_to_the_copy_whose_category_is_on(key: str) -> None:
    """The line is about the rule in force; an own file that is off does not take its place."""
    files = {"emerging-web": [text(1)], "local-mine": [text(1, rev=9)]}
    selected = _selected(files, categories={"local-mine": "off"}, rules={key: [1]})
    assert [one.rule.category for one in selected.wanted] == ["emerging-web"]
    both_off = {"local-mine": "off", "emerging-web": "off"}
    selected = _selected(files, categories=both_off, rules={key: [1]})
    assert [one.rule.category for one in selected.wanted] == ["local-mine"]


def test_setter_stands_by_once_and_never_beside_a_wanted_copy() -> None:
    """Brought in, it would give the sid two rules."""
    bit = "flowbits:set,a; "
    files = {"emerging-dns": [text(1, bit, rev=9), text(2, bit), text(2, bit, rev=2)]}
    files["emerging-web"] = [text(1)]
    selected = _selected(files, categories={"emerging-dns": "off"})
    assert [(one.rule.sid, one.rule.rev) for one in selected.standby] == [(2, 2)]
    assert [(rule.sid, rule.category) for rule in selected.off] == [
        (1, "emerging-dns"),
        (2, "emerging-dns"),
    ]


@pytest.mark.parametrize("action", ["drop", "reject", "DROP"])
@pytest.mark.parametrize("mode", ["off", "alert", "drop"])
def test_sid_under_alert_alerts_though_it_is_shipped_to_block(action: str, mode: str) -> None:
    """It is how people stop one rule from blocking; without it the rule blocks in either mode."""
    files = {"emerging-web": [text(1, head=f"{action} tcp"), text(2, head=f"{action} tcp")]}
    selected = _selected(files, categories={"emerging-web": mode}, rules={"alert": [1]})
    assert [one.cause.action for one in selected.wanted] == ["alert", ""][: len(selected.wanted)]


def test_rule_that_is_published_as_written_keeps_its_action() -> None:
    """No mode turns it, nor does its sid; but it can be switched off by it."""
    heads = ("alert tcp", "drop tcp", "pass tcp", "reject tcp")
    files = {"local-mine": [text(sid, head=head) for sid, head in enumerate(heads, start=1)]}
    named = {"drop": [1], "alert": [2, 4], "off": [3]}
    selected = _selected(files, categories={"local-mine": "as-written"}, rules=named)
    assert [(one.rule.sid, one.given.mode, one.cause.action) for one in selected.wanted] == [
        (sid, Mode.AS_WRITTEN, "") for sid in (1, 2, 4)
    ]
    assert [rule.sid for rule in selected.off] == [3]


def test_disabled_rule_is_no_duplicate() -> None:
    """Only enabled rules, and those that are woken, count."""
    files = {"emerging-dns": [f"#{text(1, rev=9)}"], "emerging-web": [text(1)]}
    assert not _selected(files).discarded
    assert len(_selected(files, rules={"on": [1]}).discarded) == 1


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("emerging-web", 1, "version >= 8"), ("emerging-web", 2, "version < 8"), "version >= 8"),
        (("emerging-web", 2, "version < 8"), ("emerging-dns", 1, "version >= 8"), "version >= 8"),
        (("emerging-web", 1, "version >= 7"), ("local-mine", 9, "feature nope"), "version >= 7"),
        (("emerging-web", 1, "version < 7"), ("emerging-web", 2, "version < 8"), "version < 8"),
        (("emerging-web", 1, "version > 7"), ("emerging-web", 2, "version >= 8"), "version >= 8"),
    ],
)
def test_copy_that_the_engine_passes_over_never_takes_the_place_of_another(
    first: tuple[str, int, str], second: tuple[str, int, str], kept: str
) -> None:
    """Feeds ship one sid twice, for two versions of the engine; people's own may be unmet too."""
    files: dict[str, list[str]] = {first[0]: [], second[0]: []}
    for category, rev, requires in (first, second):
        files[category].append(text(1, f"requires:{requires}; ", rev=rev))
    [winner] = _selected(files).wanted
    assert f"requires:{kept};" in winner.rule.text


CAUSES: Final[tuple[tuple[str, dict[str, Any], str, Why], ...]] = (
    (text(1), {}, "default", Why.ALERT_MODE),
    (text(1), {"categories": {WEB: "alert"}}, "categories", Why.ALERT_MODE),
    (text(1), {"default": "off", "rules": {"on": [1]}}, "rules.on", Why.ALERT_MODE),
    (text(1), {"categories": {WEB: "drop"}}, "categories", Why.DROP_MODE),
    (text(1), {"rules": {"drop": [1]}}, "rules.drop", Why.NAMED_TO_DROP),
    (text(1, "noalert; "), {"rules": {"drop": [1]}}, "rules.drop", Why.SILENT),
    (text(1, RATED), {"categories": {WEB: SEVERE}}, "categories", Why.DROP_WHEN_HOLDS),
    (text(1), {"categories": {WEB: SEVERE}}, "categories", Why.DROP_WHEN_FAILS),
    (text(1, HARMLESS), {"default": "drop"}, "default", Why.ALERT_ONLY),
    (text(1, head="drop tcp"), {}, "default", Why.AS_SHIPPED),
    (text(1, head="Reject tcp"), {"rules": {"alert": [1]}}, "rules.alert", Why.NAMED_TO_ALERT),
    (text(1, head="pass tcp"), {"rules": {"alert": [1]}}, "rules.alert", Why.AS_SHIPPED),
)
"""A rule, an allowlist, and what is recorded: the key that gives the mode, why the action is so."""


@pytest.mark.parametrize(("source", "settings", "key", "why"), CAUSES)
def test_what_decides_is_recorded(
    source: str, settings: dict[str, Any], key: str, why: Why
) -> None:
    """The key of the allowlist, and what gives the rule its action."""
    [candidate] = _selected({WEB: [source]}, **settings).wanted
    assert (candidate.given.key, candidate.cause.why) == (key, why)


def test_own_file_as_written_is_recorded_as_such() -> None:
    """No list of sids alters it."""
    files = {"local-mine": [text(1, head="drop tcp")]}
    written = {"categories": {"local-mine": "as-written"}, "rules": {"alert": [1]}}
    [candidate] = _selected(files, **written).wanted
    assert (candidate.given.key, candidate.cause.why) == ("categories", Why.AS_WRITTEN)


@pytest.mark.parametrize("source", ["", RATED, HARMLESS, "noalert; "])
@pytest.mark.parametrize("head", ["alert tcp", "drop tcp"])
@pytest.mark.parametrize("mode", ["alert", "drop", SEVERE])
def test_rules_share_what_is_recorded(source: str, head: str, mode: str | dict[str, Any]) -> None:
    """There are tens of thousands of rules, and a few dozen causes."""
    lines = [text(sid, source, head=head) for sid in (1, 2)]
    one, other = _selected({WEB: lines}, categories={WEB: mode}).wanted
    assert one.given is other.given
    assert one.cause is other.cause
