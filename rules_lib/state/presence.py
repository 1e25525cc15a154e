"""Since when rules are in force, read from the plans of the builds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from rules_lib.bucket import BUILDS, PLAN, build_key, time_of_build
from rules_lib.hits.presence import Presence
from rules_lib.state.latest import Latest

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

MOST_BUILDS: Final = 60
"""So many builds are read: a month of two a day."""


class PlannedGroup(BaseModel):
    """What a build was to do to one rule group; sids."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str = ""
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


class PlannedBuild(BaseModel):
    """What a build was to do."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    steps: tuple[PlannedGroup, ...] = ()

    @property
    def added(self) -> frozenset[int]:
        """Sids that were in no group before; what moved from one to another is not new."""
        gone = {sid for step in self.steps for sid in step.removed}
        return frozenset(sid for step in self.steps for sid in step.added) - gone

    @property
    def touched(self) -> frozenset[int]:
        """Sids of all rules that a build took away, brought, or gave another text."""
        lists = ((*step.added, *step.removed, *step.changed) for step in self.steps)
        return frozenset(sid for sids in lists for sid in sids)


def read_presence(store: Store, first: date, most: int = MOST_BUILDS) -> Presence:
    """Read back to the last build before a day: a request for each, and two for the list.

    A plan that failed in part counts as carried out: a rule may then be taken for newer than it is,
    never for older. So with what a rollback put back.

    Args:
        store: the bucket.
        first: the day, UTC.
        most: so many builds are read; before them nothing is known.

    Raises:
        StoreError: the bucket cannot be read.
    """
    latest = Latest.find(store)
    if latest is None:
        return Presence()
    arrived, altered = dict[int, date](), dict[int, date]()
    known_from = None
    for build, day, plan in planned_builds(store, most):
        newer = build > latest.build  # a rollback went behind it, or it is not through yet
        known_from = max(day, _day_of(latest)) if newer else day
        for sid in plan.touched if newer else plan.added:
            arrived.setdefault(sid, known_from)
        for sid in plan.touched:
            altered.setdefault(sid, known_from)
        if day < first:
            break
    return Presence(known_from, arrived, altered)


def planned_builds(store: Store, most: int) -> Iterator[tuple[str, date, PlannedBuild]]:
    """The newest builds first, each with its day and what it was to do.

    It ends at a plan that cannot be read: what that did, nobody can tell.

    Args:
        store: the bucket.
        most: so many builds are read at most.

    Raises:
        StoreError: the bucket cannot be read.
    """
    for build in sorted(store.folders(BUILDS), reverse=True)[:most]:
        if began := time_of_build(build):
            try:
                yield build, began.date(), _plan(store, build)
            except ValidationError:
                return


def _day_of(latest: Latest) -> date:
    return datetime.fromisoformat(latest.applied_at).astimezone(UTC).date()


def _plan(store: Store, build: str) -> PlannedBuild:
    """What a build was to do: nothing, where it was refused before or had nothing to do.

    Raises:
        ValidationError: the plan cannot be read.
    """
    stored = store.find(build_key(build, PLAN))
    return PlannedBuild.model_validate_json(stored.body) if stored else PlannedBuild()
