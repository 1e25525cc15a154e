"""All stages in order: each enabled rule has one fate, and the same input gives the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from support.groups import in_force
from support.inputs import inputs
from support.releases import COMPOSITE, shipped_from
from support.rules import FEEDS, allow, allowlists, ruleset, text

from rules_lib.allowlist import Allowlist
from rules_lib.build import Built, build
from rules_lib.facts.targets import Target
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.model import AnyRule, Change, Mode, Reason, Rule
from rules_lib.stages.convert import fingerprint
from rules_lib.stages.late import too_early
from rules_lib.stages.meetings import Meetings
from rules_lib.ties import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]


def _built(files: Mapping[str, Sequence[str]], **settings: Any) -> Built:
    allowlist = allow(**settings)
    return build(inputs(ruleset(files, *allowlist.rules.on), allowlist))


def _build(files: Mapping[str, Sequence[str]], allowlist: Allowlist) -> Built:
    return build(inputs(ruleset(files, *allowlist.rules.on), allowlist))


def _is_accounted_for(built: Built, rules: Sequence[AnyRule]) -> bool:
    """Whether each enabled rule has exactly one fate, and nothing else has one."""
    places = Counter(rule.rule.place for rule in built.kept)
    places.update(discard.rule.place for discard in built.discarded)
    places.update(rule.place for rule in built.off)
    numbers = (len(built.kept), len(built.discarded), len(built.off))
    return built.enabled == sum(numbers) and places == Counter(rule.place for rule in rules)


def _may_be_drop(rule: Rule) -> bool:
    return rule.header.action.lower() == "drop" or not rule.noalert


@given(FEEDS, allowlists())
def test_every_enabled_rule_has_one_fate(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Kept, discarded or off; what is discarded or off stands in the feed's order."""
    rules = tuple(ruleset(files, *allowlist.rules.on).rules)
    built = _build(files, allowlist)
    assert _is_accounted_for(built, rules)
    for part in ([one.rule.place for one in built.discarded], [one.place for one in built.off]):
        assert part == sorted(part)
    assert all(discard.detail for discard in built.discarded)


