"""Several days as one: what can be added is added, what cannot has a bound."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.hits import DAY, day_hits, talkers

from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.merge import one_of_each
from rules_lib.hits.tally import tally_of

NEXT = DAY + timedelta(days=1)
OWN = OwnNetworks()


def test_days_of_a_rule_are_one_tally() -> None:
    """Lines are added; of distinct addresses at least as many as the examples name are sure."""
    one = day_hits(count=3, flows=2, sources=2, top_sources=talkers("10.0.0.1", "10.0.0.2"))
    two = day_hits(
        day=NEXT, count=4, flows=1, sources=2, top_sources=talkers("10.0.0.2", "10.0.0.3")
    )
    tally = tally_of([one, two], OWN)
    assert (tally.hits, tally.flows_at_most, tally.sources_at_least) == (7, 3, 3)
    assert (tally.days, tally.first, tally.last) == (2, one.first, two.last)


def test_without_examples_the_busiest_day_is_the_bound() -> None:
    """Where addresses are not kept."""
    hits = [
        day_hits(day=day, sources=number, top_sources=()) for day, number in ((DAY, 5), (NEXT, 9))
    ]
    assert tally_of(hits, OWN).sources_at_least == 9


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.integers(0, 5),
            st.integers(1, 50),
            st.sampled_from(["10.0.0.1", "10.0.0.2", "192.0.2.9"]),
        )
    )
)
def test_bounds_hold_and_no_line_is_lost(found: list[tuple[int, int, int, str]]) -> None:
    """Whatever the days are."""
    days = defaultdict(list)
    for sid, after, count, address in found:
        day = DAY + timedelta(days=after)
        days[day].append(day_hits(sid, day, count=count, top_sources=talkers(address)))
    by_sid = defaultdict(list)
    for parts in days.values():
        for one in one_of_each(parts):
            by_sid[one.sid].append(one)
    tallies = {sid: tally_of(hits, OWN) for sid, hits in by_sid.items()}
    assert sum(tally.hits for tally in tallies.values()) == sum(count for _, _, count, _ in found)
    for sid, tally in tallies.items():
        assert max(one.sources for one in by_sid[sid]) <= tally.sources_at_least
        assert tally.sources_at_least <= sum(one.sources for one in by_sid[sid])
