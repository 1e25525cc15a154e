"""Both Lambda handlers on an embedded account, called as AWS calls them; the command beside them.

The account lives as long as the `account` context; every boto3 call it gets is written down.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import boto3
from click.testing import CliRunner, Result

from functions.build import app as build_app
from functions.fetch import app as fetch_app
from localaws import EmbeddedAws, embedded_aws
from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.settings import BuildSettings
from rules_lib.world import World
from rulesync_cli import main
from support.feeds import allowlist, feed
from support.localaws import content, policy
from support.results import by_sid
from support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path


BUCKET: Final = "rulesync-test"
ALLOWLIST: Final = "config/categories.yaml"
_WRITES: Final = ("Create", "Update", "Delete", "Put")


@dataclass(slots=True)
class Account:
    """An embedded account with our bucket.

    Attributes:
        aws: how the service is made to refuse and to fail.
        folder: where the feed is published.
        journal: every call to S3 and Network Firewall: its name, and the key, group or policy.
        meanwhile: what somebody else does just before the first call of a name.
        s3: a client of the test's own.
        firewall: likewise.
    """

    aws: EmbeddedAws
    folder: Path
    journal: list[tuple[str, str]]
    meanwhile: dict[str, Callable[[], object]]
    s3: Any = field(default_factory=lambda: boto3.client("s3"))
    firewall: Any = field(default_factory=lambda: boto3.client("network-firewall"))

    def allow(self, text: str = "", **settings: Any) -> None:
        """Upload an allowlist."""
        body = text or allowlist(**settings)
        self.s3.put_object(Bucket=BUCKET, Key=ALLOWLIST, Body=body.encode())

    def put(self, key: str, text: str) -> None:
        """Upload any other object."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())

    def publish(self, **rules_of: Sequence[str]) -> None:
        """Publish a feed and fetch it; `malware` stands for the category emerging-malware."""
        feed(self.folder, {f"emerging-{name}": rules for name, rules in rules_of.items()})
        fetch_app.handler({"source": "aws.scheduler"}, None)

    def build(self, key: str = ALLOWLIST, context: object = None, **said: object) -> dict[str, Any]:
        """Have the build function called for an object that arrived; more may be said by hand."""
        detail = {"bucket": {"name": BUCKET}, "object": {"key": key}}
        event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail, **said}
        return dict(json.loads(json.dumps(build_app.handler(event, context))))

    def tick(self, context: object = None) -> dict[str, Any]:
        """Have the build function called by its schedule."""
        event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
        return dict(json.loads(json.dumps(build_app.handler(event, context))))

    def sync(self, **rules_of: Sequence[str]) -> dict[str, Any]:
        """Publish a feed, fetch it, build, and give the build's summary."""
        self.publish(**rules_of)
        self.build()
        return self.summary()

    def keys(self, prefix: str = "") -> list[str]:
        """Names of the bucket's objects."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for item in found.get("Contents", ())]

    def has(self, key: str) -> bool:
        """Whether the bucket has an object."""
        return key in self.keys(key)

    def read(self, key: str) -> bytes:
        """An object's bytes."""
        return bytes(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    @property
    def builds(self) -> list[str]:
        """The ids of all builds, the first first."""
        order = [key.split("/")[1] for call, key in self.journal if key.startswith("builds/")]
        return list(dict.fromkeys(order))

    def summary(self) -> dict[str, Any]:
        """The summary of the newest build, however it ended."""
        return dict(json.loads(self.read(f"builds/{self.builds[-1]}/summary.json")))

    def latest(self) -> dict[str, Any]:
        """What `latest.json` says."""
        return dict(json.loads(self.read("latest.json")))

    def discarded(self) -> dict[int, tuple[str, str]]:
        """Reason and detail of each sid that the newest build discarded."""
        lines = self.read(f"builds/{self.builds[-1]}/discarded.jsonl").splitlines()
        records = [json.loads(line) for line in lines]
        return {record["sid"]: (record["reason"], record["detail"]) for record in records}

    def describe(self, name: str) -> dict[str, Any]:
        """A rule group as the service has it."""
        return dict(self.firewall.describe_rule_group(RuleGroupName=name, Type="STATEFUL"))

    def text(self, name: str) -> str:
        """A rule group's rules as the service has them."""
        return str(self.describe(name)["RuleGroup"]["RulesSource"]["RulesString"])

    def deployed(self) -> dict[str, str]:
        """The rules of every group of the account."""
        names = [group["Name"] for group in self.firewall.list_rule_groups()["RuleGroups"]]
        return {name: self.text(name) for name in names}

    def sids(self) -> set[int]:
        """Every sid that is deployed."""
        return set(by_sid("".join(self.deployed().values())))

    def policy(self, name: str) -> dict[str, Any]:
        """A firewall policy as the service has it."""
        answer = self.firewall.describe_firewall_policy(FirewallPolicyName=name)
        return dict(answer["FirewallPolicy"])

    def references(self, name: str) -> dict[str, int]:
        """The rule groups that a policy refers to, with their priorities."""
        found = self.policy(name).get("StatefulRuleGroupReferences", [])
        return {one["ResourceArn"].rpartition("/")[2]: one["Priority"] for one in found}

    def create_policy(self, name: str, groups: Mapping[str, int]) -> None:
        """Make a policy as somebody would in the console, with groups at priorities."""
        arns = (
            (self.describe(one)["RuleGroupResponse"]["RuleGroupArn"], at)
            for one, at in groups.items()
        )
        wanted = policy(*arns, StatefulDefaultActions=["aws:drop_established"])
        self.firewall.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=wanted)

    def create_by_hand(self, name: str, text: str) -> None:
        """Make a rule group as somebody else would, without our tags."""
        self.firewall.create_rule_group(
            RuleGroupName=name, Type="STATEFUL", Capacity=10, RuleGroup=content(text)
        )

    def edit_by_hand(self, name: str, text: str) -> None:
        """Give a rule group another text, as somebody in the console would."""
        token = self.describe(name)["UpdateToken"]
        self.firewall.update_rule_group(
            RuleGroupName=name, Type="STATEFUL", RuleGroup=content(text), UpdateToken=token
        )

    def writes(self) -> list[tuple[str, str]]:
        """The journal's writes; dry runs are none, and the test's own are left out by `forget`."""
        return [entry for entry in self.journal if entry[0].startswith(_WRITES)]

    def forget(self) -> None:
        """Start the journal anew, but for the builds."""
        self.journal[:] = [entry for entry in self.journal if entry[1].startswith("builds/")]

    def since(self, mark: int) -> tuple[str, ...]:
        """Actions that Network Firewall was asked for since its `mark`-th call, no dry runs."""
        return tuple(call.action for call in self.aws.calls[mark:] if not call.dry_run)


