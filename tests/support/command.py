"""The command as people run it: on an embedded account's bucket, or in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from rulesync_cli import main
from support.account import BUCKET

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
    """Run a command in a process of its own."""
    command = [*PROGRAM, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)  # noqa: S603 - ours
