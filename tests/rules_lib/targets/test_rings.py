"""The rings: what each may take, over a made time with failures, holds, edits and promotions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from rules_lib.targets.rings import (
    LONGEST_WAIT,
    Cut,
    Fleet,
    TargetInForce,
    TargetWatch,
    advance,
    due,
)
from rules_lib.targets.values import Bake, NamedTarget, Targets

START: Final = datetime(2026, 11, 24, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)


def fleet_of(*rings: int, bake: int = 24) -> Targets:
    """A target in each of the rings that are named, `t0` and so on."""
    targets = tuple(
        NamedTarget(name=f"t{place}", region="eu-west-1", ring=ring)
        for place, ring in enumerate(rings)
    )
    return Targets(version=1, targets=targets, bake=Bake(hours=bake))


@dataclass
class Fleeting:
    """Targets over time: a day's clock, what each has, and what befell it.

    Attributes:
        log: target -> hour by hour: the edition in force, whether all was well at the end of the
            hour, and whether nothing happened at its beginning.
    """

    targets: Targets
    hour: int = 0
    newest: Cut = field(default_factory=Cut)
    rings: dict[int, Cut] = field(default_factory=dict)
    has: dict[str, TargetInForce] = field(default_factory=dict)
    promoted: dict[int, int] = field(default_factory=dict)
    watches: dict[str, TargetWatch] = field(default_factory=dict)
    log: dict[str, list[tuple[int, bool, bool]]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time by this clock."""
        return START + self.hour * HOUR

    def release(self, *, edited: bool = False) -> None:
        """A new edition: of another release, or of an edit."""
        number = self.newest.number + 1
        self.newest = Cut(number, f"edit {number}" if edited else self.newest.files)

    def trouble(self, name: str, *, failing: bool = False, held: bool = False) -> None:
        """Something goes wrong at a target, now."""
        has = self.has.get(name, TargetInForce())
        self.has[name] = replace(has, troubled=self.now, failing=failing, held=held)

    def fleet(self) -> Fleet:
        """What the rings go by."""
        has = {name: replace(one, watch=self.watches.get(name)) for name, one in self.has.items()}
        return Fleet(self.targets, has, self.newest, self.now, self.promoted)

    def run(self, failing: frozenset[str] = frozenset()) -> dict[int, Cut]:
        """The rings advance, and every target builds what it may; then an hour goes by."""
        before = dict(self.rings)
        self.rings = dict(advance(self.rings, self.fleet()))
        for target in self.targets.targets:
            self._build(target, fails=target.name in failing)
        for target in self.targets.targets:
            held = self.has.get(target.name, TargetInForce())
            well = not held.held and not held.failing
            calm = held.troubled != self.now
            self.log.setdefault(target.name, []).append((held.edition, well, calm))
        self.hour += 1
        return before

    def _build(self, target: NamedTarget, *, fails: bool) -> None:
        has = self.has.get(target.name, TargetInForce())
        edition = due(has.edition, self.rings.get(target.ring, Cut()))
        if has.held or not edition:
            return
        if fails:
            self.trouble(target.name, failing=True)
        else:
            since = has.since if edition == has.edition else self.now
            mended = self.now if has.failing else has.troubled
            self.has[target.name] = TargetInForce(edition, since, mended)

    def editions(self) -> list[int]:
        """What each target has in force, in the file's order."""
        return [self.has[name].edition for name in self.targets.names if name in self.has]


def test_first_ring_takes_the_newest_and_the_next_waits_a_day() -> None:
    """Then the next has it, though a newer release came meanwhile."""
    time = Fleeting(fleet_of(0, 1))
    time.release()
    time.run()
    assert time.editions() == [1]
    time.release()
    for _ in range(23):
        time.run()
    assert time.editions() == [1]
    time.run()
    assert time.editions() == [2, 1]


def test_one_ring_takes_every_release_at_once() -> None:
    """As a single stack does: nobody waits behind it."""
    time = Fleeting(fleet_of(3, 3))
    for release in range(1, 4):
        time.release()
        time.run()
        assert time.editions() == [release, release]


def test_release_each_hour_still_reaches_the_last_ring() -> None:
    """A ring keeps what bakes until the next one has it; so each moves on once a day."""
    time = Fleeting(fleet_of(0, 1, 2))
    for _ in range(24 * 6):
        time.release()
        time.run()
    first, second, third = time.editions()
    assert first >= 24 * 6 - 25
    assert first - second == second - third == 24