@contextmanager
def account(folder: Path, **settings: str) -> Iterator[Account]:
    """Run an embedded account with our bucket and the environment that the stack would set.

    Args:
        folder: where the feed will be published.
        settings: more of the environment.
    """
    environment = {
        "RULESYNC_BUCKET": BUCKET,
        "RULESYNC_FEED_URL": str(folder / "emerging.rules.tar.gz"),
        **settings,
    }
    journal: list[tuple[str, str]] = []
    meanwhile: dict[str, Callable[[], object]] = {}

    def note(params: Mapping[str, Any], model: Any, **_: object) -> None:
        if params.get("DryRun"):
            return
        if happens := meanwhile.pop(model.name, None):
            happens()
        names = (params.get(name) for name in ("Key", "RuleGroupName", "FirewallPolicyArn"))
        journal.append((model.name, next(filter(None, names), "")))

    session = boto3.Session()
    session.events.register("provide-client-params.*.*", note)
    with (
        embedded_aws() as aws,
        mock.patch.dict(os.environ, environment),
        mock.patch.object(boto3, "DEFAULT_SESSION", session),
    ):
        running = Account(aws, folder, journal, meanwhile)
        running.s3.create_bucket(Bucket=BUCKET)
        yield running


def world(running: Account) -> World:
    """What a build that begins now has: clients of its own, and the account's policies."""
    assert running.has("config/categories.yaml")
    settings = BuildSettings.from_environment(os.environ)
    store = S3Store(clients.s3(), BUCKET)
    return World(
        store,
        clients.network_firewall(),
        datetime.now(UTC),
        settings.policies,
        unproven=settings.unproven == "true",
    )


def next_second() -> None:
    """Let the second end, as builds are told apart by it: in an account they take longer."""
    now = datetime.now(UTC)
    time.sleep(1 - now.microsecond / 1e6)


PROGRAM = [sys.executable, "-m", "rulesync_cli"]


def call(*words: object, typed: str | None = None) -> Result:
    """Run a command on the account's bucket; what it does not expect is raised."""
    command = [*map(str, words), "--bucket", BUCKET]
    return CliRunner().invoke(main, command, input=typed, catch_exceptions=False)


def run(*words: object) -> Result:
    """Run a command without a bucket."""
    return CliRunner().invoke(main, [*map(str, words)], catch_exceptions=False)


def bare(home: Path, **more: str) -> dict[str, str]:
    """An environment in which nobody has set up AWS."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **more}


def process(env: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, forked from one that has loaded it."""
    command = [*warm(), "rulesync_cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)  # noqa: S603 - ours
