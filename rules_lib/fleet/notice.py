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
    """What went wrong in a round, or holds it up, as one error; None where nothing did."""
    failing, hits = _failed(end), _hits(end)
    if not failing and not hits:
        return None
    causes = [f"  {row.name}: {visible(row.why)[:_WHY]}" for row in failing]
    head = [f"{_of_all(len(failing), end)} failed"] if failing else []
    names = tuple(row.name for row in failing)
    return RoundError("\n".join((*head, *causes, *hits)), (*names, *hits))


def round_notice(end: RoundEnd, place: StackPlace) -> Notice | None:
    """Say what a round changed and what failed; None where neither is the case."""
    changed = [result.target for result in end.results if result.changed]
    failing, bursting = _failed(end), end.table.number("bursting")
    if not changed and not failing and not _hits(end):
        return None
    headline = [f"{_of_all(len(failing), end)} failed"] if failing else []
    headline += [f"new drops burst at {counted(bursting, 'target')}"] if bursting else []
    if _hits(end) and not bursting:
        headline += ["hits were not counted in time"]
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


def _hits(end: RoundEnd) -> list[str]:
    """What hits have to do with what rings wait for."""
    return [f"ring {ring.ring}: {ring.hits}" for ring in end.table.rings if ring.hits]


def _of_all(number: int, end: RoundEnd) -> str:
    return f"{count(number)} of {counted(len(end.table.targets), 'target')}"


def _lines(
    end: RoundEnd, changed: list[str], failing: list[TargetRow], place: StackPlace
) -> Iterator[str]:
    if failing:
        yield "Failed. What was in force there stays in force, unless the cause says otherwise:"
        yield from _few([f"{row.name}: {visible(row.why)[:_WHY]}" for row in failing])
        yield ""
    if bursting := [row for row in end.table.targets if row.state == "bursting"]:
        yield "New drops burst. No other ring takes them as things are:"
        yield from _few([f"{row.name}: {visible(row.why)[:_WHY]}" for row in bursting])
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
            f"{_part(ring.in_force, ring.targets)}{f'; {ring.hits}' if ring.hits else ''}"
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
