"""On a new feed or an edited allowlist: bring the firewall's rule groups up to date."""

from __future__ import annotations

import gc

gc.disable()  # nothing that is imported is ever garbage, and the search takes a fifth of the time

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""We have none, and to look for some pydantic reads what every package says of itself."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from aws_lambda_powertools import Logger

from rules_lib.aws import clients
from rules_lib.aws.arn_parameters import ArnParameters
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import STARTED_BY
from rules_lib.deadline import NEVER, Deadline, Timed
from rules_lib.errors import RulesyncError
from rules_lib.feed.newest import has_release
from rules_lib.fleet.request import ON_SCHEDULE, STEP, TARGET, FleetRequest
from rules_lib.fleet.targets_file import find_targets
from rules_lib.notify.telemetry import Telemetry
from rules_lib.reading.last_ruleset import LastRuleset
from rules_lib.report.summary import Summary, summary_form
from rules_lib.settings import BuildSettings
from rules_lib.state.hold import Hold
from rules_lib.state.turn import GaveWay, Turn, in_turn
from rules_lib.sync.code_digest import code_digest
from rules_lib.sync.run import sync, sync_if_changed
from rules_lib.sync.settled import InputsUnchanged
from rules_lib.world import World

if TYPE_CHECKING:
    from rules_lib.targets.values import Targets

logger = Logger(service="build", stream=sys.stderr)

clients.make_clients_early("s3", "network-firewall")
summary_form()  # every build needs this and the next, as it does the models
code_digest()
gc.freeze()  # what was imported stays for good: no search goes through it until a call has ended
gc.enable()

_Outcome = TypeVar("_Outcome")

_SCHEDULE: Final = "aws.events"
"""The source of a scheduled event: nothing has arrived, so there may be nothing to do."""


_READ_LAST: Final = LastRuleset()
"""For targets alone: a single stack has nobody to share it with, and its memory for itself."""

_LONGEST: Final = timedelta(minutes=15)
"""The longest that a Lambda function may run."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Build from the newest feeds in the bucket, whichever object's arrival was the cause.

    An event with `"allow_shrink": true`, sent by hand, lets this one build remove more rules than
    `max_shrink` allows, and unblock more than `max_unblock`.

    Returns:
        What was done, as JSON; `status` is `applied`, `held` where a rollback holds, `waiting`
        where no feed has arrived yet, `unchanged` where the schedule asked and nothing has
        changed since an earlier build, or `gathered` where another build is running,
        which takes up what this one was asked for. Where `config/targets.yaml` names targets it is
        `started`: a state machine then calls this function, for each target and around all.

    Raises:
        RulesyncError: the build failed or was refused; its summary in the bucket says why.
    """
    telemetry = Telemetry.begin("build", logger, os.environ)
    about = {"event": event.get("detail", {}).get("object", {}).get("key")}
    if name := event.get(TARGET):  # one of many: the end of its round measures and tells
        telemetry, about = telemetry.quietly(), {"target": name}
    try:
        result = _answer(event, context, telemetry)
    except RulesyncError as error:
        logger.error(  # noqa: TRY400  # the cause says it all, and the runtime adds the traceback
            "build failed", error=type(error).__name__, cause=str(error), **about
        )
        telemetry.failed(error)
        raise
    logger.info("build done", **{**about, **_loggable(result)})
    return result


def _answer(event: dict[str, Any], context: object, telemetry: Telemetry) -> dict[str, Any]:
    """Build, or where the bucket names targets, do what an event asks for of them."""
    settings = BuildSettings.from_environment(os.environ)
    store, now, cause = S3Store(clients.s3(), settings.bucket), datetime.now(UTC), _starter(event)

    def build(world: World, run: Callable[[World], _Outcome]) -> _Outcome | InputsUnchanged:
        quiet = event.get("quiet") is True or event.get("source") == _SCHEDULE
        unproven = settings.unproven == "true"
        world = replace(world, deadline=_deadline(context), unproven=unproven)
        world = world.marked(STARTED_BY, cause)
        if TARGET in event:
            world = replace(world, last_ruleset=_READ_LAST)
        outcome = sync_if_changed(world, run) if quiet else run(world)
        if isinstance(outcome, InputsUnchanged):
            telemetry.confirmed(outcome.summary, outcome.summary.fetched_at or world.now)
        return outcome

    targets, run = find_targets(store), _in_turn(event, context, telemetry)
    if targets or STEP in event or TARGET in event:
        request = FleetRequest(event, cause, store, settings, telemetry, now)
        return _fleet_answer(request, targets, lambda world: build(world, run))
    client, parameters = clients.network_firewall(), _parameters(settings)
    world = World(store, client, now, settings.policies, parameters=parameters)
    outcome = build(world, _once_fed(run))
    if outcome is None:
        logger.info("no feed yet: its arrival starts the first build", event=cause)
    return _result(outcome)


