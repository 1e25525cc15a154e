"""Three targets in two accounts and two regions, on an embedded AWS: python -m examples.fleet.

A pilot has each release first. What it has had in force for a day goes to the others, or at once if
somebody promotes it. The rounds are those of the stack: its state machine calls its build function.
Their clock is ours, so that a day takes no time; it begins two days ago, and ends now.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest import mock

import boto3

from examples.run import releases
from examples.targets_machine import definition
from localaws import embedded_aws
from localaws.machines import functions
from rules_lib.aws import clients
from rules_lib.aws.roles import TargetRole

BUCKET: Final = "rulesync-example"
POLICY: Final = "prod"
ROLE: Final = "arn:aws:iam::444455556666:role/rulesync-target"
TARGETS: Final[tuple[Mapping[str, Any], ...]] = (
    {"name": "pilot", "ring": 0, "region": "us-east-1"},
    {"name": "us-prod", "ring": 1, "region": "us-east-1", "role": ROLE},
    {"name": "eu-prod", "ring": 1, "region": "eu-west-1", "role": ROLE},
)
_MACHINE: Final = "rulesync-targets"
_OWN_ROLE: Final = "arn:aws:iam::123456789012:role/rulesync"
_ENVIRONMENT: Final = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "RULESYNC_BUCKET": BUCKET,
    "RULESYNC_STATE_MACHINE": f"arn:aws:states:us-east-1:123456789012:stateMachine:{_MACHINE}",
}
_POLICY: Final[Any] = {
    "StatelessDefaultActions": ["aws:forward_to_sfe"],
    "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
    "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
}


@dataclass(slots=True)
class Hours:
    """Stands in for `datetime` where the build function asks for the time.

    Attributes:
        told: the time that it is said to be.
    """

    told: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=49))

    def now(self, zone: tzinfo) -> datetime:
        """Tell the time."""
        return self.told.astimezone(zone)

    def go_on(self, hours: int) -> None:
        """Let hours pass."""
        self.told += timedelta(hours=hours)


def main() -> None:
    """Go through the story, and say what happens."""
    with TemporaryDirectory() as name, _account() as hours:
        folder = Path(name)
        first, second = (folder / path for path in releases(folder))
        _say("The first release arrives. The pilot, in the stack's own account, is built:")
        _fetch(first)
        _round()
        _say("A day later, it has baked. The other account gets it, in both regions:")
        hours.go_on(25)
        _round()
        _say("The next release arrives. It waits behind the pilot:")
        hours.go_on(1)
        _fetch(second)
        _round()
        hours.go_on(23)
        _promotion()
        _say("The policy is back. With the next round, all is well again:")
        _make_policy(TARGETS[1])
        _round()
        _rollback()


def _promotion() -> None:
    _say("Somebody does not want to wait. But the firewall policy of us-prod was deleted:")
    _client(TARGETS[1]).delete_firewall_policy(FirewallPolicyName=POLICY)
    _type("promote", "--ring", "1", "--yes")
    _round()


def _rollback() -> None:
    _say("One target gets the build before. It is held, and the others stay as they are:")
    listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="targets/eu-prod/builds/")
    first = min(str(one.get("Key")).split("/")[3] for one in listed["Contents"])
    _type("rollback", "--target", "eu-prod", "--yes", first)
    _round()


@contextmanager
def _account() -> Iterator[Hours]:
    """The embedded AWS, with the hub's bucket and state machine, and the targets' policies."""
    hours = Hours()
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, _ENVIRONMENT))
        stack.enter_context(embedded_aws())
        from functions.build import app  # noqa: PLC0415 - it reads the log level when imported

        stack.enter_context(mock.patch.object(app, "datetime", hours))
        arns = stack.enter_context(functions({"build": app.handler}))
        boto3.client("stepfunctions").create_state_machine(
            name=_MACHINE,
            definition=json.dumps(definition(arns["build"], pause=1)),
            roleArn=_OWN_ROLE,
        )
        _fill_bucket()
        for target in TARGETS:
            _make_policy(target)
        yield hours


def _fill_bucket() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    allowlist = Path(__file__).with_name("categories.yaml").read_bytes()
    s3.put_object(Bucket=BUCKET, Key="config/categories.yaml", Body=allowlist)
    document = {"version": 1, "targets": [{**one, "policies": [_arn(one)]} for one in TARGETS]}
    s3.put_object(Bucket=BUCKET, Key="config/targets.yaml", Body=json.dumps(document).encode())


def _arn(target: Mapping[str, Any]) -> str:
    """The target's policy; one that is named without its account would be made where missing."""
    account = target.get("role", _OWN_ROLE).split(":")[4]
    return f"arn:aws:network-firewall:{target['region']}:{account}:firewall-policy/{POLICY}"


def _client(target: Mapping[str, Any]) -> Any:
    role = TargetRole(target["role"], BUCKET, "example") if "role" in target else None
    return clients.ClientsOfTarget.begin(target["region"], role).firewall()


def _make_policy(target: Mapping[str, Any]) -> None:
    _client(target).create_firewall_policy(FirewallPolicyName=POLICY, FirewallPolicy=_POLICY)


def _fetch(feed: Path) -> None:
    from functions.fetch import app  # noqa: PLC0415 - it reads the log level when imported

    with mock.patch.dict(os.environ, {"RULESYNC_FEED_URL": str(feed)}):
        app.handler({"source": "aws.scheduler"}, None)


def _round() -> None:
    """Have the schedule start a round, wait for its end, and show what it left."""
    from functions.build import app  # noqa: PLC0415 - it reads the log level when imported

    client = boto3.client("stepfunctions")
    begun = app.handler({"source": "aws.events", "detail": {}}, None)["execution"]
    while client.describe_execution(executionArn=begun)["status"] == "RUNNING":
        time.sleep(0.05)
    history = client.get_execution_history(executionArn=begun)["events"]
    failed = sum(event["type"] == "TaskFailed" for event in history)
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key="targets/summary.json")["Body"].read()
    for row in json.loads(body)["targets"]:
        _say(_row(row), indent=2)
        if row["state"] == "failing":
            _say(f"after {failed} attempts: {row['why']}", indent=4)


def _row(row: Mapping[str, Any]) -> str:
    where = f"{row['account'] or 'own account':<12}  {row['region']:<9}"
    has = f"release {row['version']}: {row['rules']} rules, {row['drops']} drop"
    told = f"{row['name']:<8} {where}  {row['state']:<8}  {has if row['version'] else ''}"
    return told.rstrip()


def _type(*words: str) -> None:
    """Run the command, as somebody types it."""
    from rulesync_cli import main as rulesync  # noqa: PLC0415 - after the environment is set

    _say(f"$ rulesync {' '.join(words)}", indent=2)
    with mock.patch.object(sys, "argv", ["rulesync", *words]):
        rulesync(standalone_mode=False)


def _say(words: str, indent: int = 0) -> None:
    sys.stdout.write(f"{'' if indent else os.linesep}{' ' * indent}{words}\n")


if __name__ == "__main__":
    main()
