"""A day's object: small, the same for the same day, and believed only where it is whole."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hits import DAY, day_hits, hits_of_day
from support.store import MemoryStore

from rules_lib.bucket import hits_key
from rules_lib.errors import HitsError
from rules_lib.hits import stored
from rules_lib.hits.history import known_days, put_day, read_hits
from rules_lib.hits.stored import pack_day, unpack_day
from rules_lib.hits.values import DayHits, PacketAction, Talker

WHOLE = hits_of_day(day_hits(7), day_hits(8, group="", top_sources=(), top_destinations=()))

COUNTS = st.integers(0, 10**15)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
TALKERS = st.lists(st.builds(Talker, st.ip_addresses().map(str), COUNTS), max_size=20).map(tuple)
HITS = st.builds(
    DayHits,
    sid=st.integers(1, 2**32 - 1),
    action=st.sampled_from(PacketAction),
    group=st.from_regex(r"[A-Za-z0-9-]{0,128}", fullmatch=True),
    count=COUNTS,
    flows=COUNTS,
    sources=COUNTS,
    destinations=COUNTS,
    top_sources=TALKERS,
    top_destinations=TALKERS,
    first=MOMENTS,
    last=MOMENTS,
)


@given(st.lists(HITS, max_size=5).map(tuple))
def test_day_is_read_back_as_it_was(hits: tuple[DayHits, ...]) -> None:
    """And the same day comes to the same bytes."""
    day = hits_of_day(*hits, lines=5)
    assert unpack_day(pack_day(day), "x") == day
    assert pack_day(day) == pack_day(unpack_day(pack_day(day), "x"))


def test_day_without_a_hit_is_a_day_that_is_known() -> None:
    """It is not the same as a day that nobody counted."""
    assert unpack_day(pack_day(hits_of_day(lines=3)), "x").hits == ()


def packed(data: bytes) -> bytes:
    """Packed, to the same bytes at any time: they name a test."""
    return gzip.compress(data, mtime=0)


def edited(number: int, **fields: Any) -> bytes:
    """The packed day with other fields in one of its lines; None takes one away."""
    lines = [json.loads(line) for line in gzip.decompress(pack_day(WHOLE)).splitlines()]
    lines[number] |= fields
    lines[number] = {name: value for name, value in lines[number].items() if value is not None}
    return packed("".join(f"{json.dumps(line)}\n" for line in lines).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no gzip",
        pack_day(WHOLE)[:-3],
        packed(b""),
        packed(b"{}\n"),
        packed(b"\xff\n"),
        packed(gzip.decompress(pack_day(WHOLE))[:-30]),
        edited(0, form=2),
        edited(0, hits=3),
        edited(0, counted_at="2026-11-28T10:00:00"),
        edited(1, sid=0),
        edited(1, sid="7"),
        edited(1, count=-1),
        edited(1, count=None),
        edited(1, action="log"),
        edited(1, group="<script>"),
        edited(1, top_sources=[["evil.example", 1]]),
        edited(1, top_sources=[["10.0.0.1", 1]] * 21),
        edited(1, more=1),
    ],
)
def test_damaged_day_is_not_believed(data: bytes) -> None:
    """The error names the object, and what to do."""
    with pytest.raises(HitsError, match=r"(?s)s3://b/k cannot be read: .+ delete the object"):
        unpack_day(data, "s3://b/k")


def test_day_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes may come to gigabytes."""
    monkeypatch.setattr(stored, "LARGEST_DAY", 1_000)
    with pytest.raises(HitsError, match="more than 1,000 bytes"):
        unpack_day(gzip.compress(b" " * 2_000), "x")


def test_history_has_what_can_be_read_and_says_what_is_unknown() -> None:
    """A damaged day and one that nobody counted are no days without hits."""
    store = MemoryStore()
    days = [DAY + timedelta(days=number) for number in range(4)]
    put_day(store, hits_of_day(day_hits(), day=days[0]))
    store.put(hits_key(days[1].isoformat()), b"damaged")
    store.put(hits_key(days[3].isoformat()), pack_day(hits_of_day(day=days[0])))
    history = read_hits(store, days[0], days[3])
    assert [day.day for day in history.days] == [days[0]]
    assert history.unknown == tuple(days[1:])
    assert [warning.partition(" ")[0] for warning in history.warnings] == [
        f"s3://{store.bucket}/{hits_key(day.isoformat())}" for day in (days[1], days[3])
    ]


def test_count_of_a_day_takes_the_place_of_the_one_before() -> None:
    """So that no line counts twice."""
    store = MemoryStore()
    for count in (5, 7):
        put_day(store, hits_of_day(day_hits(count=count)))
    (day,) = read_hits(store, DAY, DAY).days
    assert day.hits[0].count == 7


def test_days_are_known_by_their_names() -> None:
    """What else lies there is none of them."""
    store = MemoryStore()
    put_day(store, hits_of_day())
    for key in (hits_key("2026-99-99"), hits_key("x"), "hits/2026-11-29.json"):
        store.put(key, b"")
    assert known_days(store) == {date(2026, 11, 28)}
