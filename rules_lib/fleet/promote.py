"""People let a ring or a target have an edition before it has baked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from rules_lib.bucket import EDITION, edition_key
from rules_lib.errors import ContendedError, RefusedError, SettingsError
from rules_lib.fleet.editions import is_withdrawn, manifests_in
from rules_lib.fleet.rights import read_rights
from rules_lib.fleet.targets_file import target_named, targets_in
from rules_lib.state.edition import Edition, number_of
from rules_lib.state.ring_state import Promoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.fleet.rights import Rights

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Promotion:
    """What somebody is to be let have.

    Attributes:
        ring: whose targets; None where it is one target alone.
        target: its name; empty where it is a ring.
        edition: id of what it is let have.
        before: id of what it might have so far; empty: none.
    """

    ring: int | None
    target: str
    edition: str
    before: str

    @property
    def whom(self) -> str:
        """Who is let have it."""
        return f"ring {self.ring}" if self.ring is not None else self.target

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


def promotion(
    root: Store, *, ring: int | None, name: str, edition: str, now: datetime
) -> Promotion:
    """Find out what a ring or a target would be let have.

    Args:
        root: the whole bucket.
        ring: whose targets; None: the target's alone.
        name: of the target; not looked at for a ring.
        edition: id of what is asked for; empty: what the ring before has, or the newest.
        now: UTC.

    Raises:
        SettingsError: there is no such ring, target or edition.
        RefusedError: it would be no newer than what is there, or there is nothing to have.
        RulesyncError: the bucket cannot be read.
    """
    targets = targets_in(root)
    rights = read_rights(root, targets, now)
    target = None if ring is not None else target_named(root, targets, name)
    of_ring = target.ring if target else _known_ring(ring, rights)
    before = rights.of(name).edition if target else _of_ring(of_ring, rights)
    wanted = edition or _next(of_ring, rights)
    found = Promotion(ring, target.name if target else "", wanted, before)
    _refuse_useless(root, found)
    return found


def promote_now(root: Store, found: Promotion) -> None:
    """Write that somebody is let have an edition; what others were let have stays.

    Raises:
        StoreError: the bucket cannot be read or written.
        ContendedError: others keep writing the same.
    """

    def promoted(had: Promoted) -> Promoted:
        if found.ring is not None:
            return had.model_copy(update={"rings": {**had.rings, found.ring: found.edition}})
        return had.model_copy(update={"targets": {**had.targets, found.target: found.edition}})

    _change(root, promoted)


def forget_promotion(root: Store, name: str) -> None:
    """Have a target that there is no more be let have nothing.

    Raises:
        RulesyncError: see `promote_now`.
    """
    _change(root, lambda had: _of_targets(had, {n: e for n, e in had.targets.items() if n != name}))


def share_promotion(root: Store, old: str, new: str) -> None:
    """Let a target have what another one was let have; nothing where that is nothing.

    Raises:
        RulesyncError: see `promote_now`.
    """

    def shared(had: Promoted) -> Promoted:
        edition = had.targets.get(old)
        return _of_targets(had, {**had.targets, new: edition}) if edition else had

    _change(root, shared)


def _of_targets(had: Promoted, targets: Mapping[str, str]) -> Promoted:
    return had.model_copy(update={"targets": targets})


def _change(root: Store, change: Callable[[Promoted], Promoted]) -> None:
    """Write what people let others have, unless nothing changes: each write starts a round."""
    for _ in range(_ATTEMPTS):
        seen = Promoted.see(root)
        had = seen.file or Promoted()
        changed = change(had)
        if changed == had or changed.put_over(root, seen.etag):
            return
    raise ContendedError("somebody else keeps promoting; run it again")


def _known_ring(ring: int | None, rights: Rights) -> int:
    rings = rights.targets.rings
    if ring is None or ring not in rings:
        raise SettingsError(f"there is no ring {ring}; there are {', '.join(map(str, rings))}")
    return ring


def _of_ring(ring: int, rights: Rights) -> str:
    state = rights.rings.rings.get(ring)
    return state.edition if state else ""


def _next(ring: int, rights: Rights) -> str:
    """What the ring before may take; for the first ring, the newest."""
    before = [one for one in rights.targets.rings if one < ring]
    if before:
        return _of_ring(before[-1], rights)
    return rights.newest.id if rights.newest else ""


def _refuse_useless(root: Store, found: Promotion) -> None:
    if not found.edition:
        raise RefusedError(f"there is no edition yet that {found.whom} could have")
    stored = Edition.find(root, edition_key(found.edition, EDITION))
    if stored is None:
        raise SettingsError(f"{root.address(edition_key(found.edition, EDITION))} does not exist")
    if is_withdrawn(stored, manifests_in(root)):
        raise RefusedError(f"somebody deleted a feed of edition {found.edition}")
    if stored.number <= number_of(found.before):
        words = f"{found.whom} may take edition {found.before} already"
        raise RefusedError(f"{words}, which is no older than {found.edition}")
