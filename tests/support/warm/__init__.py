"""Modules run as by `python -m`, in forks of a process that has loaded what takes long to load.

A command starts in a twentieth of the time. What is about the start itself, or about what is loaded
by then, starts a Python of its own.
"""

from __future__ import annotations

import atexit
import os
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_HERE: Final = Path(__file__).parent


def warm() -> tuple[str, ...]:
    """The words that stand for `python -m`; a module and its own words follow."""
    return (sys.executable, "-IS", str(_HERE / "client.py"), str(_listening()))


def write_command(path: Path) -> Path:
    """Write a `rulesync` that runs in forks, as a program of its own."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(warm())} rulesync_cli "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


@cache
def _listening() -> Path:
    """Where the process listens that forks; it ends with this one."""
    folder = TemporaryDirectory()
    place = Path(folder.name) / "socket"
    paths = (str(_HERE.parents[2]), str(_HERE.parents[1]), os.environ.get("PYTHONPATH", ""))
    unmeasured = {name: text for name, text in os.environ.items() if "COVERAGE_" not in name}
    server = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, str(_HERE / "server.py"), str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**unmeasured, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    atexit.register(folder.cleanup)
    atexit.register(server.communicate)
    assert server.stdout
    assert server.stdout.readline() == b"listens\n"
    return place