def test_edit_breaks_in_at_the_first_ring() -> None:
    """Whoever edits looks at what becomes of it; the bake begins anew."""
    time = Fleeting(fleet_of(0, 1))
    time.release()
    time.run()
    time.release(edited=True)
    for _ in range(24):
        time.run()
    assert time.editions() == [2]
    time.run()
    assert time.editions() == [2, 2]


def test_failure_at_the_pilot_lets_nothing_past() -> None:
    """And the pilot takes what may mend it at once."""
    time = Fleeting(fleet_of(0, 0, 1), newest=Cut(1))
    time.run()
    time.run(frozenset({"t1"}))
    for _ in range(30):
        time.run(frozenset({"t1"}))
    assert "t2" not in time.has
    time.release()
    time.run()
    assert time.editions() == [2, 2]
    assert time.fleet().baked_at(0, 2) == time.now - HOUR + timedelta(days=1)


def test_failure_that_is_over_begins_the_bake_anew() -> None:
    """A day from the attempt that went well: until then not all may have been in force."""
    time = Fleeting(fleet_of(0, 1), newest=Cut(1))
    time.run()
    for _ in range(20):
        time.run()
    time.run(frozenset({"t0"}))
    for _ in range(24):
        time.run()
    assert time.editions() == [1]
    time.run()
    assert time.editions() == [1, 1]


def test_hold_at_the_pilot_lets_nothing_past() -> None:
    """Not before a day after it was lifted."""
    time = Fleeting(fleet_of(0, 1), newest=Cut(1))
    time.run()
    time.trouble("t0", held=True)
    for _ in range(48):
        time.run()
    assert time.fleet().baked_at(0, 1) is None
    time.trouble("t0", held=False)
    for _ in range(24):
        time.run()
    assert time.editions() == [1]
    time.run()
    assert time.editions() == [1, 1]


def test_people_may_promote_before_its_time() -> None:
    """A ring, by number of the edition; an older one than it has changes nothing."""
    time = Fleeting(fleet_of(0, 1), newest=Cut(1))
    time.run()
    time.promoted[1] = 1
    time.run()
    assert time.editions() == [1, 1]
    time.release()
    time.promoted = {0: 2, 1: 2}
    time.run()
    assert time.editions() == [2, 2]
    time.promoted = {0: 1, 1: 1}
    time.run()
    assert time.editions() == [2, 2]


def test_target_never_takes_an_older_edition() -> None:
    """Moved to a ring that is behind, it keeps what it has; promoted alone, it is ahead."""
    assert due(9, Cut(5)) == 9
    assert due(3, Cut(5)) == 5
    assert due(3, Cut(5), promoted=7) == 7
    assert due(0, Cut()) == 0


def test_new_target_waits_for_what_its_ring_has() -> None:
    """And until it has that, its ring lets nothing past."""
    time = Fleeting(fleet_of(0, 1), newest=Cut(1))
    for _ in range(30):
        time.run()
    time.targets = fleet_of(0, 1, 0)
    assert not time.fleet().well(0, 1)
    time.run()
    assert time.editions() == [1, 1, 1]


def test_burst_lets_nothing_past_until_a_newer_edition_has_none() -> None:
    """The first ring takes the newest at once, as nothing bakes there; people may promote."""
    time = Fleeting(fleet_of(0, 1), newest=Cut(1))
    time.run()
    time.watches["t0"] = TargetWatch(time.now + timedelta(days=9), bursting=True)
    for _ in range(30):
        time.run()
    assert time.editions() == [1]
    time.release()
    time.run()
    assert time.editions() == [2]
    time.watches["t0"] = TargetWatch(time.now + timedelta(days=9))
    for _ in range(24):
        time.run()
    assert time.editions() == [2, 2]


def test_burst_is_no_obstacle_to_what_people_promote() -> None:
    """They have looked at it."""
    time = Fleeting(fleet_of(0, 1), newest=Cut(1))
    time.run()
    time.watches["t0"] = TargetWatch(time.now, bursting=True)
    time.promoted[1] = 1
    time.run()
    assert time.editions() == [1, 1]


