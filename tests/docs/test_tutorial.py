"""The tutorial, typed as it stands into a fresh clone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from support.warm import write_command

ROOT: Final = Path(__file__).parents[2]
TUTORIAL: Final = ROOT / "docs" / "tutorial.md"
SECONDS: Final = 1_800
"""For the whole of it; it says ten minutes, which are those of a reader."""

_LEFT: Final = shutil.ignore_patterns(".*", "out", "build", "dist", "*.egg-info", "tests")
_FENCED: Final = re.compile(r"(?ms)^```(bash|text)\n(.*?)^```$")
_PORT: Final = "5199"
_TYPED: Final = "@@@ typed, exit code"


@dataclass(frozen=True, slots=True)
class Block:
    """What is typed, and the lines that are shown below it."""

    typed: str
    shown: tuple[str, ...] = ()


def blocks() -> tuple[Block, ...]:
    """The tutorial's blocks in order."""
    found = list[Block]()
    for language, text in _FENCED.findall(TUTORIAL.read_text(encoding="utf-8")):
        if language == "bash":
            found.append(Block(text))
        else:
            found[-1] = Block(found[-1].typed, tuple(text.splitlines()))
    return tuple(found)


def clone(folder: Path) -> Path:
    """A fresh clone in which `make setup` has nothing more to install; its rulesync is warm."""
    shutil.copytree(ROOT, folder, ignore=_LEFT)
    venv, installed = folder / ".venv", Path(sys.prefix)
    (venv / "bin").mkdir(parents=True)
    for path in (*installed.iterdir(), *(installed / "bin").iterdir()):
        place = venv / path.relative_to(installed)
        if not place.exists() and path.name not in {".installed", "rulesync"}:
            place.symlink_to(path)
    (venv / ".installed").touch()
    write_command(venv / "bin" / "rulesync")
    return folder


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def typed(session: str, folder: Path) -> str:
    """Everything that one shell prints; whatever it has started ends with it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - the words are ours
        ["bash", "-c", session],  # noqa: S607 - as a reader has it
        cwd=folder,
        env={**kept, "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            return shell.communicate(timeout=SECONDS)[0]
        finally:
            stop(shell.pid)


def stop(group: int) -> None:
    """End what is left of a session."""
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        return


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, int], ...]:
    """What each block prints, and its last exit code."""
    folder = clone(tmp_path_factory.mktemp("tutorial") / "rulesync")
    session = "".join(f"{block.typed}echo '{_TYPED}' $?\n" for block in blocks())
    parts = re.split(rf"{_TYPED} (\d+)\n", typed(session.replace(_PORT, free_port()), folder))
    return tuple(zip(parts[::2], map(int, parts[1::2]), strict=False))


def patterns(lines: tuple[str, ...]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each shown line, as it is to be found; `…` stands for anything."""
    for line in lines:
        if line.strip("… "):
            parts = (re.escape(part) for part in line.rstrip().split("…"))
            yield line, re.compile(rf"(?m)^{'.*'.join(parts)}\s*$")


def test_every_block_has_run(printed: tuple[tuple[str, int], ...]) -> None:
    """To the end, and `plan` alone says by its exit code that there is something to do."""
    assert len(printed) == len(blocks())
    for block, (output, code) in zip(blocks(), printed, strict=True):
        assert code == (2 if "rulesync plan" in block.typed.splitlines()[-1] else 0), output


def test_nothing_fails_that_is_not_shown_to_fail(printed: tuple[tuple[str, int], ...]) -> None:
    """No traceback anywhere, and an error only where one is shown."""
    for block, (output, _) in zip(blocks(), printed, strict=True):
        assert "Traceback" not in output
        expected = any(line.startswith("Error:") for line in block.shown)
        assert expected == bool(re.search("(?m)^Error:", output)), output


def test_output_is_as_shown(printed: tuple[tuple[str, int], ...]) -> None:
    """Every shown line stands in what the block above it prints, in that order."""
    for block, (output, _) in zip(blocks(), printed, strict=True):
        place = 0
        for line, pattern in patterns(block.shown):
            match = pattern.search(output, place)
            assert match, f"{line!r} is not in, or stands earlier in:\n{output}"
            place = match.end()
