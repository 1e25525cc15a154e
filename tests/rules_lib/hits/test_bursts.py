"""Bursts: which rules that came or changed block on many own hosts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from support.hits import DAY, day_hits, hits_of_day, talkers

from rules_lib.hits.bursts import Burst, bursts_of
from rules_lib.hits.hosts import HURT_HOSTS, NOISY_HOSTS, OwnNetworks
from rules_lib.hits.values import DayHits, HitsOfDay, PacketAction

CAME: Final = datetime.combine(DAY, time(8), UTC)
OWN: Final = OwnNetworks()


def hosts(number: int, first: int = 1) -> tuple[str, ...]:
    """Some own hosts."""
    return tuple(f"10.0.0.{host}" for host in range(first, first + number))


def blocked(sid: int, *names: str, **other: Any) -> DayHits:
    """Hits of a rule that blocked on some hosts."""
    usual: dict[str, Any] = {
        "action": PacketAction.DROP,
        "top_sources": talkers(*names),
        "sources": len(names),
    }
    return day_hits(sid, **usual | other)


def before(*hits: DayHits, days: int = 3) -> HitsOfDay:
    """A day before the rule came."""
    shift = timedelta(days=days)
    moved = (replace(one, first=one.first - shift, last=one.last - shift) for one in hits)
    return hits_of_day(*moved, day=DAY - shift)


def found(*days: HitsOfDay, came: datetime = CAME) -> tuple[Burst, ...]:
    """The bursts of rule 7."""
    return bursts_of({7: came}, days, OWN, "et")


def test_new_rule_that_blocks_on_many_own_hosts_bursts() -> None:
    """By its sid, with how many."""
    day = hits_of_day(blocked(7, *hosts(12)), blocked(8, *hosts(15)))
    assert found(day) == (Burst(7, 12, 0),)


def test_few_hosts_are_no_burst_where_many_fire() -> None:
    """It may well be an attack."""
    many = [blocked(sid, *hosts(10, first=20 * sid)) for sid in range(1, 4)]
    assert found(hits_of_day(blocked(7, *hosts(NOISY_HOSTS - 1, first=200)), *many)) == ()
    assert found(hits_of_day(blocked(7, *hosts(NOISY_HOSTS, first=200)), *many)) != ()


def test_half_of_the_hosts_suffice_where_few_fire() -> None:
    """A pilot may have few; but two hosts are never many."""
    assert found(hits_of_day(blocked(7, *hosts(HURT_HOSTS)))) != ()
    assert found(hits_of_day(blocked(7, *hosts(HURT_HOSTS - 1)))) == ()
    others = day_hits(8, top_sources=talkers(*hosts(8, first=50)))
    assert found(hits_of_day(blocked(7, *hosts(5)), others)) == ()
    assert found(hits_of_day(blocked(7, *hosts(8)), others)) != ()


def test_hosts_on_which_it_fired_before_were_known() -> None:
    """To whoever let it drop; it has to block on more than twice as many."""
    alerted = before(day_hits(7, top_sources=talkers(*hosts(6))))
    assert found(alerted, hits_of_day(blocked(7, *hosts(12)))) == ()
    assert found(alerted, hits_of_day(blocked(7, *hosts(13)))) == (Burst(7, 13, 6),)


def test_alerts_of_the_day_on_which_it_came_are_from_before() -> None:
    """As it drops since; and so are lines of a rule that dropped already, with another text."""
    day = hits_of_day(blocked(7, *hosts(12)), day_hits(7, top_sources=talkers(*hosts(6))))
    assert found(day) == ()
    late = datetime.combine(DAY, time(11), UTC)
    assert found(hits_of_day(blocked(7, *hosts(12))), came=late) == ()


def test_foreign_hosts_and_groups_of_others_are_none_of_it() -> None:
    """A scan from outside has many sources, and other teams may use the same sid."""
    foreign = tuple(f"192.0.2.{host}" for host in range(1, 16))
    assert found(hits_of_day(blocked(7, *foreign, top_destinations=talkers("10.0.0.1")))) == ()
    assert found(hits_of_day(blocked(7, *hosts(15), group="theirs-x"))) == ()


def test_own_hosts_count_on_either_side() -> None:
    """An answer to a client is blocked by a rule whose source is the server."""
    answers = blocked(7, "192.0.2.9", top_destinations=talkers(*hosts(12)))
    assert found(hits_of_day(answers)) == (Burst(7, 12, 0),)


def test_without_addresses_the_larger_side_is_taken_for_own() -> None:
    """Rather a burst too many: people look at it."""
    many = blocked(7, top_sources=(), top_destinations=(), sources=11, destinations=2)
    assert found(hits_of_day(many, addresses=False)) == (Burst(7, 11, 0),)


ROWS: Final = st.lists(
    st.tuples(
        st.integers(5, 9),
        st.sampled_from(PacketAction),
        st.frozensets(st.integers(1, 30), max_size=20),
        st.integers(-40, 2),
    ),
    max_size=12,
)


def as_days(rows: list[tuple[int, PacketAction, frozenset[int], int]]) -> list[HitsOfDay]:
    """Rows as days: sid, action, hosts and the day before or after."""
    made = []
    for sid, action, numbers, shift in rows:
        day = DAY + timedelta(days=shift)
        names = talkers(*(f"10.0.0.{number}" for number in sorted(numbers)))
        made.append(hits_of_day(day_hits(sid, day, action=action, top_sources=names), day=day))
    return made


@given(ROWS)
def test_burst_is_always_a_new_rule_that_blocks_on_many_hosts(
    rows: list[tuple[int, PacketAction, frozenset[int], int]],
) -> None:
    """By counting anew: more than it needs at least, and than twice what was before."""
    for burst in bursts_of({7: CAME, 8: CAME}, as_days(rows), OWN, "et"):
        mine = [row for row in rows if row[0] == burst.sid]
        since = [row for row in mine if row[1].blocks and row[3] >= 0]
        earlier = [row for row in mine if row not in since]
        assert burst.sid in {7, 8}
        assert burst.hosts == len(frozenset[int]().union(*(row[2] for row in since)))
        assert burst.before == len(frozenset[int]().union(*(row[2] for row in earlier)))
        assert burst.hosts >= HURT_HOSTS
        assert burst.hosts > 2 * burst.before


@given(ROWS, st.integers(0, 2))
def test_more_hosts_never_end_a_burst(
    rows: list[tuple[int, PacketAction, frozenset[int], int]], shift: int
) -> None:
    """The bound grows with the hosts that fire, but never so fast."""
    more = (7, PacketAction.DROP, frozenset(range(31, 36)), shift)
    first = {one.sid for one in bursts_of({7: CAME}, as_days(rows), OWN, "et")}
    then = {one.sid for one in bursts_of({7: CAME}, as_days([*rows, more]), OWN, "et")}
    assert first <= then