@given(FEEDS, allowlists())
def test_same_input_gives_the_same_bytes(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """And beside what it made itself, again."""
    once = _build(files, allowlist)
    assert repr(_build(files, allowlist)) == repr(once)
    deployed = in_force(once.groups)
    rules = ruleset(files, *allowlist.rules.on)
    again = build(inputs(rules, allowlist, deployed))
    assert repr(again) == repr(once)


def test_no_hash_seed_shows_in_the_bytes() -> None:
    """Sets of Python have another order in each process."""
    command = [sys.executable, "-m", "support.hash_seed"]
    seen = {
        subprocess.run(  # noqa: S603 - our own code
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(seen) == 1


@given(FEEDS, allowlists())
def test_no_rule_drops_that_must_not(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """None with noalert, no setter that was brought in, no sid that is to alert."""
    for rule in _build(files, allowlist).kept:
        turned = Change.ALERT_TO_DROP in rule.changes
        assert rule.action != "drop" or _may_be_drop(rule.rule)
        assert turned is (rule.action == "drop" and rule.rule.header.action != "drop")
        if turned:
            assert not rule.rule.noalert
            assert not rule.setter
            assert rule.mode is Mode.DROP
            assert rule.sid not in allowlist.rules.alert


@given(FEEDS, allowlists())
def test_disabled_rules_stay_disabled(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Whatever the mode, but for the sids under `on`."""
    enabled = {rule.sid for rule in ruleset(files).rules} | allowlist.rules.on
    built = _build(files, allowlist)
    assert {rule.sid for rule in built.kept} <= enabled
    assert {rule.sid for rule in built.kept}.isdisjoint(allowlist.rules.off)


@given(FEEDS, allowlists())
def test_setter_stands_in_the_group_of_its_checkers(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """A mark is named in one group only, and each that a rule needs is set in it."""
    home = dict[Mark, str]()
    for group in _build(files, allowlist).groups:
        ties = [tie for rule in group.rules for tie in rule.rule.ties]
        assert all(home.setdefault(m, group.name) == group.name for t in ties for m in t.marks)
        settable = {mark for tie in ties if tie.sets for mark in tie.marks}
        for tie in ties:
            if tie.needs:
                assert settable.intersection(tie.marks)


def test_refused_rule_is_discarded_and_so_is_what_needs_it() -> None:
    """A checker whose only setter the service refuses can never fire."""
    files = {"emerging-web": [text(1, "flowbits:set,a; "), text(2, "flowbits:isset,a; "), text(3)]}
    refusals = {fingerprint(text(1, "flowbits:set,a; ")): "no"}
    built = build(inputs(ruleset(files), allow(), refusals=refusals))
    assert [(one.rule.sid, one.reason) for one in built.discarded] == [
        (1, Reason.REJECTED_BY_SERVICE),
        (2, Reason.FLOWBIT_NEVER_SET),
    ]
    assert [rule.sid for rule in built.kept] == [3]


def test_standby_setter_that_cannot_be_published_is_off() -> None:
    """Nobody asked for it, so it is no discard; its checker is one."""
    files = {
        "emerging-dns": [text(1, "flowbits:set,a; dataset:isset,x; ")],
        "emerging-web": [text(2, "flowbits:isset,a; ")],
    }
    built = _built(files, categories={"emerging-dns": "off"})
    assert [rule.sid for rule in built.off] == [1]
    assert [one.reason for one in built.discarded] == [Reason.FLOWBIT_NEVER_SET]


def test_missing_variables_are_counted_by_name() -> None:
    """How many rules a value for each would bring back, most first; others do not count."""
    files = {
        "emerging-web": [
            text(1, ends="$A any -> any any"),
            text(2, ends="$A any -> $B any"),
            text(3, ends="any $HOME_NET -> any any"),
        ]
    }
    assert list(_built(files).missing_variables.items()) == [("A", 2), ("B", 1)]


def test_discard_names_what_would_bring_it_back() -> None:
    """A bare name for a variable, `@` before one of a reference set; where no value helps, none."""
    files = {
        "emerging-web": [
            text(1, ends="$B any -> [$A,@C] any"),
            text(2, ends="$HOME_NET any -> any $B"),
            text(3, ends="any $HOME_NET -> any any"),
            text(4, "lua:x; "),
        ]
    }
    assert [one.missing for one in _built(files).discarded] == [("@C", "A", "B"), ("B",), (), ()]


def test_duplicate_has_what_became_of_the_rule_that_counts() -> None:
    """Only where that one is discarded too, so that none is in force."""
    files = {"local-mine": [text(1, "lua:x; "), text(2)], "emerging-web": [text(1), text(2)]}
    counts, lost, beaten = _built(files).discarded
    assert (counts.reason, counts.winner) == (Reason.UNSUPPORTED_KEYWORD, None)
    assert (lost.reason, lost.winner) == (Reason.DUPLICATE_SID, counts)
    assert (beaten.reason, beaten.winner) == (Reason.DUPLICATE_SID, None)


@pytest.mark.feeds
def test_real_release_through_the_shipped_allowlist(releases: Path) -> None:
    """Nothing vanishes, nothing is over the budget, and no noalert rule drops."""
    asked, built = shipped_from(releases / COMPOSITE)
    assert _is_accounted_for(built, tuple(asked.ruleset.rules))
    assert built.enabled == 38_651
    assert Reason.OVER_BUDGET not in {discard.reason for discard in built.discarded}
    assert all(_may_be_drop(rule.rule) for rule in built.kept if rule.action == "drop")
    record = replace(built.staging, first=False)
    with without_cyclic_gc():
        again = build(replace(asked, deployed=in_force(built.groups), staging=record))
    assert again.groups == built.groups


SETS, ASKS = "flowbits:set,a; noalert; ", "flowbits:isset,a; "
NEXT: dict[str, Any] = {"default": "drop", "firewall": {"target": "next-generation"}}


def test_what_the_service_refuses_of_an_adapted_text_is_settled_as_for_any_other() -> None:
    """The rule is discarded for its text as an alert, and for what it was before just as well."""
    files = {"emerging-web": [text(1, SETS), text(2, ASKS), text(3)]}
    refusals = {fingerprint(text(2, ASKS)): "no", fingerprint(text(2, ASKS, head="drop tcp")): "!"}
    kept = build(inputs(ruleset(files), allow(**NEXT)))
    assert {rule.sid: rule.action for rule in kept.kept} == {1: "alert", 2: "alert", 3: "drop"}
    only_alert = {fingerprint(text(2, ASKS)): "no"}
    built = build(inputs(ruleset(files), allow(**NEXT), refusals=only_alert))
    assert [(one.rule.sid, one.detail) for one in built.discarded] == [(2, "no")]
    as_drop = build(inputs(ruleset(files), allow(**NEXT), refusals=refusals))
    assert [(one.rule.sid, one.detail) for one in as_drop.discarded] == [(2, "!")]


def test_rules_that_are_late_for_a_refused_one_drop_after_all() -> None:
    """What sets their mark is gone, so the rest is adapted anew."""
    chain = "flowbits:isset,a; flowbits:set,b; "
    files = {
        "emerging-web": [
            text(1, SETS),
            text(2, chain),
            text(3, "flowbits:set,b; "),
            text(4, "flowbits:isset,b; "),
        ]
    }
    actions = {rule.sid: rule.action for rule in build(inputs(ruleset(files), allow(**NEXT))).kept}
    assert actions == {1: "alert", 2: "alert", 3: "drop", 4: "alert"}
    refusals = {fingerprint(text(2, chain)): "no"}
    built = build(inputs(ruleset(files), allow(**NEXT), refusals=refusals))
    assert {rule.sid: rule.action for rule in built.kept} == {1: "alert", 3: "drop", 4: "drop"}


def test_adapted_text_that_is_still_to_be_judged_waits() -> None:
    """The text in force stays if it alerts; one that drops does not stay."""
    files = {"emerging-web": [text(1, SETS), text(2, ASKS)]}
    asked = fingerprint(text(2, ASKS))
    older = text(2, "flowbits:isset,a; nocase; ")
    built = build(inputs(ruleset(files), allow(**NEXT), waiting={asked: older}))
    assert {rule.sid: rule.text for rule in built.kept}[2] == older
    blocking = older.replace("alert", "drop", 1)
    gone = build(inputs(ruleset(files), allow(**NEXT), waiting={asked: blocking}))
    assert [(one.rule.sid, one.reason) for one in gone.discarded] == [(2, Reason.NOT_YET_PROVEN)]


def test_setter_that_waits_and_would_drop_is_late_while_its_alert_stays_in_force() -> None:
    """What is published counts, not what is asked for."""
    sets = "flowbits:set,a; "
    files = {"emerging-web": [text(1, sets), text(2, ASKS)]}
    waiting = {fingerprint(text(1, sets, head="drop tcp")): text(1, sets)}
    built = build(inputs(ruleset(files), allow(**NEXT), waiting=waiting))
    assert {rule.sid: rule.action for rule in built.kept} == {1: "alert", 2: "alert"}


@given(FEEDS, allowlists())
def test_policy_that_judges_by_action_has_no_drop_before_its_setter(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """And everything else is as in strict order: which rules are kept, and what the others say.

    But that it may have room for more, and that own rules keep their priority as it is written.
    """
    firewall = allowlist.firewall.model_copy(update={"target": Target.NEXT_GENERATION})
    strict = _build(files, allowlist)
    built = _build(files, allowlist.model_copy(update={"firewall": firewall}))
    kept = {rule.sid: rule for rule in built.kept}
    over = {one.rule.sid for one in strict.discarded if one.reason is Reason.OVER_BUDGET}
    assert kept.keys() - over == {rule.sid for rule in strict.kept}
    for before in strict.kept:
        rule = kept[before.sid]
        own = rule.given.mode is Mode.AS_WRITTEN and Change.PRIORITY_REMOVED in before.changes
        if not own and not {Change.LATE_SETTER, Change.PRIORITY_WRITTEN} & {*rule.changes}:
            assert rule.text == before.text
    meetings = Meetings.of(built.kept, allowlist.variables)
    ours = {rule.sid for rule in built.kept if rule.given.mode is Mode.AS_WRITTEN}
    assert too_early(built.kept, meetings).keys() <= ours
