"""What a cold start loads: what every build needs, and not what few do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOADED = """
import sys
import functions.build.app
print(*sorted(sys.modules))
"""


@pytest.mark.parametrize(
    "unneeded",
    [
        "rules_lib.fleet.answers",
        "rules_lib.targets.loader",
        "rules_lib.rollback.run",
        "rules_lib.report.html",
        "jinja2",
        "requests",
    ],
)
def test_what_few_builds_need_is_not_loaded(unneeded: str, loaded: frozenset[str]) -> None:
    """Targets, a rollback that overtook, the page where nothing changed, an answer to a deploy."""
    assert unneeded not in loaded
    assert "rules_lib.sync.run" in loaded


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """The modules that a Python has which has loaded the build function and nothing else."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", LOADED],
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(done.stdout.split())