def test_ring_waits_for_the_hits_of_the_bake_time_for_a_day_at_most() -> None:
    """What is not counted cannot tell of a burst; a count that is broken holds nobody for good."""
    late, broken = (Fleeting(fleet_of(0, 1), newest=Cut(1)) for _ in range(2))
    for time in (late, broken):
        time.run()
        time.watches["t0"] = TargetWatch(START + 23 * HOUR)
        for _ in range(30):
            time.run()
        assert time.editions() == [1]
        assert time.fleet().uncounted(0, 1) == ("t0",)
    late.watches["t0"] = TargetWatch(START + 24 * HOUR)
    late.run()
    assert late.editions() == [1, 1]
    for _ in range(17):
        broken.run()
    assert broken.editions() == [1]
    broken.run()
    assert broken.editions() == [1, 1]


def test_ring_that_does_not_wait_waits_for_no_hits() -> None:
    """A bake time of 0 hours asks for nothing."""
    time = Fleeting(fleet_of(0, 1, bake=0), newest=Cut(1))
    time.run()
    time.watches["t0"] = TargetWatch(START - HOUR)
    time.run()
    assert time.editions() == [1, 1]


@given(
    counted=st.lists(st.integers(-5, 80), min_size=1, max_size=80),
    bursts=st.lists(st.booleans(), min_size=1, max_size=80),
    bake=st.integers(1, 30),
)
def test_ring_never_takes_what_bursts_nor_what_is_not_counted_in_time(
    counted: list[int], bursts: list[bool], bake: int
) -> None:
    """By the watch of the hour in which it took it, whatever was seen before."""
    time = Fleeting(fleet_of(0, 1, bake=bake), newest=Cut(1))
    time.run()
    for hour in range(120):
        until = START + counted[min(hour, len(counted) - 1)] * HOUR
        watch = TargetWatch(until, bursting=bursts[min(hour, len(bursts) - 1)])
        time.watches["t0"] = watch
        baked = START + bake * HOUR
        may = not watch.bursting and time.now >= baked
        may = may and (watch.counted >= baked or time.now >= baked + LONGEST_WAIT)
        time.run()
        assert (time.rings[1].number == 1) is may
        if may:
            return


EVENTS: Final = st.lists(
    st.tuples(
        st.sampled_from(("release", "edit", "fail", "hold", "resume", "burst", "nothing")),
        st.integers(0, 3),
    ),
    min_size=5,
    max_size=60,
)


@given(
    events=EVENTS, rings=st.lists(st.integers(0, 3), min_size=4, max_size=4), bake=st.integers(1, 6)
)
def test_whatever_happens_a_ring_takes_only_what_has_baked(
    events: list[tuple[str, int]], rings: list[int], bake: int
) -> None:
    """By each target's own log: so many hours with it in force, and none of them bad."""
    time = Fleeting(fleet_of(*rings, bake=bake))
    order = time.targets.rings
    for event, place in events:
        name, failing = f"t{place}", frozenset[str]()
        match event:
            case "release" | "edit":
                time.release(edited=event == "edit")
            case "fail":
                failing = frozenset({name})
            case "hold" | "resume":
                time.trouble(name, held=event == "hold")
            case "burst":
                time.trouble(name)
        editions = {name: has.edition for name, has in time.has.items()}
        before = time.run(failing)
        assert all(was <= time.has[name].edition for name, was in editions.items())
        for at, ring in enumerate(order):
            was, now = before.get(ring, Cut()).number, time.rings[ring].number
            assert now >= was
            if at == 0 or now == was:
                continue
            for target in time.targets.in_ring(order[at - 1]):
                hours = time.log[target.name][-1 - bake : -1]
                assert len(hours) == bake
                assert all(edition == now and well for edition, well, _ in hours)
                assert all(calm for _, _, calm in hours[1:])


@given(
    every=st.integers(1, 40),
    rings=st.integers(2, 4),
    bake=st.integers(1, 30),
)
def test_without_trouble_every_ring_moves_on(every: int, rings: int, bake: int) -> None:
    """However often releases come, none is more than a bake and an hour behind the one before."""
    time = Fleeting(fleet_of(*range(rings), bake=bake))
    taken: dict[int, list[int]] = {ring: [] for ring in range(rings)}
    for hour in range(rings * (bake + every) + 4 * (bake + every)):
        if hour % every == 0:
            time.release()
        before = time.run()
        for ring, hours in taken.items():
            if time.rings[ring] != before.get(ring, Cut()):
                hours.append(hour)
    longest = bake + every + 1
    for ring, hours in taken.items():
        assert hours[0] <= ring * (bake + 1)
        assert all(later - earlier <= longest for earlier, later in pairwise(hours))
