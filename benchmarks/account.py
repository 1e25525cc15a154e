"""The embedded AWS in a process of its own, whose time and memory are not counted."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import boto3

from benchmarks.costs import python
from rules_lib.aws.s3_store import S3Store
from rules_lib.sync.settled import Settled

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_BUCKET: Final = "benchmark"
_AS_OVER_TLS: Final = "[default]\ns3 =\n    payload_signing_enabled = false\n"
"""The embedded AWS has no TLS. Without it, botocore signs a SHA-256 of each object, as it never
does to S3 itself; TLS protects the object there, at less cost."""

_QUOTAS: Final = {
    "rule_groups": 2_000,
    "policy_rule_groups": 1_000,
    "policy_capacity": 1_000_000,
}


@contextmanager
def account(config: Path) -> Iterator[Mapping[str, str]]:
    """An empty account with our bucket and an allowlist in it; gives the environment to use it."""
    command = python("localaws", "--port", "0", "--quotas", json.dumps(_QUOTAS))
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(  # noqa: S603 - our own words
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server,
    ):
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            settings = Path(folder) / "config"
            settings.write_text(_AS_OVER_TLS)
            environment = _environment(url, settings)
            s3 = _client(environment)
            s3.create_bucket(Bucket=_BUCKET)
            s3.put_object(Bucket=_BUCKET, Key="config/categories.yaml", Body=config.read_bytes())
            yield environment
        finally:
            server.terminate()


def let_a_day_pass(environment: Mapping[str, str]) -> None:
    """Date back by a day what the last build noted, as the functions go by the real clock."""
    store = S3Store(_client(environment), _BUCKET)
    note = Settled.find(store)
    if note is None:
        raise LookupError("the last build has noted nothing: there was something left to do")
    note.model_copy(update={"day": note.day - timedelta(days=1)}).put(store)


def _client(environment: Mapping[str, str]) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_DEFAULT_REGION"],
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - the embedded AWS takes any
    )


def _environment(url: str, settings: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_CONFIG_FILE": str(settings),
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "RULESYNC_BUCKET": _BUCKET,
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }
