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
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_HERE: Final = Path(__file__).parent
_TESTS: Final = _HERE.parents[1]


def warm() -> tuple[str, ...]:
    """The words that stand for `python -m`; a module and its own words follow."""
    return _client(_listening(sys.executable, "server", _TESTS.parent))


def warm_sam(python: Path) -> tuple[str, ...]:
    """As `warm`, for the Python of SAM CLI; a script may follow, too."""
    return _client(_listening(str(python), "sam"))


def write_command(path: Path) -> Path:
    """Write a `rulesync` that runs in forks, as a program of its own."""
    return write_program(path, (*warm(), "rulesync_cli"))


def write_program(path: Path, words: Iterable[str]) -> Path:
    """Write a program that stands for words, to which its own are added."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def _client(listens: Path) -> tuple[str, ...]:
    return (sys.executable, "-IS", str(_HERE / "client.py"), str(listens))


@cache
def _listening(python: str, module: str, *paths: Path) -> Path:
    """Where the process listens that forks; it ends with this one.

    Args:
        python: under which it runs.
        module: of this package.
        paths: of what it imports, beside the tests' own.
    """
    folder = TemporaryDirectory()
    place = Path(folder.name) / "socket"
    found = (*map(str, (*paths, _TESTS)), os.environ.get("PYTHONPATH", ""))
    unmeasured = {name: text for name, text in os.environ.items() if "COVERAGE_" not in name}
    server = subprocess.Popen(  # noqa: S603 - ours
        [python, "-P", "-m", f"{__name__}.{module}", str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**unmeasured, "PYTHONPATH": os.pathsep.join(filter(None, found))},
    )
    atexit.register(folder.cleanup)
    atexit.register(server.communicate)
    assert server.stdout
    assert server.stdout.readline() == b"listens\n"
    return place
