"""Targets in several accounts and regions, built by the template's own state machine."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

import boto3

from functions.build import app as build_app
from localaws.machines import functions
from rules_lib.aws import clients
from rules_lib.aws.roles import TargetRole
from rules_lib.errors import RulesyncError
from support.account import BUCKET, Account, account
from support.clock import Clock
from support.localaws import policy

START: Final = datetime(2030, 1, 1, tzinfo=UTC)
"""A day's beginning, after everything that S3 and the service date by the real clock."""
MACHINE: Final = "arn:aws:states:us-east-1:123456789012:stateMachine:rulesync-targets"
BUILD: Final = "{BuildFunction}"
"""In a state machine's definition, where the ARN of the build function goes."""

US: Final = "444455556666"
AP: Final = "777788889999"
POLICY: Final = "prod"


def role_of(account_id: str) -> str:
    """The ARN of the role that another account has for the stack."""
    return f"arn:aws:iam::{account_id}:role/rulesync-target"


PILOT: Final = {"name": "pilot", "region": "us-east-1", "ring": 0, "policies": [POLICY]}
PROD: Final = {
    "name": "us-prod",
    "region": "us-west-2",
    "role": role_of(US),
    "ring": 1,
    "policies": [POLICY],
}
ASIA: Final = {**PROD, "name": "asia", "role": role_of(AP), "region": "ap-southeast-1"}


@dataclass(slots=True)
class FleetAccount:
    """The hub's account with a state machine, and what its targets have.

    Attributes:
        hub: the account with the bucket.
        clock: what the build function takes for the time of day.
        machine: ARN of the state machine.
        invoked: every event that the build function got from the state machine.
    """

    hub: Account
    clock: Clock
    machine: str = MACHINE
    invoked: list[dict[str, Any]] = field(default_factory=list)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def name_targets(self, *targets: Mapping[str, object], hours: int = 24) -> None:
        """Upload the file of targets, and make their policies where they have none."""
        document = {"version": 1, "targets": list(targets), "bake": {"hours": hours}}
        self.hub.put("config/targets.yaml", json.dumps(document))
        for target in targets:
            client = self.client(target)
            there = {one["Name"] for one in client.list_firewall_policies()["FirewallPolicies"]}
            for name in {*target.get("policies", ())} - there:  # type: ignore[misc]  # a list
                client.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=policy())

    def client(self, target: Mapping[str, object]) -> Any:
        """Network Firewall in the target's account and region."""
        place = str(target["region"]), str(target.get("role", ""))
        if place not in self._clients:
            region, arn = place
            role = TargetRole(arn, BUCKET, "test") if arn else None
            self._clients[place] = clients.ClientsOfTarget.begin(region, role).firewall()
        return self._clients[place]

    def groups(self, target: Mapping[str, object]) -> dict[str, str]:
        """Name -> text of the rule groups that a target has."""
        client = self.client(target)
        names = [one["Name"] for one in client.list_rule_groups()["RuleGroups"]]
        found = (client.describe_rule_group(RuleGroupName=one, Type="STATEFUL") for one in names)
        texts = [one["RuleGroup"]["RulesSource"]["RulesString"] for one in found]
        return dict(zip(names, texts, strict=True))

    def rules(self, target: Mapping[str, object]) -> int:
        """How many rules a target has in force."""
        return sum(text.count("sid:") for text in self.groups(target).values())

    def attached(self, target: Mapping[str, object]) -> set[str]:
        """Names of the groups that the target's policy refers to."""
        found = self.client(target).describe_firewall_policy(FirewallPolicyName=POLICY)
        groups = found["FirewallPolicy"].get("StatefulRuleGroupReferences", ())
        return {one["ResourceArn"].rpartition("/")[2] for one in groups}

    def round(self, cause: str = "schedule") -> dict[str, Any]:
        """A round as the state machine goes through it, without its retries: name -> status."""
        self.clock.time += timedelta(minutes=1)
        begin = {"round_step": "begin", "cause": cause, "execution": str(self.clock.time)}
        begun = build_app.handler(begin, None)
        results = [self._result(item) for item in begun["targets"]]
        ended = {"round_step": "end", "round": begun["round"], "results": results}
        build_app.handler(ended, None)
        return {one["target"]: one["status"] for one in results}

    def _result(self, item: dict[str, Any]) -> dict[str, Any]:
        try:
            return build_app.handler(item, None)
        except RulesyncError:
            return {"target": item["target"], "status": "failed"}

    def executed(self, event: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Have the schedule, or another event, start the state machine, and wait for its end."""
        self.clock.time += timedelta(minutes=1)
        answer = build_app.handler(dict(event or {"source": "aws.events", "detail": {}}), None)
        assert answer["status"] == "started", answer
        return self.ended(answer["execution"])

    def ended(self, execution: str) -> dict[str, Any]:
        """What a round came to: name -> status, and how often it began."""
        client = boto3.client("stepfunctions")
        while (told := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.02)
        assert told["status"] == "SUCCEEDED", told
        return {one["target"]: one["status"] for one in json.loads(told["output"])["results"]}

    def later(self, hours: float) -> dict[str, Any]:
        """A round so many hours after the last."""
        self.clock.time += timedelta(hours=hours)
        return self.round()

    def state(self, name: str, key: str = "state/standing.json") -> dict[str, Any]:
        """A JSON object of a target."""
        return dict(json.loads(self.hub.read(f"targets/{name}/{key}")))


@contextmanager
def fleet_account(
    folder: Path, definition: Mapping[str, Any] | None = None, *, start: datetime = START
) -> Iterator[FleetAccount]:
    """An account with targets, and the embedded AWS around it.

    Args:
        folder: where the feed is published.
        definition: of the state machine, which calls the function `BUILD`; None where there is to
            be none.
        start: what the build function takes for the time of day at first.
    """
    with ExitStack() as stack:
        hub = stack.enter_context(account(folder, RULESYNC_STATE_MACHINE=MACHINE))
        clock = Clock(start)
        stack.enter_context(mock.patch.object(build_app, "datetime", clock))
        running = FleetAccount(hub, clock)
        if definition:
            stack.enter_context(_machine(running, definition))
        hub.allow(max_shrink=1)
        yield running


@contextmanager
def _machine(running: FleetAccount, definition: Mapping[str, Any]) -> Iterator[None]:
    def handler(event: dict[str, Any], context: object) -> Any:
        running.invoked.append(event)
        return build_app.handler(event, context)

    with functions({"build": handler}) as arns:
        text = json.dumps(definition).replace(BUILD, arns["build"])
        made = boto3.client("stepfunctions").create_state_machine(
            name="rulesync-targets",
            definition=text,
            roleArn=f"arn:aws:iam::123456789012:role/{BUCKET}",
        )
        assert made["stateMachineArn"] == MACHINE
        yield
