"""What each target may take now: the bucket is read, the rings advance, and that is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import EDITION, edition_key
from rules_lib.errors import ContendedError
from rules_lib.fleet.editions import cut_edition, is_withdrawn, manifests_in
from rules_lib.fleet.watch import watch_targets
from rules_lib.state.edition import Edition, number_of
from rules_lib.state.hold import Hold
from rules_lib.state.ring_state import Promoted, RingsFile, RingState
from rules_lib.state.standing import TargetStanding, in_force_of
from rules_lib.targets.rings import NO_EDITION, Cut, Fleet, advance, due

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.fleet.watch import Watched
    from rules_lib.targets.values import NamedTarget, Targets

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Right:
    """What a target may take.

    Attributes:
        target: whose right it is.
        edition: id of the edition; empty: none yet.
        withdrawn: somebody deleted it, or a feed of it, so it cannot be taken any more.
    """

    target: NamedTarget
    edition: str = ""
    withdrawn: bool = False

    @property
    def may_build(self) -> bool:
        """Whether there is anything to build."""
        return bool(self.edition) and not self.withdrawn


@dataclass(frozen=True, slots=True)
class Rights:
    """What all targets may take.

    Attributes:
        targets: as people name them.
        newest: the newest edition; None where there is no feed yet.
        rings: what each ring may take.
        standings: name -> what a target has.
        each: in the file's order.
        fleet: what the rings went by; None where there is no feed yet.
        watched: name -> what alert logs say of a target for whose edition a ring waits.
    """

    targets: Targets
    newest: Edition | None
    rings: RingsFile
    standings: Mapping[str, TargetStanding]
    each: tuple[Right, ...]
    fleet: Fleet | None = None
    watched: Mapping[str, Watched] = field(default_factory=dict)

    def cut_of(self, ring: int) -> Cut:
        """The edition that the targets of a ring may take."""
        state = self.rings.rings.get(ring)
        return state.cut if state else Cut()

    def of(self, name: str) -> Right:
        """The right of a target that the file has."""
        return next(right for right in self.each if right.target.name == name)


def renew_rights(root: Store, targets: Targets, now: datetime) -> Rights:
    """Cut an edition where anything has changed, let the rings advance, and keep what they have.

    Args:
        root: the whole bucket.
        targets: as people name them.
        now: UTC.

    Raises:
        StoreError: the bucket cannot be read or written.
        ContendedError: others keep doing the same.
    """
    for _ in range(_ATTEMPTS):
        newest = cut_edition(root, now)
        seen = RingsFile.see(root)
        before = seen.file or RingsFile()
        rights = _rights(root, targets, newest, before, now)
        if rights.rings == before or rights.rings.put_over(root, seen.etag):
            return rights
    raise ContendedError("somebody else keeps changing what rings may take; run it again")


def read_rights(root: Store, targets: Targets, now: datetime) -> Rights:
    """What each target might take if a run began now, by what the bucket has; nothing is written.

    An edit since the last run is in no edition yet, so it is not seen.

    Raises:
        StoreError: the bucket cannot be read.
    """
    before = RingsFile.find(root) or RingsFile()
    return _rights(root, targets, Edition.find(root), before, now)


def target_standings(root: Store, names: Iterable[str]) -> dict[str, TargetStanding]:
    """What each of some targets has; a hold counts from the moment at which it is set.

    Raises:
        StoreError: the bucket cannot be read.
    """
    return {name: _standing(TargetStore(root, name)) for name in names}


def _standing(store: Store) -> TargetStanding:
    standing, hold = TargetStanding.find(store) or TargetStanding(), Hold.find(store)
    return standing.model_copy(update={"held": hold.build if hold else ""})


def _rights(
    root: Store, targets: Targets, newest: Edition | None, before: RingsFile, now: datetime
) -> Rights:
    standings = target_standings(root, targets.names)
    if newest is None:
        each = tuple(Right(target) for target in targets.targets)
        return Rights(targets, None, before, standings, each)
    promoted, can_be_had = Promoted.find(root) or Promoted(), _Had(root, newest)
    offered = [state.edition for state in before.rings.values()]
    numbers = {ring: state.cut.number for ring, state in before.rings.items()}
    watched = watch_targets(root, targets, standings, numbers, now)
    in_force = in_force_of(standings)
    in_force |= {
        name: replace(in_force[name], watch=found.watch) for name, found in watched.items()
    }
    fleet = Fleet(
        targets=targets,
        in_force=in_force,
        newest=Cut(newest.number, newest.files),
        now=now,
        promoted={ring: number_of(edition) for ring, edition in promoted.rings.items()},
        gone=frozenset(number_of(one) for one in offered if not can_be_had(one)),
    )
    after = advance({ring: state.cut for ring, state in before.rings.items()}, fleet)
    ids = _ids(newest, before, standings.values(), promoted)
    rings = _kept(before, after, ids, fleet)

    def right(target: NamedTarget) -> Right:
        number = due(
            number_of(standings[target.name].edition),
            after.get(target.ring, Cut()),
            number_of(promoted.targets.get(target.name, "")),
        )
        edition = ids.get(number, "")
        return Right(target, edition, bool(edition) and not can_be_had(edition))

    each = tuple(map(right, targets.targets))
    return Rights(targets, newest, rings, standings, each, fleet, watched)


class _Had:
    """Whether an edition can still be had: each is looked at once."""

    def __init__(self, root: Store, newest: Edition) -> None:
        self._root = root
        self._there = manifests_in(root)
        self._known: dict[str, bool] = {newest.id: not is_withdrawn(newest, self._there)}

    def __call__(self, edition: str) -> bool:
        if edition not in self._known:
            found = Edition.find(self._root, edition_key(edition, EDITION))
            self._known[edition] = found is not None and not is_withdrawn(found, self._there)
        return self._known[edition]


def _ids(
    newest: Edition, before: RingsFile, standings: Iterable[TargetStanding], promoted: Promoted
) -> dict[int, str]:
    """Number -> id of every edition that anybody may have."""
    known = (
        *(state.edition for state in before.rings.values()),
        *(standing.edition for standing in standings),
        *promoted.rings.values(),
        *promoted.targets.values(),
        newest.id,
    )
    return {number_of(edition): edition for edition in known if number_of(edition)}


def _kept(
    before: RingsFile, after: Mapping[int, Cut], ids: Mapping[int, str], fleet: Fleet
) -> RingsFile:
    """The rings as they are stored: one that has what it had has it since then."""
    rings = dict(before.rings)
    for ring, cut in after.items():
        if cut.number and (ring not in rings or rings[ring].cut.number != cut.number):
            rings[ring] = RingState(
                edition=ids[cut.number],
                files=cut.files,
                since=fleet.now.isoformat(),
                uncounted=_uncounted(ring, cut, fleet),
            )
    return RingsFile(rings=rings)


def _uncounted(ring: int, cut: Cut, fleet: Fleet) -> tuple[str, ...]:
    """The targets for whose hits a ring waited in vain; what people promote waits for none."""
    before = [one for one in fleet.targets.rings if one < ring]
    if not before or fleet.promoted.get(ring, NO_EDITION) >= cut.number:
        return ()
    return fleet.uncounted(before[-1], cut.number)
