"""What a round over many targets takes: the table of docs/fleet.md.

.venv/bin/python -m benchmarks.fleet --targets 200
.venv/bin/python -m benchmarks.fleet --feed ../shared/et-open/2025-08-04.tar.gz --targets 20

The first takes the example feed, in its two releases.

The stack's own state machine, as the template has it, calls the build function on the embedded AWS.
All targets are in one ring, each in an account of its own. CPU seconds are those of this process:
the embedded AWS, which takes more than the build, is in them, so they are an upper bound.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest import mock

import boto3
import click

from benchmarks.feeds import ROOT
from examples.run import releases
from examples.targets_machine import definition
from localaws import EmbeddedAws, embedded_aws
from localaws.machines import functions
from localaws.quotas import Quotas

BUCKET: Final = "rulesync-fleet"
REGIONS: Final = ("eu-west-1", "us-east-1", "ap-southeast-1", "eu-central-1")
MACHINE: Final = "arn:aws:states:us-east-1:123456789012:stateMachine:rulesync-targets"
COUNTED: Final = ("s3", "network-firewall", "sts")


@dataclass(frozen=True, slots=True)
class RoundCost:
    """What one round took.

    Attributes:
        what: it was about.
        results: how many targets ended how.
        seconds: of CPU, the embedded AWS included.
        calls: to each service.
    """

    what: str
    results: Mapping[str, int]
    seconds: float
    calls: Mapping[str, int]

    def row(self) -> str:
        """A row of the table."""
        ends = ", ".join(f"{number} {status}" for status, number in sorted(self.results.items()))
        targets = sum(self.results.values())
        calls = " | ".join(f"{self.calls.get(name, 0) / targets:.1f}" for name in COUNTED)
        return f"| {self.what} | {ends} | {self.seconds / targets:.2f} | {calls} |"


HEADINGS: Final = (
    "| round | targets | CPU seconds a target | calls to S3 | to Network Firewall | to STS |",
    "|---|---|---|---|---|---|",
)


@click.command()
@click.option("--feed", type=click.Path(exists=True, path_type=Path),
              help="An archive. Default: the example feed's first release.")  # fmt: skip
@click.option("--newer", type=click.Path(exists=True, path_type=Path),
              help="A later release of that feed, for one round more.")  # fmt: skip
@click.option("--config", type=click.Path(exists=True, path_type=Path),
              help="Default: the shipped allowlist for --feed, the example's without.")  # fmt: skip
@click.option("--targets", type=click.IntRange(2, 999), default=200, show_default=True)
def main(feed: Path | None, newer: Path | None, config: Path | None, targets: int) -> None:
    """Build many targets, again with a newer release, without news, and with other targets."""
    if newer and not feed:
        raise click.UsageError("--newer is a release of --feed, which is missing")
    folder = "config" if feed else "examples"
    allowlist = (config or ROOT / folder / "categories.yaml").read_bytes()
    click.echo("\n".join(HEADINGS))
    with TemporaryDirectory() as made:
        if feed is None:
            feed, newer = (Path(made) / path for path in releases(Path(made)))
        for cost in rounds(feed, newer, allowlist, targets):
            click.echo(cost.row())


def rounds(feed: Path, newer: Path | None, allowlist: bytes, targets: int) -> Iterator[RoundCost]:
    """Four or five rounds, one after the other.

    Args:
        feed: the archive that all targets get.
        newer: another, for the second round; None for none.
        allowlist: of all targets.
        targets: how many.
    """
    from functions.build import app as build  # noqa: PLC0415 - its clients are made on the embedded AWS
    from functions.fetch import app as fetch  # noqa: PLC0415 - as above

    for function in (build, fetch):  # each logs every build, and warns of each category
        function.logger.setLevel(logging.CRITICAL)
    with _account(build.handler) as (aws, calls):
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="config/categories.yaml", Body=allowlist)
        _name(s3, range(targets))
        aws.grant(Quotas(rule_groups=200))
        _fetch(fetch.handler, feed)
        yield _round("first build", calls)
        if newer:
            _fetch(fetch.handler, newer)
            yield _round("a newer release", calls)
        for what in ("nothing has changed, noted", "nothing has changed"):
            yield _round(what, calls)
        _name(s3, range(1, targets + 1))
        yield _round("one target added, one removed", calls)


def _name(s3: Any, numbers: range) -> None:
    """Upload the file of targets."""
    named = [
        {
            "name": f"t{number:03}",
            "region": REGIONS[number % len(REGIONS)],
            "role": f"arn:aws:iam::{100000000000 + number}:role/rulesync-target",
        }
        for number in numbers
    ]
    body = json.dumps({"version": 1, "targets": named}).encode()
    s3.put_object(Bucket=BUCKET, Key="config/targets.yaml", Body=body)


@contextmanager
def _account(handler: Any) -> Iterator[tuple[EmbeddedAws, Counter[str]]]:
    """The embedded AWS with the state machine, and a count of calls by service."""
    calls: Counter[str] = Counter()
    environment = {
        "RULESYNC_BUCKET": BUCKET,
        "RULESYNC_STATE_MACHINE": MACHINE,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, environment))
        aws = stack.enter_context(embedded_aws())
        stack.enter_context(_counted(calls))
        arns = stack.enter_context(functions({"build": handler}))
        boto3.client("stepfunctions").create_state_machine(
            name="rulesync-targets",
            definition=json.dumps(definition(arns["build"])),
            roleArn="arn:aws:iam::123456789012:role/rulesync",
        )
        yield aws, calls


@contextmanager
def _counted(calls: Counter[str]) -> Iterator[None]:
    from moto.core.models import botocore_stubber  # noqa: PLC0415 - on the embedded AWS alone

    process = botocore_stubber.process_request

    def counting(request: Any) -> Any:
        host = request.url.split("/")[2]
        service = "s3" if ".s3." in host or host.startswith("s3.") else host.split(".")[0]
        calls[service] += 1
        return process(request)

    with mock.patch.object(botocore_stubber, "process_request", counting):
        yield


def _fetch(handler: Any, feed: Path) -> None:
    with mock.patch.dict(os.environ, {"RULESYNC_FEED_URL": str(feed)}):
        handler({"source": "aws.scheduler"}, None)


def _round(what: str, calls: Counter[str]) -> RoundCost:
    from functions.build import app as build  # noqa: PLC0415 - see `rounds`

    before, began = Counter(calls), time.process_time()
    answer = build.handler({"source": "aws.events", "detail": {}}, None)
    client = boto3.client("stepfunctions")
    while (told := _told(client, answer["execution"]))["status"] == "RUNNING":
        time.sleep(0.2)
    seconds = time.process_time() - began
    results = json.loads(told["output"])["results"]
    made = calls - before
    return RoundCost(what, Counter(one["status"] for one in results), seconds, made)


def _told(client: Any, execution: str) -> dict[str, Any]:
    return dict(client.describe_execution(executionArn=execution))


if __name__ == "__main__":
    main()
