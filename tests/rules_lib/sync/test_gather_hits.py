"""What a build knows of what fired, and what it says where it knows nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.store import MemoryStore

from rules_lib.bucket import COUNTED, FIRED
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules
from rules_lib.sync.gather import hits_gap

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = date(2026, 11, 28)


def counted(store: MemoryStore, **other: str) -> None:
    """Leave what a count leaves."""
    Counted(logs="s3://logs/", **({"at": NOW.isoformat()} | other)).put(store)
    FiredRules({7: {"et-a": DAY}}).put(store)


def gap(store: MemoryStore, day: date = DAY) -> str:
    """What a build of a day says."""
    return hits_gap(Counted.see(store), FiredRules.see(store), day)


def test_nobody_counts_and_nothing_is_said() -> None:
    """Alert logs are no must."""
    assert gap(MemoryStore()) == ""


def test_count_of_yesterday_is_fresh_enough() -> None:
    """One that failed since then is not yet a reason to warn."""
    store = MemoryStore()
    counted(store, failure="Athena: busy")
    assert gap(store, DAY + timedelta(days=1)) == ""


def test_old_count_is_told_with_the_cause_and_with_what_ends_it() -> None:
    """Builds go on."""
    store = MemoryStore()
    counted(store, failure="Athena: denied")
    told = gap(store, DAY + timedelta(days=2))
    assert "last counted 2026-11-28; Athena: denied" in told
    assert f"delete {COUNTED}" in told


@pytest.mark.parametrize("key", [COUNTED, FIRED])
@pytest.mark.parametrize("damage", [lambda s, k: s.put(k, b"{"), lambda s, k: s.delete(k)])
def test_lost_file_is_no_time_without_hits(
    key: str, damage: Callable[[MemoryStore, str], object]
) -> None:
    """But for the note itself: where it is gone, nobody counts."""
    store = MemoryStore()
    counted(store)
    damage(store, key)
    gone = store.find(COUNTED) is None
    assert (key in gap(store)) is not gone
