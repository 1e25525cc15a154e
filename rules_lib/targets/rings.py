"""Which edition the targets of each ring may take: a pure function of what every target has.

An *edition* is what a build is made from at one time: the feeds' releases, the allowlists and
people's own rules. The first ring takes the newest. Each ring after it takes what all targets of
the ring before have had in force for the bake time, without a failure, a rollback, a hold or a
burst of drops since.

Releases come faster than they bake. So a ring keeps an edition that bakes well until the ring
behind it was let have it, and takes the newest of all then; else a daily release would never get
past the first ring. Two things break in, as nothing is lost by it: an edit of people's files, which
they watch, and an edition that does not bake well anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rules_lib.targets.values import NamedTarget, Targets

NO_EDITION: Final = 0
"""Editions are numbered from 1, so that of two the later one is known."""

LONGEST_WAIT: Final = timedelta(days=1)
"""For so long after its bake time an edition waits for hits to be counted: a count that is broken
must not hold a fleet for good."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An edition, as far as the rings go by it.

    Attributes:
        number: counts editions.
        files: identifies people's files in it.
    """

    number: int = NO_EDITION
    files: str = ""


@dataclass(frozen=True, slots=True)
class TargetWatch:
    """What alert logs say of a target's edition.

    Attributes:
        counted: up to when its hits are counted; UTC.
        bursting: rules that came with it block much that is ordinary.
    """

    counted: datetime
    bursting: bool = False


@dataclass(frozen=True, slots=True)
class TargetInForce:
    """What a target has, as far as the rings go by it.

    Attributes:
        edition: number of the one in force.
        since: when it was applied; None where none was.
        troubled: when something went wrong last, or came right again; None where nothing did.
        failing: the last attempt failed.
        held: a rollback, or somebody, holds it.
        watch: what alert logs say; None where they are not counted, or nobody waits for it.
    """

    edition: int = NO_EDITION
    since: datetime | None = None
    troubled: datetime | None = None
    failing: bool = False
    held: bool = False
    watch: TargetWatch | None = None

    def bakes(self, edition: int) -> bool:
        """Whether an edition is in force here, and all is well."""
        well = not (self.failing or self.held or (self.watch and self.watch.bursting))
        return well and self.edition == edition != NO_EDITION

    def well_since(self) -> datetime | None:
        """Since when its edition has been in force without trouble."""
        if self.since is None or self.troubled is None:
            return self.since
        return max(self.since, self.troubled)


_NOTHING: Final = TargetInForce()


@dataclass(frozen=True, slots=True)
class Fleet:
    """All that the rings go by.

    Attributes:
        targets: as people name them.
        in_force: name -> what a target has; one without an entry has nothing yet.
        newest: the newest edition.
        now: UTC.
        promoted: ring -> edition that people let it have before its time.
        gone: editions that cannot be had any more, as somebody deleted them or a feed of them.
    """

    targets: Targets
    in_force: Mapping[str, TargetInForce]
    newest: Cut
    now: datetime
    promoted: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    gone: frozenset[int] = frozenset()

    def well(self, ring: int, edition: int) -> bool:
        """Whether all targets of a ring have an edition in force, and all is well with them."""
        return all(self._has(one).bakes(edition) for one in self.targets.in_ring(ring))

    def baked_at(self, ring: int, edition: int) -> datetime | None:
        """When an edition will have baked in a ring, if nothing happens; None: not as things are.

        Args:
            ring: has a target.
            edition: its number.
        """
        if not self.well(ring, edition):
            return None
        since = (self._has(one).well_since() for one in self.targets.in_ring(ring))
        return max(filter(None, since)) + timedelta(hours=self.targets.bake.hours)

    def baked(self, ring: int, edition: int) -> bool:
        """Whether a ring has had an edition in force for long enough, as far as hits tell too."""
        ready = self.baked_at(ring, edition)
        if ready is None or ready > self.now:
            return False
        return not self.uncounted(ring, edition) or ready + LONGEST_WAIT <= self.now

    def uncounted(self, ring: int, edition: int) -> tuple[str, ...]:
        """The targets of a ring whose hits of the bake time are not all counted, by their names.

        Nobody waits for hits where nobody waits at all, by a bake time of 0 hours.
        """
        ready = self.baked_at(ring, edition)
        if ready is None or not self.targets.bake.hours:
            return ()
        found = ((one.name, self._has(one).watch) for one in self.targets.in_ring(ring))
        return tuple(name for name, watch in found if watch and watch.counted < ready)

    def _has(self, target: NamedTarget) -> TargetInForce:
        return self.in_force.get(target.name, _NOTHING)


Rings = Mapping[int, Cut]
"""Ring -> the edition that its targets may take."""


def advance(rings: Rings, fleet: Fleet) -> Rings:
    """Which edition each ring may take now; it is never older than the one that it might before.

    Args:
        rings: as they were; a ring without an entry was let have none yet.
        fleet: what everybody has.
    """
    order, after = fleet.targets.rings, dict(rings)
    for place in reversed(range(len(order))):  # so that a ring is free as soon as the next has it
        ring = order[place]
        behind = order[place + 1] if place + 1 < len(order) else None
        has = after.get(ring, Cut())
        offered = _offered(order[place - 1], after, fleet) if place else fleet.newest
        edited = not place and offered.files != has.files
        if offered.number > has.number and (edited or not _keeps(ring, behind, after, fleet)):
            after[ring] = offered
        asked = fleet.promoted.get(ring, NO_EDITION)
        after[ring] = _promoted(after.get(ring, Cut()), asked, (fleet.newest, *after.values()))
    return after


def _offered(before: int, rings: Rings, fleet: Fleet) -> Cut:
    """What the ring before has baked; none where it has not."""
    has = rings.get(before, Cut())
    ready = has.number not in fleet.gone and fleet.baked(before, has.number)
    return has if ready else Cut()


def _keeps(ring: int, behind: int | None, rings: Rings, fleet: Fleet) -> bool:
    """Whether a ring keeps what it has, as that bakes well for the ring behind it."""
    has = rings.get(ring, Cut()).number
    waited_for = behind is not None and rings.get(behind, Cut()).number < has
    return waited_for and has not in fleet.gone and fleet.well(ring, has)


def _promoted(has: Cut, asked: int, known: tuple[Cut, ...]) -> Cut:
    """What people let a ring have, where it is newer than what it has."""
    if asked <= has.number:
        return has
    return next((cut for cut in known if cut.number == asked), Cut(asked))


def due(has: int, ring: Cut, promoted: int = NO_EDITION) -> int:
    """The edition that a target is to have: never an older one than it has.

    Args:
        has: the edition in force there.
        ring: what its ring may take.
        promoted: what people let this target have.
    """
    return max(has, ring.number, promoted)
