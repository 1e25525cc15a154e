"""Editions that nobody needs any more are deleted, a few a round.

What is needed is read after what is there, and once more looked at before anything goes: where
rings, promotions, the newest edition or the turn changed meanwhile, all stays for another round.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from rules_lib.bucket import EDITION, EDITIONS, TARGETS, edition_key
from rules_lib.errors import StoreError
from rules_lib.fleet.rights import target_standings
from rules_lib.state.edition import Edition, number_of
from rules_lib.state.ring_state import Promoted, RingsFile
from rules_lib.state.turn import TurnHolder
from rules_lib.targets.unneeded import StoredEdition, unneeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.fleet.rights import Rights


class _Claims(NamedTuple):
    """Which editions rings and people lay claim to, and by what it is known that they still do."""

    editions: tuple[str, ...]
    etags: tuple[str | None, ...]


def prune_editions(root: Store, rights: Rights, now: datetime) -> tuple[str, ...]:
    """Delete editions that nobody needs; it only tidies, so a bucket that fails stops no round.

    Args:
        root: the whole bucket.
        rights: what the targets might take a moment ago.
        now: UTC.

    Returns:
        Ids of those that are gone.
    """
    gone: list[str] = []
    with suppress(StoreError):
        for edition in _unneeded(root, rights, now):
            _delete(root, edition.id)
            gone.append(edition.id)
    return tuple(gone)


def _unneeded(root: Store, rights: Rights, now: datetime) -> tuple[StoredEdition, ...]:
    stored = _stored(root)
    if not unneeded(stored, _numbers(_known(rights)), now):
        return ()  # as in nearly every round, so that it costs no more than a listing
    before = _claims(root)
    standings = target_standings(root, root.folders(TARGETS))
    in_force = (standing.edition for standing in standings.values())
    found = unneeded(stored, _numbers((*_known(rights), *before.editions, *in_force)), now)
    return found if _claims(root) == before else ()


def _stored(root: Store) -> tuple[StoredEdition, ...]:
    """Every edition that the bucket has, also one that is not whole; no other folder there."""
    cut: dict[str, datetime | None] = {}
    for entry in root.entries(EDITIONS):
        edition, _, file = entry.key.removeprefix(EDITIONS).partition("/")
        if number_of(edition):
            cut.setdefault(edition, None)
            if file == EDITION:
                cut[edition] = entry.last_modified
    return tuple(StoredEdition(edition, number_of(edition), at) for edition, at in cut.items())


def _known(rights: Rights) -> Iterator[str]:
    """What the targets of the file have and may take."""
    yield from (standing.edition for standing in rights.standings.values())
    yield from (right.edition for right in rights.each)
    yield from (state.edition for state in rights.rings.rings.values())


def _claims(root: Store) -> _Claims:
    rings, promoted, newest = RingsFile.see(root), Promoted.see(root), Edition.see(root)
    editions = [state.edition for state in rings.file.rings.values()] if rings.file else []
    if promoted.file:
        editions += [*promoted.file.rings.values(), *promoted.file.targets.values()]
    editions += [newest.file.id] if newest.file else []
    turn = TurnHolder.see(root)
    return _Claims(tuple(editions), (rings.etag, promoted.etag, newest.etag, turn.etag))


def _numbers(editions: Iterable[str]) -> frozenset[int]:
    return frozenset(map(number_of, editions))


def _delete(root: Store, edition: str) -> None:
    """Delete an edition, first that by which it is one: what is left of it nobody takes."""
    root.delete(edition_key(edition, EDITION))
    for entry in root.entries(edition_key(edition, "")):
        root.delete(entry.key)
