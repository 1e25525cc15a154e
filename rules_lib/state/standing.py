"""`targets/<name>/state/standing.json`: what a target has in force, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping  # pydantic reads the annotations at run time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from rules_lib.bucket import STANDING
from rules_lib.facts.limits import BLOCKING
from rules_lib.state.edition import number_of
from rules_lib.state.statefile import Cache, Moment
from rules_lib.targets.rings import TargetInForce

if TYPE_CHECKING:
    from rules_lib.report.summary import Summary
    from rules_lib.targets.values import NamedTarget


_TAKEN: Final = 100
"""So many editions are remembered: what bakes for a month, and is edited three times a day."""


class Numbers(BaseModel):
    """A target's newest applied build, in numbers.

    Attributes:
        build: its id.
        version: of its feed.
        rules: published.
        drops: of these, how many drop or reject.
        capacity: reserved by its groups.
        budget: what they may reserve.
        waiting: texts that the service has still to judge.
    """

    model_config = ConfigDict(frozen=True)

    build: str
    version: str
    rules: int
    drops: int
    capacity: int
    budget: int
    waiting: int

    @classmethod
    def of(cls, summary: Summary) -> Numbers:
        """Take them from a build's summary."""
        groups = [group for group in summary.groups if not group.deleted]
        drops = sum(summary.actions.get(action, 0) for action in BLOCKING)
        return cls(
            build=summary.build_id,
            version=str(summary.feed.version),
            rules=sum(group.rules for group in groups),
            drops=drops,
            capacity=sum(group.capacity for group in groups),
            budget=summary.budget,
            waiting=summary.waiting,
        )


class Taken(BaseModel):
    """An edition that a target has or had.

    Attributes:
        edition: its id.
        first: id of the first build of it that was applied.
        last: of the last one.
    """

    model_config = ConfigDict(frozen=True)

    edition: str
    first: str
    last: str


class TargetStanding(Cache):
    """What a target has in force, and what went wrong; one that is lost bakes anew.

    Attributes:
        region: where it is.
        role: by which it was written; empty: the stack's own account.
        policies: to which its groups are attached.
        edition: in force; empty where none is, or nobody knows, as after a rollback.
        since: when that was applied; ISO 8601, UTC.
        troubled: when something went wrong last, or came right again; ISO 8601, UTC.
        why: what that was, in a few words.
        failing: the cause, where the last attempt failed.
        held: the build that is held.
        attempted: when it was tried last; ISO 8601, UTC.
        numbers: of what is in force.
        taken: the newest editions that it had, in order, where its hits are counted.
    """

    KEY = STANDING

    region: str = ""
    role: str = ""
    policies: tuple[str, ...] = ()
    edition: str = ""
    since: Moment | None = None
    troubled: Moment | None = None
    why: str = ""
    failing: str = ""
    held: str = ""
    attempted: Moment | None = None
    numbers: Numbers | None = None
    taken: Annotated[tuple[Taken, ...], Field(exclude_if=lambda taken: not taken)] = ()

    @property
    def in_force(self) -> TargetInForce:
        """What the rings go by."""
        return TargetInForce(
            edition=number_of(self.edition),
            since=datetime.fromisoformat(self.since) if self.since else None,
            troubled=datetime.fromisoformat(self.troubled) if self.troubled else None,
            failing=bool(self.failing),
            held=bool(self.held),
        )

    def at(self, target: NamedTarget) -> TargetStanding:
        """The same, with where the target is now."""
        return self._with(region=target.region, role=target.role, policies=target.policies)

    def applied(self, edition: str, numbers: Numbers, now: datetime) -> TargetStanding:
        """What holds after a build of an edition: it bakes from now on, or as long as before."""
        moment = now.isoformat()
        mended = bool(self.failing or self.held)
        return self._with(
            edition=edition,
            since=self.since if edition == self.edition and self.since else moment,
            troubled=moment if mended else self.troubled,
            failing="",
            held="",
            attempted=moment,
            numbers=numbers,
        )

    def with_build(self, edition: str, build: str) -> TargetStanding:
        """The same, with a build that was applied, or found that nothing has changed since it."""
        *others, last = (*self.taken, Taken(edition=edition, first=build, last=build))
        if others and others[-1].edition == edition:
            last = others.pop().model_copy(update={"last": build})
        return self._with(taken=(*others, last)[-_TAKEN:])

    def failed(self, cause: str, now: datetime) -> TargetStanding:
        """What holds after a build that failed or was refused."""
        moment = now.isoformat()
        return self._with(troubled=moment, why="failed", failing=cause, attempted=moment)

    def kept(self, build: str, why: str, now: datetime, edition: str = "") -> TargetStanding:
        """What holds while a build is held.

        Args:
            build: whose groups are in force.
            why: `held`, or `rolled back`.
            now: UTC.
            edition: in force; empty where nobody knows.
        """
        moment = now.isoformat()
        return self._with(
            edition=edition, troubled=moment, why=why, held=build, failing="", attempted=moment
        )

    def put_back(self, build: str, numbers: Numbers | None, now: datetime) -> TargetStanding:
        """What holds after people put an earlier build back.

        Args:
            build: whose groups are in force.
            numbers: of that build; None where they cannot be read.
            now: UTC.
        """
        return self.kept(build, "rolled back", now).model_copy(update={"numbers": numbers})

    def _with(self, **changes: object) -> TargetStanding:
        return self.model_copy(update=changes)


def in_force_of(standings: Mapping[str, TargetStanding]) -> dict[str, TargetInForce]:
    """What the rings go by, by the names of targets."""
    return {name: standing.in_force for name, standing in standings.items()}
