"""Since when rules are in force, by the plans of builds."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from support.store import MemoryStore

from rules_lib.bucket import PLAN, build_key
from rules_lib.hits.presence import Presence
from rules_lib.state.latest import Latest
from rules_lib.state.presence import read_presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST = date(2026, 11, 10)


def stored(*builds: tuple[int, Mapping[str, Sequence[int]]], latest: int = 0) -> MemoryStore:
    """A bucket with builds of some days of November, each with the steps of one group."""
    store = MemoryStore()
    for day, step in builds:
        steps = json.dumps({"steps": [step]}).encode()
        store.put(build_key(name(day), PLAN), steps)
    newest = latest or max(day for day, _ in builds)
    there(store, name(newest), f"2026-11-{newest:02}T06:00:00+00:00")
    return store


def name(day: int) -> str:
    """Id of a build."""
    return f"202611{day:02}T060000Z-0000000{day % 10}"


def there(store: MemoryStore, build: str, applied_at: str) -> None:
    """Have `latest.json` point at a build."""
    Latest(build=build, version="1", sha256="", applied_at=applied_at).put(store)


def test_rule_is_there_since_the_day_after_it_came() -> None:
    """A day on which it came in the middle tells nothing."""
    found = read_presence(stored((9, {"added": [1]}), (12, {"added": [2]})), FIRST)
    assert found == Presence(date(2026, 11, 9), {1: date(2026, 11, 9), 2: date(2026, 11, 12)},
                             {1: date(2026, 11, 9), 2: date(2026, 11, 12)})  # fmt: skip
    assert (found.had(1, FIRST), found.had(2, date(2026, 11, 12))) == (True, False)
    assert found.had(2, date(2026, 11, 13))
    assert found.had(3, FIRST)


def test_rule_that_was_away_is_there_since_it_came_back() -> None:
    """What was before does not count."""
    builds = stored((9, {"added": [1]}), (11, {"removed": [1]}), (14, {"added": [1]}))
    assert read_presence(builds, FIRST).since(1) == date(2026, 11, 14)


def test_rule_that_moved_is_not_new_and_perhaps_altered() -> None:
    """It stood in another group before."""
    store = stored((9, {"added": [1]}))
    steps = [{"added": [1]}, {"removed": [1]}]
    store.put(build_key(name(15), PLAN), json.dumps({"steps": steps}).encode())
    there(store, name(15), "2026-11-15T06:00:00+00:00")
    found = read_presence(store, FIRST)
    assert found.had(1, date(2026, 11, 12))
    assert not found.had_unaltered(1, date(2026, 11, 12))


def test_altered_text_counts_from_its_day() -> None:
    """A hit of the text before says little of the text now."""
    found = read_presence(stored((9, {"added": [1]}), (15, {"changed": [1]})), FIRST)
    assert found.had(1, date(2026, 11, 12))
    assert not found.had_unaltered(1, date(2026, 11, 15))
    assert found.had_unaltered(1, date(2026, 11, 16))


def test_nothing_is_known_before_the_oldest_build() -> None:
    """The bucket lets old builds expire."""
    found = read_presence(stored((15, {"changed": [2]})), FIRST)
    assert found.since(1) == date(2026, 11, 15)
    assert not found.had(1, date(2026, 11, 14))


def test_reading_ends_at_the_most_builds_and_before_the_first_day() -> None:
    """However many there are."""
    store = stored(*((day, {"added": [day]}) for day in range(1, 25)))
    assert read_presence(store, FIRST, most=3).known_from == date(2026, 11, 22)
    assert read_presence(store, FIRST).known_from == date(2026, 11, 9)


def test_what_a_rollback_went_behind_is_there_since_the_rollback() -> None:
    """It was away in between, or another text was."""
    store = stored((9, {"added": [1, 2]}), (15, {"removed": [1], "changed": [2]}), latest=9)
    there(store, name(9), "2026-11-17T06:00:00+00:00")
    found = read_presence(store, FIRST)
    assert (found.since(1), found.since(2)) == (date(2026, 11, 17), date(2026, 11, 17))
    assert found.since(3) == date(2026, 11, 9)


def test_plan_that_cannot_be_read_ends_what_is_known() -> None:
    """Nobody can tell what it did; a build without one did nothing."""
    store = stored((9, {"added": [1]}), (15, {"added": [2]}))
    store.put(build_key(name(12), PLAN), b"{")
    store.put(build_key(name(13), "summary.json"), b"{}")
    assert read_presence(store, FIRST).known_from == date(2026, 11, 13)


def test_nothing_is_known_where_nothing_was_applied() -> None:
    """So no rule had a day."""
    found = read_presence(MemoryStore(), FIRST)
    assert (found.since(1), found.had(1, date(2026, 11, 30))) == (None, False)
