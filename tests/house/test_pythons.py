"""Every place that names the Pythons we run on names the same ones."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW: Final = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
SUPPORTED: Final = [
    name.rpartition(" ")[2] for name in PROJECT["classifiers"] if ":: Python :: 3." in name
]


@pytest.fixture
def job() -> dict[str, Any]:
    """The workflow's only job."""
    [job] = yaml.load(WORKFLOW, Loader=yaml.BaseLoader)["jobs"].values()  # noqa: S506 - strings only
    return dict(job)


def test_first_of_them_is_the_oldest_that_pip_takes() -> None:
    """`requires-python` has no upper end: a newer Python is tried, and not refused."""
    assert PROJECT["requires-python"] == f">={SUPPORTED[0]}"


def test_functions_run_on_each_of_them() -> None:
    """Lambda has 3.14 since November 2025."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    [values] = re.findall(r"  PythonRuntime:\n(?:    .*\n)*?    AllowedValues: \[(.+)\]", template)
    assert values.split(", ") == [f"python{version}" for version in SUPPORTED]


def test_sam_builds_with_each_of_them_and_no_other() -> None:
    """By the pattern of its script."""
    script = (ROOT / "scripts" / "sam").read_text(encoding="utf-8")
    [pattern] = re.findall(r"=~ (\^python\S+\$) ", script)
    found = [f"3.{minor}" for minor in range(30) if re.match(pattern, f"python3.{minor}")]
    assert found == SUPPORTED


def test_workflow_tests_the_oldest_and_the_newest(job: dict[str, Any]) -> None:
    """By the same target as people."""
    versions = job["strategy"]["matrix"]["python"]
    assert {SUPPORTED[0], SUPPORTED[-1]} <= set(versions) <= set(SUPPORTED)
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make test"]


def test_workflow_may_only_read_and_runs_what_it_names() -> None:
    """Each action is named by a commit, which nobody can move as they can a tag."""
    document = yaml.load(WORKFLOW, Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    assert document["permissions"] == {"contents": "read"}
    used = re.findall(r"uses: (\S+)", WORKFLOW)
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []


def test_script_says_which_are_not_there() -> None:
    """And fails where it has tried none."""
    done = subprocess.run(  # noqa: S603 - ours
        [ROOT / "scripts" / "pythons", "3.1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "passed with none; not on this machine: 3.1" in done.stderr


def test_hook_runs_targets_that_there_are() -> None:
    """`make hook` names its folder to git."""
    hook = (ROOT / "scripts" / "hooks" / "pre-commit").read_text(encoding="utf-8")
    [targets] = re.findall(r"make --no-print-directory (.+)", hook)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in targets.split())
    assert "git config core.hooksPath scripts/hooks" in makefile
