"""What a build is called."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.store import MemoryStore

from rules_lib.bucket import time_of_build
from rules_lib.world import World

NOBODY: Any = object()
"""In place of a client: a name asks nothing."""
MOMENTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - the time zone is added
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def build_id(moment: datetime) -> str:
    """The name of a build that begins then."""
    return World(MemoryStore(), NOBODY, moment).build_id


@given(MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(seconds=2)))
def test_builds_sort_by_the_time_at_which_they_begin(moment: datetime, later: timedelta) -> None:
    """Two of one second too, which people start with two uploads."""
    assert build_id(moment) < build_id(moment + later)


@given(MOMENTS)
def test_name_of_a_build_says_when_it_began(moment: datetime) -> None:
    """To the second for people, in a form that takes no more room than it did."""
    name = build_id(moment)
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", name)
    assert time_of_build(name) == moment.replace(microsecond=0)
