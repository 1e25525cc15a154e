"""One round over all targets: what begins it says who builds what, what ends it sums it up.

A state machine runs a build for each target in between. Rounds that are asked for while one runs
are gathered, as builds of a single stack are: whoever comes leaves word, and the round that ends
begins anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from rules_lib.bucket import FLEET_REPORT, FLEET_SUMMARY
from rules_lib.fleet.one import note_silence
from rules_lib.fleet.page import fleet_page
from rules_lib.fleet.prune import prune_editions
from rules_lib.fleet.request import ON_SCHEDULE
from rules_lib.fleet.rights import read_rights, renew_rights
from rules_lib.fleet.table import fleet_table
from rules_lib.state.turn import Turn

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.fleet.rights import Rights
    from rules_lib.fleet.table import FleetTable
    from rules_lib.targets.values import Targets

_LONGEST: Final = timedelta(minutes=30)
"""For so long a round has the turn; one that takes longer lets others run beside it, which does no
harm, as each target has a turn of its own."""


class Round(BaseModel):
    """A round that has the turn.

    Attributes:
        holder: names it.
        began: ISO 8601, UTC.
        heard: what was asked for before it read the bucket.
    """

    model_config = ConfigDict(frozen=True)

    holder: str
    began: str
    heard: str | None = None


class TargetResult(BaseModel):
    """What became of one target's build in a round.

    Attributes:
        target: its name.
        status: as the build answers; `failed` where it did not; `removed` where the file does not
            name the target any more.
        build: id, where one was made.
        changed: whether a rule group or a policy was written.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    target: str
    status: str
    build: str = ""
    changed: bool = False


FAILED: Final = "failed"
"""Status of a build that the state machine gave up."""

_RESULTS: Final = TypeAdapter(tuple[TargetResult, ...])


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """What came of a round.

    Attributes:
        results: of each target that was to build.
        table: of all targets, as they are now.
        again: others were asked for meanwhile, and the turn is still this round's.
    """

    results: tuple[TargetResult, ...]
    table: FleetTable
    again: bool


def begin_round(
    root: Store, targets: Targets, now: datetime, holder: str, cause: str
) -> dict[str, Any]:
    """Let the rings advance, and say which target builds what.

    Args:
        root: the whole bucket.
        targets: as people name them.
        now: UTC.
        holder: names this round.
        cause: what started it; each build's files tell it. Where it is the schedule, nothing has
            arrived, so a build may find that nothing has changed.

    Returns:
        JSON: `targets`, an item for each target that may build, with its `edition`; `round`, for
        `end_round`, or null where another round takes up what this one was asked for.

    Raises:
        RulesyncError: the bucket cannot be read or written.
    """
    turn = Turn(root, holder, now, now + _LONGEST)
    if not turn.try_take():
        turn.ask()
        if not turn.try_take():
            return {"targets": [], "round": None}
    turn.listen()
    rights = renew_rights(root, targets, now)
    begun = Round(holder=holder, began=now.isoformat(), heard=turn.heard)
    return {"targets": _items(rights, cause), "round": begun.model_dump()}


def _items(rights: Rights, cause: str) -> list[dict[str, Any]]:
    """A build for each target; one whose edition is in force already may find nothing to do."""
    return [
        {
            "target": right.target.name,
            "edition": right.edition,
            "cause": cause,
            "quiet": cause == ON_SCHEDULE
            or rights.standings[right.target.name].edition == right.edition,
        }
        for right in rights.each
        if right.may_build
    ]


def end_round(root: Store, targets: Targets, now: datetime, round_: Any, results: Any) -> RoundEnd:
    """Sum a round up, and let others have the turn unless more was asked for.

    Args:
        root: the whole bucket.
        targets: as people name them.
        now: UTC.
        round_: what `begin_round` gave; None where it gave way.
        results: of the builds, as JSON.

    Raises:
        RulesyncError: the bucket cannot be read or written.
    """
    done = _RESULTS.validate_python(results)
    for result in done:
        if result.status == FAILED and targets.named(result.target):
            note_silence(root, result.target, now)
    rights = read_rights(root, targets, now)
    table = fleet_table(rights, now)
    if round_ is None:
        return RoundEnd(done, table, again=False)
    root.put(FLEET_SUMMARY, json.dumps(table.document(), indent=2).encode() + b"\n")
    root.put(FLEET_REPORT, fleet_page(table))
    prune_editions(root, rights, now)
    return RoundEnd(done, table, again=_goes_on(root, Round.model_validate(round_), now))


def abandon_round(root: Store, now: datetime, round_: Any) -> None:
    """Let others have the turn of a round whose targets are gone.

    Args:
        root: the whole bucket.
        now: UTC.
        round_: what `begin_round` gave; None where it gave way.
    """
    if round_ is not None:
        Turn(root, Round.model_validate(round_).holder, now, now + _LONGEST).release()


def _goes_on(root: Store, begun: Round, now: datetime) -> bool:
    """Let go of the turn; take it again where somebody left word since the bucket was read."""
    turn = Turn(root, begun.holder, now, now + _LONGEST, begun.heard)
    turn.release()
    return turn.asked_again() and turn.try_take()
