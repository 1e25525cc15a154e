"""Whether the build after one comes to the same is known without making it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import example, given
from hypothesis import strategies as st
from support.crowd import allowlist_by_chance, deployed_by_chance, feed_by_chance, revised
from support.groups import in_force
from support.inputs import DAY, inputs
from support.rules import allow, ruleset, text

from rules_lib.build import Built, build, comes_again, worked_out
from rules_lib.groups.rule_group import Deployed
from rules_lib.stages.convert import fingerprint
from rules_lib.staging_record import Departure, StagingRecord, days_of

if TYPE_CHECKING:
    from rules_lib.inputs import Inputs

NEW: Final[dict[str, Any]] = {"categories": {"emerging-a": "drop"}, "staging": {"days": 7}}
USUAL: Final = {"a": 1, "b": 3, "c": 5, "d": 7}


def after(asked: Inputs, built: Built) -> Inputs:
    """What the next build finds: each group as it is to be, used by whom it was used before."""
    before = {group.name: group for group in asked.deployed.groups}
    there = (
        replace(one, pinned=old.pinned, associations=old.associations)
        if (old := before.get(one.name))
        else one
        for one in in_force(built.groups).groups
    )
    recorded = replace(built.staging, first=False)
    return replace(asked, deployed=Deployed(tuple(there)), staging=recorded)


def is_last_word(asked: Inputs) -> tuple[bool, bool]:
    """Whether it is said that the next build comes to the same, and whether it does."""
    built, workings = worked_out(asked)
    following = after(asked, built)
    again = build(following)
    same = replace(again, staging=built.staging) == built
    same = same and again.staging.says_the_same(built.staging)
    return comes_again(following, built, workings), same


def by_chance(chance: Random) -> Inputs:
    """A feed, an allowlist by which rules are staged, and what other ones have left."""
    files = feed_by_chance(chance)
    allowlist, earlier = (_staging(chance, allowlist_by_chance(chance, files)) for _ in range(2))
    sids = range(1, sum(map(len, files.values())) + 1)
    days = {sid: DAY - timedelta(days=chance.randrange(9)) for sid in sids}
    some = [sid for sid in sids if chance.random() < 0.3]
    first = build(inputs(ruleset(revised(chance, files)), earlier))
    record = StagingRecord(
        since={**first.staging.since, **days_of(days, some[::2])},
        left={sid: Departure(days[sid], 1) for sid in some[::3]},
        fired=days_of(days, some[::4]),
        first=False,
        intact=chance.random() < 0.8,
    )
    return inputs(
        ruleset(files),
        allowlist,
        deployed_by_chance(chance, first.groups) if chance.randrange(4) else None,
        staging=record if chance.randrange(3) else StagingRecord(),
        fired=days_of(days, some),
    )


def _staging(chance: Random, allowlist: Any) -> Any:
    asked = {"days": chance.choice((0, 3, 7)), "changed": chance.choice(("enforce", "stage"))}
    found = allow(default=chance.choice(("alert", "drop")), staging=asked)
    return allowlist.model_copy(update={"staging": found.staging, "default": found.default})


@given(st.integers(0, 2**32))
@example(1878)
def test_what_is_said_to_come_again_does(seed: int) -> None:
    """Whatever is in force, was recorded, and fired."""
    said, same = is_last_word(by_chance(Random(seed)))  # noqa: S311 - no secret
    assert same or not said


def test_categories_that_share_may_part_again() -> None:
    """Which of them shared before decides who comes to share first."""
    assert is_last_word(by_chance(Random(1878))) == (False, False)  # noqa: S311 - no secret


def test_usual_build_comes_again() -> None:
    """Rules are new, changed, gone, staged, off, and in shared rule groups."""
    asked = allow(**NEW, firewall={"rule_groups": 2, "headroom": 1}, rules={"off": [8]})
    files = {f"emerging-{name}": [text(at), text(at + 1)] for name, at in USUAL.items()}
    first = inputs(ruleset(files), asked)
    then = after(first, build(first))
    files["emerging-a"] = [text(2, rev=2), text(9), text(10)]
    assert is_last_word(replace(then, ruleset=ruleset(files))) == (True, True)


def test_rule_that_came_back_is_recorded_otherwise_by_the_next_build() -> None:
    """By then it is in force, and has not left."""
    gone = StagingRecord(left={2: Departure(DAY - timedelta(days=3), 1)}, first=False)
    asked = inputs(ruleset({"emerging-a": [text(1), text(2)]}), allow(**NEW), staging=gone)
    assert is_last_word(asked) == (False, False)


def test_hit_of_a_rule_that_is_new_counts_in_the_next_build() -> None:
    """By then its time is recorded."""
    files = ruleset({"emerging-a": [text(1)]})
    seen = StagingRecord(first=False)
    assert is_last_word(inputs(files, allow(**NEW), staging=seen, fired={1: DAY})) == (False, False)


def test_rule_whose_drop_is_refused_alerts_in_the_next_build() -> None:
    """It was watched while it alerted; as it is gone then, it begins anew."""
    files = ruleset({"emerging-a": [text(1), text(2)]})
    watched = after(asked := inputs(files, allow()), build(asked))
    [group] = build(replace(watched, allowlist=allow(**NEW))).groups
    words = {fingerprint(group.lines[1]): "it does not"}
    turning = replace(watched, allowlist=allow(**NEW), refusals=words)
    assert is_last_word(turning) == (False, False)
