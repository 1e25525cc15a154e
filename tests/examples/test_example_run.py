"""`make run` gives the command two releases that differ, and the allowlist beside them."""

import sys
from pathlib import Path

from examples.run import command, releases


def test_second_release_differs_from_the_first(tmp_path: Path) -> None:
    """A second sync has something to do."""
    first, second = releases(tmp_path)
    assert (tmp_path / first).read_bytes() != (tmp_path / second).read_bytes()


def test_command_names_each_feed_in_order() -> None:
    """One --feed a release, then where the settings and the results are."""
    words = command(("http://127.0.0.1:1/1", "http://127.0.0.1:1/2"))
    assert words[:4] == [sys.executable, "-m", "rulesync_cli", "local"]
    assert words[4:8] == ["--feed", "http://127.0.0.1:1/1", "--feed", "http://127.0.0.1:1/2"]
    assert Path(words[words.index("--config") + 1]).is_file()
    assert words[-2:] == ["--out", "out"]
