"""Targets of a deployed stack: their rounds, and what each has in its account and region."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from rules_lib.bucket import FLEET_SUMMARY, STANDING, TARGETS_FILE, target_key
from support.deploy import ROOT, say
from support.localaws import ANYBODY, Credentials, client_at, policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.deploy import Stack

THERE: Final = "444455556666"
ROLE: Final = f"arn:aws:iam::{THERE}:role/rulesync-target"
OPERATOR: Final = "arn:aws:iam::123456789012:user/operator"
_MEMBERS: Final = f"arn:aws:iam::{THERE}:role/OrganizationAccountAccessRole"

PILOT: Final = {"name": "pilot", "region": "us-east-1", "ring": 0}
US: Final = {"name": "us-prod", "region": "us-east-1", "ring": 1, "role": ROLE}
EU: Final = {"name": "eu-prod", "region": "eu-west-1", "ring": 1, "role": ROLE}
TARGETS: Final = (PILOT, US, EU)
NAMES: Final = tuple(str(target["name"]) for target in TARGETS)


def policy_arn(target: Mapping[str, object]) -> str:
    """The policy that a target of the other account has."""
    return f"arn:aws:network-firewall:{target['region']}:{THERE}:firewall-policy/prod"


@dataclass(frozen=True, slots=True)
class DeployedFleet:
    """A hub's stack, and an account that lets it in.

    Attributes:
        stack: of the hub.
        notices: URL of the queue that gets what people are told.
    """

    stack: Stack
    notices: str

    def client(self, service: str, target: Mapping[str, object] = PILOT) -> Any:
        """A client for the account and region of a target, as their administrator has it."""
        by = administrator(self.stack.endpoint) if "role" in target else ANYBODY
        return client_at(self.stack.endpoint, service, by, region=str(target["region"]))

    def make_policy(self, target: Mapping[str, object]) -> None:
        """Make the policy of a target of the other account."""
        client = self.client("network-firewall", target)
        client.create_firewall_policy(FirewallPolicyName="prod", FirewallPolicy=policy())

    def groups(self, target: Mapping[str, object]) -> dict[str, str]:
        """Name -> rules of the rule groups that a target has."""
        client = self.client("network-firewall", target)
        names = [group["Name"] for group in client.list_rule_groups()["RuleGroups"]]
        found = [client.describe_rule_group(RuleGroupName=name, Type="STATEFUL") for name in names]
        texts = [each["RuleGroup"]["RulesSource"]["RulesString"] for each in found]
        return dict(zip(names, texts, strict=True))

    def attached(self, target: Mapping[str, object]) -> set[str]:
        """Names of the rule groups that the policy of a target of the other account refers to."""
        client = self.client("network-firewall", target)
        found = client.describe_firewall_policy(FirewallPolicyName="prod")["FirewallPolicy"]
        references = found.get("StatefulRuleGroupReferences", ())
        return {reference["ResourceArn"].rpartition("/")[2] for reference in references}

    def name_targets(self) -> None:
        """Upload the file of targets."""
        own = {**PILOT, "policies": [self.stack.outputs["PolicyArn"]]}
        others = [{**target, "policies": [policy_arn(target)]} for target in (US, EU)]
        document = {"version": 1, "targets": [own, *others], "bake": {"hours": 24}}
        self.stack.write(TARGETS_FILE, json.dumps(document).encode())

    def round_after(self, what: Callable[[], object]) -> FleetAct:
        """Do something that starts a round, and wait for its end."""
        before = len(self._executions())
        what()
        self.stack.until("a round", lambda: len(self._executions()) > before)
        return self._ended(self._executions()[0]["executionArn"])

    def round_on_schedule(self) -> FleetAct:
        """Have the schedule start a round, and wait for its end."""
        started = self.stack.on_schedule(self.stack.outputs["BuildFunctionName"])
        return self._ended(started["execution"])

    def let_a_day_pass(self, name: str) -> None:
        """Have what a target has in force look as if it had been there for a day more."""
        key = target_key(name, STANDING)
        standing = json.loads(self.stack.read(key) or b"{}")
        before = datetime.fromisoformat(standing["since"]) - timedelta(hours=25)
        self.stack.write(key, json.dumps(standing | {"since": before.isoformat()}).encode())

    def told(self) -> list[str]:
        """The subjects of the notices that people have got since this was asked last."""
        client, found = self.client("sqs"), list[str]()
        while messages := client.receive_message(
            QueueUrl=self.notices, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            found += [json.loads(message["Body"])["Subject"] for message in messages]
            for message in messages:
                client.delete_message(QueueUrl=self.notices, ReceiptHandle=message["ReceiptHandle"])
        return found

    def _executions(self) -> list[dict[str, Any]]:
        """The newest first."""
        machine = self.stack.outputs["TargetsMachineArn"]
        found = self.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
        return sorted(found, key=lambda one: one["startDate"], reverse=True)

    def _ended(self, execution: str) -> FleetAct:
        client = self.client("stepfunctions")

        def told() -> dict[str, Any]:
            return dict(client.describe_execution(executionArn=execution))

        self.stack.until("its end", lambda: told()["status"] != "RUNNING")
        assert told()["status"] == "SUCCEEDED", told()
        results = {one["target"]: one["status"] for one in json.loads(told()["output"])["results"]}
        say(f"round: {results}")
        events = client.get_execution_history(executionArn=execution)["events"]
        return FleetAct.after(self, results, [event["type"] for event in events])


@dataclass(frozen=True, slots=True)
class FleetAct:
    """What stood after a round.

    Attributes:
        fleet: whose round it was.
        results: target -> what became of its build.
        events: types of what the state machine went through.
        states: target -> its state.
        groups: target -> the rules of every rule group.
        told: the subjects of the notices that came.
    """

    fleet: DeployedFleet
    results: dict[str, str]
    events: list[str]
    states: dict[str, str]
    groups: dict[str, dict[str, str]]
    told: list[str]

    @classmethod
    def after(cls, fleet: DeployedFleet, results: dict[str, str], events: list[str]) -> FleetAct:
        """Look at everything."""
        table = json.loads(fleet.stack.read(FLEET_SUMMARY) or b"{}")
        return cls(
            fleet=fleet,
            results=results,
            events=events,
            states={row["name"]: row["state"] for row in table["targets"]},
            groups={str(target["name"]): fleet.groups(target) for target in TARGETS},
            told=fleet.told(),
        )


def administrator(endpoint: str) -> Credentials:
    """Whoever administers the other account, as its organisation lets them."""
    sts = client_at(endpoint, "sts")
    taken = sts.assume_role(RoleArn=_MEMBERS, RoleSessionName="admin")
    return Credentials.of(taken["Credentials"])


def let_in(stack: Stack) -> None:
    """Deploy the role of the other account, for the hub's build and for the operator."""
    stack.deploy_elsewhere(
        ROOT / "template-target.yaml",
        administrator(stack.endpoint),
        HubRoleArn=stack.outputs["BuildRoleArn"],
        ExternalId=stack.outputs["BucketName"],
        PeopleArns=OPERATOR,
        FirewallPolicies=",".join(map(policy_arn, (US, EU))),
    )


def operator(endpoint: str) -> Credentials:
    """A user of the hub's account, who runs the command."""
    iam = client_at(endpoint, "iam")
    iam.create_user(UserName=OPERATOR.rpartition("/")[2])
    made = iam.create_access_key(UserName=OPERATOR.rpartition("/")[2])
    return Credentials.of(made["AccessKey"])


def queue_of(endpoint: str, topic: str) -> str:
    """URL of a new queue that gets what a topic is told."""
    sqs = client_at(endpoint, "sqs")
    url = sqs.create_queue(QueueName="notices")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    client_at(endpoint, "sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return str(url)
