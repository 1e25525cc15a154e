"""What the build function does where a bucket names targets: steps of a round, one target, a start.

The function itself says how a build is run, and what it tells about it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rules_lib.aws import clients
from rules_lib.aws.handover import start_round
from rules_lib.bucket import TARGETS_FILE
from rules_lib.errors import SettingsError
from rules_lib.fleet.notice import round_failure, round_measures, round_notice
from rules_lib.fleet.one import sync_target
from rules_lib.fleet.request import STEP, TARGET
from rules_lib.fleet.rights import renew_rights
from rules_lib.fleet.round import abandon_round, begin_round, end_round
from rules_lib.fleet.targets_file import target_named, targets_in
from rules_lib.report.summary import Summary
from rules_lib.state.hold import Hold
from rules_lib.sync.settled import InputsUnchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules_lib.fleet.request import FleetRequest
    from rules_lib.state.turn import GaveWay
    from rules_lib.targets.values import Targets
    from rules_lib.world import World

    BuildOutcome: TypeAlias = Summary | Hold | InputsUnchanged | GaveWay

_NO_ROUND: Final[Mapping[str, Any]] = {
    "targets": [],
    "round": None,
    "at_once": 1,
    "again": False,
    "results": {},
}


def start_targets(request: FleetRequest) -> dict[str, Any]:
    """Have the state machine begin a round.

    Raises:
        SettingsError: the stack has none.
        HandoverError: it cannot be started.
    """
    machine = request.settings.state_machine
    if not machine:
        raise SettingsError(
            f"{request.root.address(TARGETS_FILE)} is there, but the stack serves no targets: "
            "deploy it with Targets=true, or delete the file"
        )
    started = start_round(clients.state_machines(), machine, request.cause)
    return {"status": "started", "execution": started}


def round_step(request: FleetRequest, targets: Targets | None) -> dict[str, Any]:
    """Begin or end a round; one whose file of targets was deleted meanwhile has none.

    Raises:
        RulesyncError: the bucket cannot be read or written.
    """
    event, root, now = request.event, request.root, request.now
    if targets is None:
        abandon_round(root, now, event.get("round"))
        return dict(_NO_ROUND)
    if event[STEP] == "begin":
        begun = begin_round(root, targets, now, str(event["execution"]), request.cause)
        return {**begun, "at_once": request.settings.targets_at_once}
    end = end_round(root, targets, now, event["round"], event["results"])
    request.telemetry.rounded(
        round_measures(end),
        round_notice(end, request.telemetry.place),
        round_failure(end),
        changed=any(result.changed for result in end.results),
    )
    return {"again": end.again, "results": dict(Counter(one.status for one in end.results))}


def build_target(
    request: FleetRequest,
    targets: Targets | None,
    run: Callable[[World], BuildOutcome],
    told: Callable[[BuildOutcome], Mapping[str, Any]],
) -> dict[str, Any]:
    """Build one target, as a round asks for, or somebody by hand.

    Args:
        request: names the target and, from a round, its edition.
        targets: as people name them; None where they name none.
        run: the build.
        told: what the function says of a build; `status`, and `build` where one was made.

    Raises:
        RulesyncError: the build failed or was refused, or the target cannot be reached.
    """
    event, root, now = request.event, request.root, request.now
    name = str(event[TARGET])
    if "edition" in event and not (targets and targets.named(name)):  # gone since its round began
        return {"target": name, "build": "", "changed": False, "status": "removed"}
    targets = targets or targets_in(root)
    target = target_named(root, targets, name)
    edition = event.get("edition") or renew_rights(root, targets, now).of(target.name).edition
    answer: dict[str, Any] = {"target": target.name, "build": "", "changed": False}
    if not edition:
        return {**answer, "status": "waiting"}
    parameters = request.settings.group_parameters == "true"
    outcome = sync_target(root, target, str(edition), now, run, parameters=parameters)
    said = told(outcome)
    changed = isinstance(outcome, Summary) and bool(outcome.calls)
    return {
        **answer,
        "status": said["status"],
        "build": said.get("build", ""),
        "changed": changed,
    }
