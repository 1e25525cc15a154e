"""Several days as one: what can be added is added, what cannot has a bound."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.hits import DAY, day_hits, hits_of_day

from rules_lib.hits.merge import most_talkative, newest_by_sid, one_of_each, total_hits
from rules_lib.hits.values import TOP, PacketAction, Talker

NEXT = DAY + timedelta(days=1)


def talkers(*addresses: str) -> tuple[Talker, ...]:
    """Each with one line."""
    return tuple(Talker(address, 1) for address in addresses)


def test_days_of_a_rule_are_one_total() -> None:
    """Lines are added; of distinct addresses at least as many as the examples name are sure."""
    one = day_hits(count=3, flows=2, sources=2, top_sources=talkers("10.0.0.1", "10.0.0.2"))
    two = day_hits(
        day=NEXT, count=4, flows=1, sources=2, top_sources=talkers("10.0.0.2", "10.0.0.3")
    )
    (total,) = total_hits([hits_of_day(one), hits_of_day(two, day=NEXT)])
    assert (total.count, total.flows_at_most, total.sources_at_least) == (7, 3, 3)
    assert (total.days, total.first, total.last) == ((DAY, NEXT), one.first, two.last)
    assert total.top_sources == (Talker("10.0.0.2", 2), *talkers("10.0.0.1", "10.0.0.3"))


def test_without_examples_the_busiest_day_is_the_bound() -> None:
    """Where addresses are not kept."""
    days = [
        hits_of_day(day_hits(day=day, sources=number, top_sources=()), day=day)
        for day, number in ((DAY, 5), (NEXT, 9))
    ]
    assert total_hits(days)[0].sources_at_least == 9


def test_actions_and_groups_stay_apart() -> None:
    """What was dropped is another thing than what got through."""
    day = hits_of_day(
        day_hits(action=PacketAction.DROP), day_hits(action=PacketAction.ALERT), day_hits(group="")
    )
    assert [(one.action, one.group != "") for one in total_hits([day])] == [
        ("alert", False),
        ("alert", True),
        ("drop", True),
    ]


def test_groups_of_one_name_in_one_day_are_one() -> None:
    """As two firewalls may have in two accounts."""
    one = one_of_each([day_hits(count=2), day_hits(count=3), day_hits(8)])
    assert [(hits.sid, hits.count, hits.flows) for hits in one] == [(7, 5, 2), (8, 1, 1)]


def test_newest_day_of_a_sid_counts_whatever_became_of_it() -> None:
    """Of several actions and days the last."""
    days = [
        hits_of_day(day_hits(7, action=PacketAction.DROP), day_hits(8)),
        hits_of_day(day_hits(7, NEXT), day=NEXT),
    ]
    assert newest_by_sid(reversed(days)) == {7: NEXT, 8: DAY}


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 5), st.integers(1, 50), st.sampled_from("abc"))
    )
)
def test_bounds_hold_and_no_line_is_lost(found: list[tuple[int, int, int, str]]) -> None:
    """Whatever the days are."""
    days: dict[date, list[tuple[int, int, str]]] = {}
    for sid, after, count, address in found:
        days.setdefault(DAY + timedelta(days=after), []).append((sid, count, address))
    made = [
        hits_of_day(
            *one_of_each(
                day_hits(sid, day, count=count, top_sources=talkers(name))
                for sid, count, name in hits
            ),
            day=day,
        )
        for day, hits in days.items()
    ]
    totals = total_hits(made)
    assert sum(total.count for total in totals) == sum(count for _, _, count, _ in found)
    for total in totals:
        of_sid = [one for day in made for one in day.hits if one.sid == total.sid]
        assert max(one.sources for one in of_sid) <= total.sources_at_least
        assert total.sources_at_least <= sum(one.sources for one in of_sid)


def test_no_more_addresses_are_kept_than_of_a_day() -> None:
    """However many days there are."""
    assert len(most_talkative(Talker(f"10.0.0.{number}", 1) for number in range(100))) == TOP
