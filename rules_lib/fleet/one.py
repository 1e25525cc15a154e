"""One target's build, and what its standing says of it afterwards."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import SUMMARY, build_key
from rules_lib.errors import NotApprovedError, RulesyncError, StoreError
from rules_lib.fleet.place import world_of_target
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.hold import Hold
from rules_lib.state.standing import Numbers, TargetStanding
from rules_lib.sync.settled import InputsUnchanged
from rules_lib.text import visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.targets.values import NamedTarget
    from rules_lib.world import World

_Outcome = TypeVar("_Outcome")

_CAUSE: Final = 500
"""Characters; the build's own summary has all of it."""


def sync_target(  # noqa: PLR0913  # what one build of many is about
    root: Store,
    target: NamedTarget,
    edition: str,
    now: datetime,
    run: Callable[[World], _Outcome],
    *,
    parameters: bool = False,
) -> _Outcome:
    """Run a build of one target, and note what came of it.

    Args:
        root: the whole bucket.
        target: whose build.
        edition: id of the edition that it takes.
        now: UTC.
        run: the build; what it gives is a summary, a hold, or that nothing has changed, and
            anything else leaves the standing as it is.
        parameters: see `world_of_target`.

    Raises:
        RulesyncError: the build failed or was refused, or the target cannot be reached.
    """
    store = TargetStore(root, target.name)
    try:
        outcome = run(world_of_target(root, target, now, edition, parameters=parameters))
    except NotApprovedError:
        raise
    except RulesyncError as error:
        lines = (line.strip() for line in visible_lines(str(error)).splitlines())
        cause = " ".join(lines)[:_CAUSE]
        with suppress(StoreError):  # the error itself says more than one of its note
            _note(store, lambda one: one.at(target).failed(cause, now))
        raise
    match outcome:
        case Summary() as summary:
            _note(store, lambda one: _applied(one, target, edition, summary, now))
        case InputsUnchanged(summary=summary):
            _note(store, lambda one: _applied(one, target, edition, summary, now))
        case Hold() as hold:
            _note(store, lambda one: one.at(target).kept(hold.build, "held", now, one.edition))
    return outcome


def _applied(
    standing: TargetStanding, target: NamedTarget, edition: str, summary: Summary, now: datetime
) -> TargetStanding:
    """What holds after a build; which build it was is of use only where hits are counted."""
    applied = standing.at(target).applied(edition, Numbers.of(summary), now)
    return applied.with_build(edition, summary.build_id) if target.alert_logs else applied


def note_rollback(root: Store, name: str, build: str, now: datetime) -> None:
    """Note that people put an earlier build of a target back, so its edition is not in force.

    Raises:
        StoreError: the standing cannot be written.
    """
    store = TargetStore(root, name)
    _note(store, lambda one: one.put_back(build, _numbers_of(store, build), now))


def _numbers_of(store: Store, build: str) -> Numbers | None:
    """A build's numbers; None where an earlier version of this project has written them."""
    stored = store.find(build_key(build, SUMMARY))
    with suppress(StoreError):
        return Numbers.of(read_summary(stored.body)) if stored else None
    return None


def note_silence(root: Store, name: str, now: datetime) -> None:
    """Note that a build of a target came to its end without a word, as one that was killed.

    Raises:
        StoreError: the standing cannot be written.
    """

    def change(one: TargetStanding) -> TargetStanding:
        return one if one.failing else one.failed("the build was ended: see its log", now)

    _note(TargetStore(root, name), change)


def _note(store: Store, change: Callable[[TargetStanding], TargetStanding]) -> None:
    change(TargetStanding.find(store) or TargetStanding()).put(store)
