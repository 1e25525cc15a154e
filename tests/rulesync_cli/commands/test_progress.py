"""Where stderr is no terminal a long work says from time to time what it is at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rulesync_cli.show.progress import paced

if TYPE_CHECKING:
    import pytest


def test_line_is_written_after_so_many_seconds_and_no_sooner(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By a clock of the test's own; the first seconds are quiet."""
    times = iter([0.0, 3.0, 11.0, 11.0, 15.0, 21.0, 21.0])
    tell = paced(10, lambda: next(times))
    for number in range(4):
        tell(f"replaying {number}\n")
    assert capsys.readouterr().err == "replaying 1\\n\nreplaying 3\\n\n"
