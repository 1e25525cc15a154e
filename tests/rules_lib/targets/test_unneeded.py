"""Which editions may be deleted: none that is needed, none that was followed a short while ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from rules_lib.targets.unneeded import AT_ONCE, KEPT, StoredEdition, unneeded

NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)

EDITIONS: Final = st.lists(
    st.tuples(st.integers(1, 60), st.none() | st.integers(0, 400)), max_size=80
)
"""Number, and how many days ago it was cut; some have one number, some are not whole."""


def stored(*days: int | None) -> tuple[StoredEdition, ...]:
    """Editions one after the other, cut so many days ago."""
    return tuple(edition(number, ago) for number, ago in enumerate(days, start=1))


def edition(number: int, ago: int | None, at: str = "") -> StoredEdition:
    """One edition."""
    cut = None if ago is None else NOW - timedelta(days=ago)
    return StoredEdition(f"{number:06d}-{at or number}", number, cut)


def numbers(*days: int | None, needed: frozenset[int] = frozenset()) -> list[int]:
    """Numbers of those that may go."""
    return [one.number for one in unneeded(stored(*days), needed, NOW)]


def test_edition_goes_ninety_days_after_the_next_one() -> None:
    """However old it is itself; the newest never goes."""
    assert timedelta(days=90) == KEPT
    assert numbers(400, 90, 89, 0) == [1]
    assert numbers(400, 300, 200) == [1, 2]
    assert numbers(400) == []


def test_edition_that_is_needed_stays() -> None:
    """Be it the oldest of all."""
    assert numbers(400, 300, 200, 100, needed=frozenset({1, 3})) == [2]


def test_edition_that_is_not_whole_goes_as_others_do() -> None:
    """It has no time of its own, and makes no other one old."""
    assert numbers(400, None, 200, 0) == [1, 2]
    assert numbers(400, None) == []


@given(EDITIONS, st.frozensets(st.integers(1, 60)))
def test_nothing_goes_that_somebody_may_want(
    found: list[tuple[int, int | None]], needed: frozenset[int]
) -> None:
    """And no more in a round than is bearable, the oldest first; the rest goes in later rounds."""
    there = [edition(number, ago, str(at)) for at, (number, ago) in enumerate(found)]
    gone = unneeded(there, needed, NOW)
    assert len(gone) <= AT_ONCE
    for one in gone:
        assert one.number not in needed
        later = [other for other in there if other.number > one.number and other.cut]
        following = min(later, key=lambda other: (other.number, other.cut)).cut
        assert following
        assert following <= NOW - KEPT
    left, rounds = list(there), 0
    while gone := unneeded(left, needed, NOW):
        assert max(one.number for one in gone) <= max(one.number for one in left)
        left = [one for one in left if one not in gone]
        rounds += 1
    assert rounds <= len(there) // AT_ONCE + len(there)
    whole = [one.number for one in there if one.cut]
    assert not whole or max(whole) in {one.number for one in left}
