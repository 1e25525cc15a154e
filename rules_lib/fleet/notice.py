"""What people are told of a round: one message, however many targets it has."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import FLEET_REPORT, TARGETS
from rules_lib.errors import RoundError
from rules_lib.fleet.round import FAILED
from rules_lib.notify.notice import notice_of
from rules_lib.report.measures import Measure
from rules_lib.text import count, counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.fleet.round import RoundEnd
    from rules_lib.fleet.table import TargetRow
    from rules_lib.notify.notice import Notice
    from rules_lib.report.place import StackPlace

_LINES: Final = 15
_WHY: Final = 200


def round_failure(end: RoundEnd) -> RoundError | None:
    """What went wrong in a round, as one error; None where nothing did."""
    if not (failing := _failed(end)):
        return None
    causes = "\n".join(f"  {row.name}: {visible(row.why)[:_WHY]}" for row in failing)
    names = tuple(row.name for row in failing)
    return RoundError(f"{_of_all(len(failing), end)} failed\n{causes}", names)


def round_notice(end: RoundEnd, place: StackPlace) -> Notice | None:
    """Say what a round changed and what failed; None where neither is the case."""
    changed = [result.target for result in end.results if result.changed]
    failing = _failed(end)
    if not changed and not failing:
        return None
    headline = [f"{_of_all(len(failing), end)} failed"] if failing else []
    headline += [f"{counted(len(changed), 'target')} updated"] if changed else []
    return notice_of("; ".join(headline), _lines(end, changed, failing, place))


def round_measures(end: RoundEnd) -> Iterator[Measure]:
    """A round in numbers: of all targets together, as a metric costs by its dimensions."""
    table = end.table
    if any(result.status != FAILED for result in end.results):
        yield Measure("BuildConfirmed", 1)
    yield Measure("Targets", len(table.targets))
    yield Measure("TargetsFailing", table.number("failing", "withdrawn"))
    yield Measure("TargetsHeld", table.number("held"))
    yield Measure("TargetsWaiting", table.number("waiting", "behind"))


def _failed(end: RoundEnd) -> list[TargetRow]:
    failed = {result.target for result in end.results if result.status == FAILED}
    return [row for row in end.table.targets if row.name in failed]


def _of_all(number: int, end: RoundEnd) -> str:
    return f"{count(number)} of {counted(len(end.table.targets), 'target')}"


def _lines(
    end: RoundEnd, changed: list[str], failing: list[TargetRow], place: StackPlace
) -> Iterator[str]:
    if failing:
        yield "Failed. What was in force there stays in force, unless the cause says otherwise:"
        yield from _few([f"{row.name}: {visible(row.why)[:_WHY]}" for row in failing])
        yield ""
    if changed:
        rows = [row for row in end.table.targets if row.name in set(changed)]
        yield "Updated:"
        yield from _few(
            [
                f"{row.name}: release {visible(row.version)}, {count(row.rules)} rules, "
                f"{count(row.drops)} drop"
                for row in rows
            ]
        )
        yield ""
    for ring in end.table.rings:
        yield (
            f"Ring {ring.ring}: edition {ring.edition or 'none yet'} is in force at "
            f"{_part(ring.in_force, ring.targets)}"
        )
    yield from ("", "All targets:", *place.links(FLEET_REPORT))
    yield from ("", f"A build's files are below {TARGETS}NAME/. To look further:")
    yield f"  rulesync targets --bucket {place.bucket}"
    yield f"  rulesync status --bucket {place.bucket} --target NAME"


def _part(number: int, total: int) -> str:
    return f"{count(number)} of {counted(total, 'target')}"


def _few(rows: list[str]) -> Iterator[str]:
    yield from (f"  {row}" for row in islice(rows, _LINES))
    if len(rows) > _LINES:
        yield f"  and {count(len(rows) - _LINES)} more"
