"""Where the alert logs of a target are counted, and what says that they cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.store import MemoryStore

from rules_lib.alert_logs import alert_logs_at
from rules_lib.aws.queries import QueryClock
from rules_lib.aws.target_store import TargetStore
from rules_lib.errors import HitsError
from rules_lib.fleet.target_hits import TargetsCount, count_targets
from rules_lib.fleet.target_logs import OwnCounting, source_of_target
from rules_lib.hits.values import CountedLines
from rules_lib.state.counted import Counted
from rules_lib.targets.values import NamedTarget, Targets

FOLDER: Final = "s3://logs/AWSLogs/123456789012/network-firewall/alert/eu-west-1/"
NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)


def target(name: str = "pilot", **keys: Any) -> NamedTarget:
    """A target of the stack's own account."""
    return NamedTarget(name=name, region="eu-west-1", **keys)


def own(place: str) -> OwnCounting:
    """How a stack with some alert logs counts."""
    logs = alert_logs_at(place) if place else None
    return OwnCounting(logs, lambda _: Quiet(), QueryClock(lambda: 60.0), addresses=True)


class Quiet:
    """Alert logs without a line, that may be broken."""

    span = 7

    def __init__(self, *, broken: bool = False) -> None:
        self._broken = broken

    def count(self, first: date, last: date, now: datetime) -> CountedLines:
        """Count nothing."""
        del first, last, now
        if self._broken:
            raise HitsError("the logs cannot be read")
        return CountedLines(days=(), unread=0)


def test_folder_of_the_stack_itself_is_counted_over_its_own_table() -> None:
    """A target without a role is in its account."""
    found = source_of_target(MemoryStore(), target(alert_logs=FOLDER), own(FOLDER))
    assert isinstance(found, Quiet)


@pytest.mark.parametrize("place", ["", "/aws/alerts", FOLDER.replace("logs", "other", 1)])
def test_other_folder_without_a_role_has_no_table(place: str) -> None:
    """The error names both ways out."""
    with pytest.raises(HitsError, match=r"no table over s3://logs/.*template-target.*AlertLogs"):
        source_of_target(MemoryStore(), target(alert_logs=FOLDER), own(place))


def test_target_without_logs_has_none_to_count() -> None:
    """Whoever asks for it is told."""
    with pytest.raises(HitsError, match=r"target pilot has no alert_logs in config/targets.yaml"):
        source_of_target(MemoryStore(), target(), own(FOLDER))


@given(
    broken=st.lists(st.booleans(), min_size=1, max_size=6),
    times=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)
def test_every_sound_target_has_its_turn_however_little_time_a_run_has(
    broken: list[bool], times: list[int]
) -> None:
    """Whoever waited the longest comes first, and those that fail come last."""
    names = [f"t{number}" for number in range(len(broken))]
    targets = Targets(
        version=1, targets=tuple(target(name, alert_logs="/aws/alerts") for name in names)
    )
    faulty = {name for name, is_broken in zip(names, broken, strict=True) if is_broken}
    root = MemoryStore()
    for run in range(2 * len(names)):
        left = iter([900.0] * (times[run % len(times)] - 1))
        count = TargetsCount(
            root=root,
            source=lambda one: Quiet(broken=one.name in faulty),
            now=NOW + timedelta(hours=6 * run),
            retention=90,
            left=lambda left=left: next(left, 0.0),  # type: ignore[misc]
        )
        done = count_targets(count, targets)
        assert {*done.counted, *done.failures, *done.left} == {*names}
        assert done.failures.keys() <= faulty
        assert not done.counted.keys() & faulty
    for name in {*names} - faulty:
        note = Counted.find(TargetStore(root, name))
        assert note is not None
        assert note.at
