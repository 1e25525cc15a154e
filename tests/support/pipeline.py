"""Feeds and allowlists to try the whole pipeline with, and what a sync leaves behind, read back."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import yaml
from click.testing import CliRunner

from rulesync_cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from click.testing import Result

ARCHIVE: Final = "emerging.rules.tar.gz"
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

_SID: Final = re.compile(r"\bsid: ?(\d+);", re.IGNORECASE)


def rule(  # noqa: PLR0913 - each a part of a rule's text
    sid: int,
    options: str = "",
    *,
    action: str = "alert",
    protocol: str = "tcp",
    addresses: str = "any any -> any any",
    rev: int = 1,
) -> str:
    """Write a rule that the service takes unless the options say otherwise."""
    text = f'(msg:"rule {sid}"; content:"x"; {options}sid:{sid}; rev:{rev};)'
    return f"{action} {protocol} {addresses} {text}"


def packed(files: Mapping[str, str | Sequence[str]]) -> bytes:
    """Pack rule files as a feed: by category, a file's text or its rules."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for category, text in files.items():
            data = (
                text if isinstance(text, str) else "".join(f"{line}\n" for line in text)
            ).encode()
            info = tarfile.TarInfo(f"rules/{category}.rules")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


def feed(
    folder: Path, files: Mapping[str, str | Sequence[str]], version: str | None = None
) -> Path:
    """Publish a feed in a folder: by category, a file's text or its rules."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / ARCHIVE
    archive.write_bytes(packed(files))
    if version is not None:
        (folder / "version.txt").write_text(f"{version}\n")
    return archive


def allowlist(**settings: Any) -> str:
    """Write an allowlist in which categories alert, with settings of its own."""
    return yaml.safe_dump({"version": 1, "default": "alert", **settings}, sort_keys=False)


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


def process(*words: object) -> subprocess.CompletedProcess[str]:
    """Run `rulesync local` in a process of its own, as people do."""
    command = [sys.executable, "-m", "rulesync_cli", "local", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def by_sid(text: str) -> dict[int, str]:
    """Rules by their sid, from a group's text; no sid may occur twice."""
    lines = text.splitlines()
    found = {int(_SID.findall(line)[-1]): line for line in lines}
    assert len(found) == len(lines)
    return found


def sha256(path: Path) -> str:
    """A file's checksum, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
