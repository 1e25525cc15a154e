"""What fired at each target, one counted after the other; one that fails stops no other.

Whoever was counted the longest ago comes first, and what failed last comes last. So a run that has
no time for all of them is taken up by the next one, and a broken target takes nobody's time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.aws.target_store import TargetStore
from rules_lib.counting.recount import ENOUGH, CountingRun, Recounted, recount
from rules_lib.errors import RulesyncError, StoreError
from rules_lib.state.counted import Counted

if TYPE_CHECKING:
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.counting.log_source import LogSource
    from rules_lib.targets.values import NamedTarget, Targets

SourceOf: TypeAlias = "Callable[[NamedTarget], LogSource]"
"""Finds the alert logs of a target that has some."""


@dataclass(frozen=True, slots=True)
class TargetHits:
    """What a count of all targets came to.

    Attributes:
        counted: name -> what its count came to.
        failures: name -> why it could not be counted.
        left: names of those for which there was no time.
    """

    counted: Mapping[str, Recounted] = field(default_factory=dict)
    failures: Mapping[str, RulesyncError] = field(default_factory=dict)
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetsCount:
    """What a count of all targets works with; see `CountingRun`.

    Attributes:
        root: the whole bucket.
        source: finds a target's alert logs.
        now: when it began, UTC.
        retention: days after which the bucket drops what was counted.
        left: tells how many seconds are left.
    """

    root: Store
    source: SourceOf
    now: datetime
    retention: int
    left: Callable[[], float] = lambda: inf


def count_targets(count: TargetsCount, targets: Targets) -> TargetHits:
    """Count the alert logs of every target that has some.

    Raises:
        StoreError: the bucket cannot be read.
    """
    counted, failures = dict[str, Recounted](), dict[str, RulesyncError]()
    waiting = _in_order(count.root, targets)
    while waiting and (not (counted or failures) or count.left() >= ENOUGH):
        target = waiting.pop(0)
        try:
            counted[target.name] = _count(count, target)
        except RulesyncError as error:
            failures[target.name] = error
            with suppress(StoreError):  # the error itself says more than one of its note
                _note(TargetStore(count.root, target.name), error)
    return TargetHits(counted, failures, tuple(target.name for target in waiting))


def _in_order(root: Store, targets: Targets) -> list[NamedTarget]:
    """Targets with alert logs: the longest ago first, those that failed last."""

    def place(target: NamedTarget) -> tuple[bool, str]:
        note = Counted.find(TargetStore(root, target.name))
        return (bool(note.failure), note.at) if note else (False, "")

    return sorted((target for target in targets.targets if target.alert_logs), key=place)


def _count(count: TargetsCount, target: NamedTarget) -> Recounted:
    run = CountingRun(
        store=TargetStore(count.root, target.name),
        source=count.source(target),
        logs=str(target.alert_logs),
        now=count.now,
        retention=count.retention,
        left=count.left,
    )
    return recount(run)


def _note(store: Store, error: RulesyncError) -> None:
    """Leave for the target's builds why it is not known what fired."""
    note = Counted.find(store) or Counted(logs="")
    note.model_copy(update={"failure": str(error)}).put(store)
