"""Until when a build comes to the same, held against builds of every day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from support.groups import in_force
from support.inputs import DAY
from support.rules import allow, ruleset, text

from rules_lib.build import Built, build
from rules_lib.inputs import Inputs
from rules_lib.sync.same_until import same_until
from rules_lib.sync.warnings import warnings_of

CATEGORY: Final = "emerging-web"
SIDS: Final = (1, 2, 3, 4)
WEEK: Final = timedelta(days=7)

days = st.integers(-40, 20).map(lambda days: DAY + timedelta(days=days))
ends = st.sampled_from([date.min, date.max, None]) | days


def steady(
    ends: dict[int, date | None], since: dict[int, date], fired: dict[int, date], room: int
) -> Inputs:
    """What a build reads that finds in force what it came to before."""
    exceptions = [
        {"sid": sid, "not_to": ["192.0.2.1/32"], "why": "a test"}
        | ({"until": until.isoformat()} if until else {})
        for sid, until in ends.items()
    ]
    settings: dict[str, Any] = {
        "categories": {CATEGORY: "drop"},
        "staging": {"days": 7},
        "exceptions": exceptions,
        "firewall": {"capacity": room, "rule_groups": 1, "headroom": 0},
    }
    lines = [text(sid, ends="any any -> any any", head="alert tcp") for sid in SIDS]
    inputs = Inputs(
        ruleset=ruleset({CATEGORY: lines}),
        allowlist=allow(**settings),
        day=DAY,
        fired=fired,
    )
    inputs = after(inputs)
    begun = {**inputs.staging.since, **{sid: day for sid, day in since.items() if day <= DAY}}
    return after(after(replace(inputs, staging=replace(inputs.staging, since=begun))))


def after(inputs: Inputs) -> Inputs:
    """What the next build of the day reads."""
    built = build(inputs)
    staging = replace(built.staging, first=False)
    return replace(inputs, deployed=in_force(built.groups), staging=staging)


def told(inputs: Inputs, built: Built) -> object:
    """All that a build says and does."""
    groups = [(group.name, group.text) for group in built.groups]
    return groups, built.discarded, built.off, warnings_of(inputs, built, "local/")


@given(
    st.dictionaries(st.sampled_from(SIDS), ends),
    st.dictionaries(st.sampled_from(SIDS), days),
    st.dictionaries(st.sampled_from(SIDS), days),
    st.sampled_from([2, 9]),
)
def test_builds_of_the_days_before_come_to_the_same(
    ends: dict[int, date | None], since: dict[int, date], fired: dict[int, date], room: int
) -> None:
    """Groups, discards and warnings."""
    inputs = steady(ends, since, fired, room)
    built = build(inputs)
    day = same_until(inputs, built)
    assert DAY < day <= DAY + WEEK
    while (day := day - timedelta(days=1)) > DAY:
        later = replace(inputs, day=day)
        assert told(later, build(later)) == told(inputs, built)


@given(st.dictionaries(st.sampled_from(SIDS), ends), st.dictionaries(st.sampled_from(SIDS), days))
def test_no_day_is_named_too_early(ends: dict[int, date | None], since: dict[int, date]) -> None:
    """On the day that is named something is told or changes, unless a week has passed."""
    inputs = steady(ends, since, {}, 9)
    built = build(inputs)
    day = same_until(inputs, built)
    later = replace(inputs, day=day)
    notices = {one.until for one in inputs.allowlist.exceptions}
    assert (
        day == DAY + WEEK
        or day in notices
        or day + WEEK in notices
        or told(later, build(later)) != told(inputs, built)
    )
