"""What a command costs is its own, whatever the process has that measures it."""

from __future__ import annotations

import sys

import pytest

from benchmarks.costs import measured

MEGABYTES = 200


def test_peak_is_that_of_the_command() -> None:
    """Not that of a large parent, from which the kernel would begin to count."""
    ballast = bytearray(MEGABYTES * 1_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])  # so that all of it is there
    cost = measured([sys.executable, "-c", "print('said')"])
    assert cost.said == "said\n"
    assert 1 < cost.peak < MEGABYTES / 2


def test_peak_of_a_large_command_is_seen() -> None:
    """And its processor time."""
    cost = measured([sys.executable, "-c", f"sum(bytearray(b'x') * {MEGABYTES}_000_000)"])
    assert cost.peak > MEGABYTES
    assert cost.cpu > 0


def test_command_that_fails_is_told_in_its_own_words() -> None:
    """A benchmark of what failed would be worth nothing."""
    with pytest.raises(SystemExit, match="no such thing"):
        measured([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_modules_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that keeps no bytecode would have each run compile everything that it imports."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    said = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"]
    assert measured(said).said == "False\n"
