"""`state/staging.json`: what is known of how long rules have been here, beside what is in force.

It is written before anything is put in force: a rule that alerts in its first days and is not
recorded would be taken for one that people have watched. One that is recorded and not in force does
no harm, as its time begins when it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import Field

from rules_lib.bucket import STAGING
from rules_lib.facts.suricata import SID_MAX
from rules_lib.staging_record import Departure, StagingRecord
from rules_lib.state.statefile import Cache, Seen

if TYPE_CHECKING:
    from rules_lib.state.latest import Latest

ROLLED_BACK: Final = "~"
"""In place of a build's id, later than any: what is in force is older than what was recorded."""

_Sid = Annotated[int, Field(ge=1, le=SID_MAX)]


class StagingFile(Cache):
    """What one build left for the next; days in UTC, by day as most rules share theirs.

    Attributes:
        build: that wrote it.
        since: first day of their time -> rules that alert and are to drop later.
        fired: of these, those that fired meanwhile -> the newest day.
        left: day -> rules that left on it -> rev.
    """

    KEY = STAGING
    ADVICE = (
        "It is ignored, and written again: rules that were staged alert for all their days again."
    )

    build: str
    since: Mapping[date, tuple[_Sid, ...]] = {}
    fired: Mapping[_Sid, date] = {}
    left: Mapping[date, Mapping[_Sid, int]] = {}

    @classmethod
    def of(cls, build: str, record: StagingRecord) -> Self:
        """Write down what a build leaves to know."""
        since = defaultdict[date, list[int]](list)
        left = defaultdict[date, dict[int, int]](dict)
        for sid, day in sorted(record.since.items()):
            since[day].append(sid)
        for sid, gone in sorted(record.left.items()):
            left[gone.day][sid] = gone.rev
        return cls(
            build=build,
            since={day: tuple(since[day]) for day in sorted(since)},
            fired=dict(sorted(record.fired.items())),
            left={day: left[day] for day in sorted(left)},
        )

    @property
    def record(self) -> StagingRecord:
        """What it says."""
        return StagingRecord(
            since={sid: day for day, sids in self.since.items() for sid in sids},
            fired=self.fired,
            left={
                sid: Departure(day, rev)
                for day, gone in self.left.items()
                for sid, rev in gone.items()
            },
        )

    def to_json(self) -> bytes:
        """Render the file, with no more spaces than it needs."""
        return self.model_dump_json().encode() + b"\n"


def known_of_staging(seen: Seen[StagingFile], latest: Latest | None) -> StagingRecord:
    """What builds before this one recorded, and whether that is all of it.

    Args:
        seen: the file.
        latest: the newest applied build; None before the first.
    """
    record = seen.file.record if seen.file else StagingRecord()
    return replace(record, first=latest is None, intact=_is_intact(seen, latest))


def _is_intact(seen: Seen[StagingFile], latest: Latest | None) -> bool:
    """Whether it is the file that was there when the groups in force were put there, or newer."""
    if seen.file is None:
        return seen.etag is None and latest is not None and not latest.staging
    return latest is None or seen.file.build >= latest.staging
