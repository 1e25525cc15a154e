"""The embedded AWS in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]


@contextmanager
def local_server(*options: str, log: Path = Path(os.devnull), **environment: str) -> Iterator[str]:
    """Run `python -m localaws` on a free port; gives its URL once it listens.

    Args:
        options: of its command line.
        log: where its requests are logged.
        environment: added to ours.
    """
    command = [sys.executable, "-m", "localaws", "--port", "0", *options]
    with (
        log.open("w") as written,
        subprocess.Popen(  # noqa: S603  # our own interpreter
            command,
            cwd=_ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        ) as server,
    ):
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def client_at(url: str, service: Any) -> Any:
    """A client as people make one, of an embedded AWS that listens there."""
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106  # no secret
        config=Config(s3={"addressing_style": "path"}),
    )