def _once_fed(run: Callable[[World], _Outcome]) -> Callable[[World], _Outcome | None]:
    """A build that waits for the first feed; where nothing has changed since one, nobody looks."""
    return lambda world: run(world) if has_release(world.store) else None


def _fleet_answer(
    request: FleetRequest,
    targets: Targets | None,
    build: Callable[[World], Summary | Hold | GaveWay | InputsUnchanged],
) -> dict[str, Any]:
    """Do what an event asks for of targets."""
    from rules_lib.fleet import answers  # noqa: PLC0415 - a tenth of a cold start, for targets alone

    if STEP in request.event:
        return answers.round_step(request, targets)
    if TARGET in request.event:
        return answers.build_target(request, targets, build, _result)
    return answers.start_targets(request)


def _parameters(settings: BuildSettings) -> ArnParameters | None:
    """Where ARNs are written; no client is made where nobody asked for it."""
    asked = settings.group_parameters == "true"
    return ArnParameters(clients.parameters()) if asked else None


def _starter(event: dict[str, Any]) -> str:
    """What started the function: an object that arrived, its schedule, a round, or somebody."""
    key = event.get("detail", {}).get("object", {}).get("key")
    by = ON_SCHEDULE if event.get("source") == _SCHEDULE else "invoked by hand"
    return str(event.get("cause") or key or by)


def _loggable(result: dict[str, Any]) -> dict[str, Any]:
    """A result without the long list of a round's targets, which the state machine has."""
    targets = result.get("targets")
    return {**result, "targets": len(targets)} if isinstance(targets, list) else result


def _deadline(context: object) -> Deadline:
    """When Lambda ends the function; who calls it without a context lets it take its time."""
    if isinstance(context, Timed):
        return Deadline.begin(lambda: context.get_remaining_time_in_millis() / 1000)
    return NEVER


def _time_left(deadline: Deadline) -> timedelta:
    return timedelta(seconds=min(deadline.left(), _LONGEST.total_seconds()))


def _in_turn(
    event: dict[str, Any], context: object, telemetry: Telemetry
) -> Callable[[World], Summary | Hold | GaveWay]:
    """A sync that waits for no other: it takes its turn, or leaves word and gives way."""

    def build(world: World) -> Summary | Hold:
        outcome = sync(world, allow_shrink=event.get("allow_shrink") is True)
        if isinstance(outcome, Summary):
            telemetry.built(outcome, outcome.fetched_at or world.now)
            for warning in outcome.warnings:
                logger.warning(warning)
        else:
            telemetry.held(outcome)
        return outcome

    def run(world: World) -> Summary | Hold | GaveWay:
        holder = getattr(context, "aws_request_id", None) or str(uuid4())
        turn = Turn(world.store, holder, world.now, world.now + _time_left(world.deadline))
        return in_turn(turn, lambda held: build(replace(world, now=datetime.now(UTC), turn=held)))

    return run


def _result(outcome: Summary | Hold | InputsUnchanged | GaveWay | None) -> dict[str, Any]:
    """What was done, as JSON; None: no feed has arrived yet."""
    if outcome is None:
        return {"status": "waiting"}
    if isinstance(outcome, GaveWay):
        return {"status": "gathered"}
    if isinstance(outcome, Hold):
        return {"status": "held", "build": outcome.build, "since": outcome.since}
    if isinstance(outcome, InputsUnchanged):
        return {"status": "unchanged", "build": outcome.summary.build_id}
    return {
        "status": "applied",
        "build": outcome.build_id,
        "version": outcome.feed.version,
        "enabled": outcome.rules.enabled,
        "kept": outcome.rules.kept,
        "discarded": outcome.discards,
        "off": outcome.rules.off,
        "waiting": outcome.waiting,
        "calls": dict(outcome.calls),
    }
