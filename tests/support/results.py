"""What a sync leaves behind, read back, and `rulesync local` to leave it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from click.testing import CliRunner

from rulesync_cli import main
from support.warm import warm

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

FILES: Final = frozenset(
    {
        "changed.jsonl",
        "discarded.csv",
        "discarded.jsonl",
        "groups.json",
        "plan.json",
        "report.html",
        "summary.json",
    }
)
"""What every sync leaves beside `rule-groups/`."""

_LAST_SID: Final = re.compile(r".*\bsid: ?(\d+);", re.IGNORECASE)


@dataclass(frozen=True)
class Results:
    """The folder that one sync of `rulesync local` leaves; each file is read once."""

    folder: Path

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The parsed `summary.json`."""
        return dict(json.loads((self.folder / "summary.json").read_bytes()))

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The parsed `plan.json`."""
        return dict(json.loads((self.folder / "plan.json").read_bytes()))

    @cached_property
    def groups(self) -> dict[str, str]:
        """Each rule group's text by its name."""
        paths = sorted((self.folder / "rule-groups").glob("*.rules"))
        return {path.stem: path.read_bytes().decode() for path in paths}

    @cached_property
    def published(self) -> dict[int, str]:
        """Every published rule by its sid."""
        return by_sid("".join(self.groups.values()))

    @cached_property
    def changes(self) -> dict[str, str]:
        """What became of each rule group."""
        return {group["name"]: group["change"] for group in self.summary["rule_groups"]}

    def group(self, name: str) -> dict[str, Any]:
        """One entry of the summary's `rule_groups`."""
        entries = {group["name"]: group for group in self.summary["rule_groups"]}
        return dict(entries[name])

    def records(self, name: str) -> list[dict[str, Any]]:
        """The records of `discarded.jsonl` or `changed.jsonl`."""
        return [json.loads(line) for line in (self.folder / name).read_bytes().splitlines()]

    @cached_property
    def discarded(self) -> dict[int | None, str]:
        """The reason for each discarded sid."""
        return {record["sid"]: record["reason"] for record in self.records("discarded.jsonl")}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of `rulesync local`: how it ended, and where its results lie."""

    result: Result
    out: Path

    def sync(self, number: int = 1) -> Results:
        """What the sync of this number left."""
        return Results(self.out / str(number))

    @property
    def error(self) -> str:
        """What it said on stderr, ending with exit code 1."""
        assert self.result.exit_code == 1, self.result.output
        return self.result.stderr


def local(out: Path, *feeds: object, **options: object) -> Run:
    """Run `rulesync local`; options by name, a list for one that repeats."""
    words = [word for one in feeds for word in ("--feed", str(one))]
    for name, values in options.items():
        for value in values if isinstance(values, list) else [values]:
            words += [f"--{name}", str(value)]
    command = ["local", *words, "--out", str(out)]
    return Run(CliRunner().invoke(main, command, catch_exceptions=False), out)


def synced(out: Path, *feeds: object, **options: object) -> Run:
    """Run `rulesync local`, which must succeed."""
    run = local(out, *feeds, **options)
    assert run.result.exit_code == 0, run.result.output
    return run


def process(*words: object, module: str = "rulesync_cli") -> subprocess.CompletedProcess[str]:
    """Run `rulesync local` in a process of its own, as people do."""
    command = [*warm(), module, "local", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def quick_process(*words: object) -> None:
    """Run `rulesync local` in a process of its own, which must succeed; its calls are shortened."""
    done = process(*words, module="support.quick")
    assert done.returncode == 0, done.stderr


def by_sid(text: str) -> dict[int, str]:
    """Rules by their sid, from a group's text; no sid may occur twice."""
    lines = text.splitlines()
    found = {sid_in(line): line for line in lines}
    assert len(found) == len(lines)
    return found


def sid_in(rule: str) -> int:
    """The sid of a rule: the last that stands in its text."""
    found = _LAST_SID.match(rule)
    assert found, rule
    return int(found[1])


def sha256(path: Path) -> str:
    """A file's checksum, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
