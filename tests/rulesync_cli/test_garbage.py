"""A command that ends soon has nothing to free before; one that lasts has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.account import bare

from rulesync_cli.commands import SUMMARIES
from rulesync_cli.frame import _LASTING

ENDED = """
import atexit, gc, sys
atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 0, file=sys.stderr))
from rulesync_cli import main
assert gc.isenabled()
sys.argv[0] = "rulesync"
main()
"""
"""What was registered first is called last, when all is frozen that is to be."""


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        (["--version"], "False True"),
        (["schema"], "False True"),
        (["hits", "--help"], "True False"),
    ],
    ids=["none", "brief", "lasting"],
)
def test_garbage_is_looked_for_by_what_lasts_alone(
    words: list[str], ended: str, tmp_path: Path
) -> None:
    """The search is a fifth of a help text's time, and goes through everything at the end again."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", ENDED, *words],
        capture_output=True,
        text=True,
        env=bare(tmp_path),
        check=True,
    )
    assert done.stderr.splitlines()[-1] == ended


def test_what_lasts_are_commands() -> None:
    """One that was renamed is renamed there too."""
    assert SUMMARIES.keys() >= _LASTING
