"""What takes effect of a plan of which only some groups could be written."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.groups import as_deployed, group

from rules_lib.deploy.effect import effect
from rules_lib.deploy.plan import plan
from rules_lib.deploy.steps import Delete, Replace, Step
from rules_lib.groups.content import by_sid
from rules_lib.groups.rule_group import Deployed, Group


def steps(before: list[Group], after: list[Group]) -> tuple[Step, ...]:
    """The plan from groups in force to others."""
    return plan(after, Deployed(tuple(as_deployed(one, associations=1) for one in before))).steps


def again(name: str, *sids: int) -> Group:
    """The group that replaces the one of this name."""
    return replace(group(name, *sids), name=f"{name}-b")


ONE, TWO = group("et-one", 1, 2), group("et-two", 3, 4)


def test_whole_plan_takes_effect_where_all_is_written() -> None:
    """Nothing must stay."""
    found = effect(steps([ONE, TWO], [again("et-one", 1, 2, 3)]), ["et-one-b"])
    assert (found.taking, dict(found.needed)) == (frozenset({"et-one-b"}), {})


def test_groups_that_exchange_rules_wait_for_each_other() -> None:
    """Rule 2 goes from one to two: alone, neither of the new ones may be used."""
    planned = steps([ONE, TWO], [again("et-one", 1), again("et-two", 2, 3, 4)])
    assert effect(planned, ["et-one-b"]).taking == frozenset()
    assert effect(planned, ["et-two-b"]).taking == frozenset()
    assert effect(planned, ["et-one-b"]).needed == {"et-one-b": 2, "et-two-b": 2}


def test_group_that_has_no_part_in_it_does_not_wait() -> None:
    """It takes effect at once."""
    third = group("et-three", 7)
    planned = steps([ONE, TWO, third], [again("et-one", 1), TWO, again("et-three", 7, 8)])
    assert "et-three-b" in effect(planned, ["et-two", "et-three-b"]).taking


def test_new_group_waits_while_its_rules_are_in_force_elsewhere() -> None:
    """A category was to leave a shared group, which could not be replaced."""
    planned = steps([ONE], [again("et-one", 1), group("et-two", 2)])
    assert effect(planned, ["et-two"]).taking == frozenset()


def test_group_that_was_to_go_stays_while_it_is_needed() -> None:
    """A category was to join a shared group, which could not be replaced."""
    planned = steps([ONE, TWO], [again("et-one", 1, 2, 3)])
    found = effect(planned, [])
    assert found.needed == {"et-one-b": 2, "et-two": 1}


def test_group_that_was_to_go_takes_others_with_it() -> None:
    """Rule 4 came into a new group: it would be in force twice."""
    planned = steps([ONE, TWO], [again("et-one", 1, 2, 3), group("et-three", 4)])
    found = effect(planned, ["et-three"])
    assert found.taking == frozenset()
    assert "et-two" in found.needed


SIDS = st.dictionaries(st.sampled_from("abcd"), st.sets(st.integers(1, 8), min_size=1), min_size=1)


def apart(found: dict[str, set[int]]) -> dict[str, set[int]]:
    """The same with each sid in one group only."""
    seen: set[int] = set()
    left = {}
    for name, sids in found.items():
        left[name], seen = sids - seen, seen | sids
    return {name: sids for name, sids in left.items() if sids}


@given(SIDS.map(apart), SIDS.map(apart), st.sets(st.sampled_from("abcd")))
def test_no_rule_is_lost_or_twice_whatever_fails(
    before: dict[str, set[int]], after: dict[str, set[int]], failed: set[str]
) -> None:
    """Every group in force is replaced, so that each may take effect or not."""
    old = [group(f"et-{name}", *sorted(sids)) for name, sids in before.items()]
    new = [
        again(f"et-{name}", *sorted(sids)) if name in before else group(f"et-{name}", *sorted(sids))
        for name, sids in after.items()
    ]
    planned = steps(old, new)
    written = {one.name for one in new if one.slot.category not in failed}
    found = effect(planned, written)
    assert found.taking <= written
    in_force: list[int] = []
    for step in planned:
        if step.group and step.name in found.taking:
            in_force += [rule.sid for rule in step.group.rules]
        elif isinstance(step, Replace) or (isinstance(step, Delete) and step.name in found.needed):
            in_force += by_sid(step.deployed.text)
    assert len(in_force) == len(set(in_force))
    were = {sid for sids in before.values() for sid in sids}
    wanted = {sid for sids in after.values() for sid in sids}
    assert were & wanted <= set(in_force)
    if not failed.intersection(after):
        assert set(in_force) == wanted
