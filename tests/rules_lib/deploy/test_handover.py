"""Rules that move from or to groups which cannot be replaced, on the embedded AWS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.firewall import client, use
from support.groups import group
from support.snapshot import sids_of, texts

from localaws import EmbeddedAws, Fault, embedded_aws
from rules_lib.aws.firewall import Firewall
from rules_lib.deploy.apply import apply
from rules_lib.deploy.outcome import Applied
from rules_lib.deploy.plan import plan
from rules_lib.groups.rule_group import Group


@dataclass(slots=True)
class Scene:
    """A policy of ours, and another that uses some of our groups.

    Attributes:
        wanted: sids that the next sync brings into force or leaves there.
        lost: after which write which of them were missing that had been there.
    """

    wanted: frozenset[int] = frozenset()
    lost: list[tuple[str, list[int]]] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    _held: set[int] = field(default_factory=set)

    def sync(self, *desired: Group) -> Applied:
        """Plan for what is deployed now, and apply that; look after each write."""
        self.wanted = frozenset(rule.sid for one in desired for rule in one.rules)
        self._held = sids_of("live").keys() & self.wanted
        calling = client()
        calling.meta.events.register("after-call.network-firewall.*", self._look)
        wall = Firewall(calling, "et", ("live",))
        by_place = [replace(one, priority=place) for place, one in enumerate(desired, start=1)]
        return apply(plan(by_place, wall.deployed()), wall)

    def _look(self, model: object, **_: object) -> None:
        call = str(model).partition("name=")[2].rstrip(")")
        found = sids_of("live").keys()
        if not call.startswith(("Describe", "List")):
            self.writes.append(call)
        if missing := self._held - found:
            self.lost.append((call, sorted(missing)))
        self._held = found & self.wanted


def again(name: str, *sids: int) -> Group:
    """The group that replaces the one of this name."""
    return replace(group(name, *sids), name=f"{name}-b")


ONE, TWO = group("et-one", 1, 2), group("et-two", 3, 4)


@pytest.fixture(name="scene")
def _scene(aws: EmbeddedAws) -> Scene:  # noqa: ARG001 - it runs
    """Give a policy with two groups, of which another policy uses the first."""
    found = Scene()
    found.sync(ONE, TWO)
    use("et-one")
    found.writes.clear()
    return found


def test_group_lets_go_of_a_rule_once_the_other_is_attached(scene: Scene) -> None:
    """The other one is replaced; nothing new comes into this one, so it is written once."""
    applied = scene.sync(group("et-one", 2), again("et-two", 1, 3, 4))
    assert (applied.failures, scene.lost) == ((), [])
    assert scene.writes == [
        *("CreateRuleGroup", "UpdateFirewallPolicy", "UpdateRuleGroup", "DeleteRuleGroup")
    ]
    assert texts()["et-one"] == group("et-one", 2).text


def test_what_is_new_in_such_a_group_does_not_wait(scene: Scene) -> None:
    """It is written twice: first with both."""
    applied = scene.sync(group("et-one", 2, 9), again("et-two", 1, 3, 4))
    assert (applied.failures, scene.lost) == ((), [])
    assert scene.writes.count("UpdateRuleGroup") == 2
    assert texts()["et-one"] == group("et-one", 2, 9).text


def test_groups_that_both_stay_exchange_rules_through_both(scene: Scene) -> None:
    """Each holds the union for a while."""
    use_too("et-two")
    applied = scene.sync(group("et-one", 2, 3), group("et-two", 1, 4))
    assert (applied.failures, scene.lost) == ((), [])
    assert texts()["et-two"] == group("et-two", 1, 4).text


@pytest.mark.usefixtures("aws")
def test_full_group_is_written_after_what_takes_from_it() -> None:
    """It cannot hold the union, and the other two can."""
    found = Scene()
    found.sync(replace(ONE, capacity=2), TWO)
    use("et-one", "et-two")
    full = replace(group("et-one", 2, 3), capacity=2)
    assert found.sync(full, group("et-two", 1, 4)).failures == ()
    assert found.lost == []


@pytest.mark.usefixtures("aws")
def test_full_group_takes_from_one_that_goes_before_what_is_new() -> None:
    """It has room for what it gives and what it takes once the new rule waits."""
    found = Scene()
    found.sync(replace(group("et-one", 1, 2), capacity=3), TWO, group("et-gone", 5))
    use("et-one")
    full = replace(group("et-one", 2, 5, 9), capacity=3)
    assert found.sync(full, again("et-two", 1, 3, 4)).failures == ()
    assert found.lost == []
    assert texts()["et-one"] == full.text


@pytest.mark.usefixtures("aws")
def test_group_without_room_is_written_before_one_goes_from_which_it_takes() -> None:
    """What it gives away is missing until the policy is switched, and nothing else ever is."""
    found = Scene()
    found.sync(replace(ONE, capacity=2), TWO, group("et-gone", 5))
    use("et-one")
    full = replace(group("et-one", 2, 5), capacity=2)
    assert found.sync(full, again("et-two", 1, 3, 4)).failures == ()
    assert found.lost == [("UpdateRuleGroup", [1])]
    assert texts()["et-one"] == full.text


def test_group_keeps_a_rule_that_did_not_arrive(scene: Scene, aws: EmbeddedAws) -> None:
    """It says why, and the next sync ends it."""
    aws.inject(Fault("CreateRuleGroup", "InternalServerError", resource="et-two-b"))
    after = (group("et-one", 2, 9), again("et-two", 1, 3, 4))
    applied = scene.sync(*after)
    assert [one.name for one in applied.failures] == ["et-two-b", "et-one"]
    assert applied.failures[1].cause == (
        "1 of its rules belong in et-two-b, not in force as desired; the next sync tries again"
    )
    assert applied.done == ()
    assert texts()["et-one"] == group("et-one", 2, 9, 1).text
    assert scene.sync(*after).failures == ()
    assert scene.lost == []
    assert texts()["et-one"] == after[0].text


def test_group_keeps_a_rule_while_a_policy_cannot_be_switched(
    scene: Scene, aws: EmbeddedAws
) -> None:
    """The new group is there, and in force nowhere."""
    aws.inject(Fault("UpdateFirewallPolicy", "InternalServerError", resource="live"))
    applied = scene.sync(group("et-one", 2), again("et-two", 1, 3, 4))
    assert {one.name for one in applied.failures} == {"live", "et-one"}
    assert scene.lost == []
    assert texts()["et-one"] == ONE.text


def use_too(name: str) -> None:
    """Have the policy that is not ours refer to another group, too."""
    client().delete_firewall_policy(FirewallPolicyName="in-use")
    use("et-one", name)


SIDS = st.dictionaries(st.sampled_from("abcd"), st.sets(st.integers(1, 8), min_size=1), min_size=1)


def apart(found: dict[str, set[int]]) -> dict[str, list[int]]:
    """The same with each sid in one group only."""
    seen: set[int] = set()
    left = {}
    for name, sids in found.items():
        left[name], seen = sorted(sids - seen), seen | sids
    return {name: sids for name, sids in left.items() if sids}


FAULTS = st.none() | st.sampled_from(
    [(call, f"et-{name}") for call in ("UpdateRuleGroup", "CreateRuleGroup") for name in "abcd"]
    + [("UpdateFirewallPolicy", "live")]
)


Sids = dict[str, list[int]]


def without_room(before: Sids, after: Sids, name: str, capacity: int) -> bool:
    """Whether a group cannot hold at once what it keeps, takes from others, and gives to others."""
    had, has = {*before[name]}, {*after.get(name, ())}
    others = {sid for other, sids in before.items() if other != name for sid in sids}
    wanted = {sid for sids in after.values() for sid in sids}
    return len((had & wanted) | (has & others)) > capacity


@given(
    SIDS.map(apart),
    SIDS.map(apart),
    st.sets(st.sampled_from("abcd"), min_size=1),
    FAULTS,
    st.sampled_from([0, 0, 1, 2, 90]),
)
def test_no_rule_is_missing_at_any_moment(
    before: Sids, after: Sids, bound: set[str], fault: tuple[str, str] | None, spare: int
) -> None:
    """Whichever groups cannot be replaced, whatever moves, and whichever call fails.

    But for what a group gives away that has no room for it beside what it takes.
    """
    rooms = {name: len(sids) + spare for name, sids in before.items() if name in bound}
    after = {name: sids[: rooms.get(name)] for name, sids in after.items()}
    with embedded_aws() as aws:
        scene = Scene()
        scene.sync(*(sized(f"et-{name}", sids, rooms.get(name)) for name, sids in before.items()))
        if rooms:
            use(*(f"et-{name}" for name in rooms))
        desired = [
            again(f"et-{name}", *sids)
            if name in before and name not in bound and sids != before[name]
            else sized(f"et-{name}", sids, rooms.get(name))
            for name, sids in after.items()
        ]
        if fault:
            aws.inject(Fault(fault[0], "InternalServerError", resource=fault[1]))
        applied = scene.sync(*desired)
        full = [name for name, room in rooms.items() if without_room(before, after, name, room)]
        given_away = {sid for name in full for sid in {*before[name]} - {*after.get(name, ())}}
        assert not [lost for _, lost in scene.lost if not given_away.issuperset(lost)]
        if not applied.failures:
            held = texts()
            assert all(held[one.name] == one.text for one in desired)
            assert sids_of("live").keys() == scene.wanted


def sized(name: str, sids: list[int], room: int | None) -> Group:
    """A group that has so much room, or plenty."""
    return replace(group(name, *sids), capacity=room or 100)
