"""The builds of a bucket, the newest first, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import BUILDS, STARTED_BY, SUMMARY, USED_ALLOWLIST, build_key, time_of_build
from rules_lib.errors import StoreError
from rules_lib.facts.limits import BLOCKING
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.latest import Latest
from rulesync_cli.history.outcome import Outcome

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

_ENDED: Final = {"refused": Outcome.REFUSED, "failed": Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class PastBuild:
    """One build.

    Attributes:
        summary: None where it has none, as while it runs, or none that this version reads.
        problem: why its summary cannot be read; empty where it has none, or can.
        allowlist: SHA-256 of the allowlist that it was made with; empty where that is not known.
        started_by: what or who started it; empty where that is not known.
    """

    build: str
    outcome: Outcome
    summary: Summary | None = None
    problem: str = ""
    allowlist: str = ""
    started_by: str = ""

    @property
    def at(self) -> str:
        """When it began, ISO 8601, as its id has it; empty where the id is none of ours."""
        began = time_of_build(self.build)
        return began.isoformat() if began else ""

    @property
    def cause(self) -> str:
        """Why it failed, was refused, or cannot be told of; empty where all is well."""
        return self.problem or (self.summary.cause if self.summary else None) or ""

    @property
    def blocking(self) -> int:
        """How many of its rules stop traffic."""
        actions = self.summary.actions if self.summary else {}
        return sum(number for action, number in actions.items() if action in BLOCKING)


@dataclass(frozen=True, slots=True)
class PastBuilds:
    """Builds, the newest first.

    Attributes:
        in_force: id of the build whose rules are in force; empty before the first.
        more: how many older ones there are.
    """

    builds: tuple[PastBuild, ...]
    in_force: str = ""
    more: int = 0


def past_builds(store: Store, limit: int = 0, latest: Latest | None = None) -> PastBuilds:
    """Read what the newest builds left: one request each, and two for the list.

    Args:
        store: the bucket.
        limit: how many; 0: all.
        latest: where it is known already.

    Raises:
        StoreError: the bucket cannot be read.
    """
    latest = latest or Latest.find(store)
    in_force = latest.build if latest else ""
    names = tuple(reversed(store.folders(BUILDS)))
    shown: Sequence[str] = names[:limit] if limit else names
    found = tuple(past_build(store, name, in_force) for name in shown)
    return PastBuilds(found, in_force, len(names) - len(shown))


def past_build(store: Store, build: str, in_force: str = "") -> PastBuild:
    """Read what one build left.

    Args:
        store: the bucket.
        build: its id.
        in_force: id of the build whose rules are in force, where that is known.

    Raises:
        StoreError: the bucket cannot be read.
    """
    key = build_key(build, SUMMARY)
    stored = store.find(key)
    if stored is None:
        return PastBuild(build, Outcome.UNFINISHED)
    try:
        summary = read_summary(stored.body, store.address(key))
    except StoreError as error:
        outcome = Outcome.IN_FORCE if build == in_force else Outcome.UNFINISHED
        return PastBuild(build, outcome, problem=str(error))
    return PastBuild(
        build,
        _outcome(build, in_force, summary),
        summary,
        allowlist=stored.metadata.get(USED_ALLOWLIST, ""),
        started_by=stored.metadata.get(STARTED_BY, ""),
    )


def _outcome(build: str, in_force: str, summary: Summary) -> Outcome:
    """What became of it; of one that was applied, whether a rollback went behind it."""
    if build == in_force:
        return Outcome.IN_FORCE
    if ended := _ENDED.get(summary.status):
        return ended
    later = in_force and _stamp(build) > _stamp(in_force)  # what follows it says nothing of time
    return Outcome.ROLLED_BACK if later else Outcome.APPLIED


def _stamp(build: str) -> str:
    return build.partition("-")[0]
