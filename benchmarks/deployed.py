"""The functions and their library as Lambda has them: a copy, compiled as `scripts/sam build` does.

Without its step, each start would compile the page's templates, which no user of the stack meets.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.feeds import ROOT

_COPIED: Final = ("functions", "rules_lib")
_STEPS: Final = (
    ("scripts/compile_templates.py",),
    ("-m", "compileall", "-q", "-f", "-j", "0", "--invalidation-mode", "unchecked-hash"),
)
"""What `compile_packages` of `scripts/sam` does with the layers."""


def by_deployed(module: str) -> tuple[list[str], Mapping[str, str]]:
    """The command for a module of ours that uses the copy, and its environment."""
    path = os.pathsep.join((_copy().name, str(ROOT)))
    return [sys.executable, "-P", "-m", module], {"PYTHONPATH": path}


@cache
def _copy() -> TemporaryDirectory[str]:
    """Made once, and gone when this process ends."""
    folder = TemporaryDirectory()
    for package in _COPIED:
        left = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, Path(folder.name) / package, ignore=left)
    for step in _STEPS:
        subprocess.run([sys.executable, *step, folder.name], cwd=ROOT, check=True)  # noqa: S603 - ours
    return folder
