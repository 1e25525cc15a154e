"""`make run` gives the command two releases that differ, and the allowlist beside them."""

import sys
from pathlib import Path

from examples.run import SECOND, allowlist, command, releases


def test_second_release_differs_from_the_first(tmp_path: Path) -> None:
    """A second sync has something to do."""
    first, second = releases(tmp_path)
    assert (tmp_path / first).read_bytes() != (tmp_path / second).read_bytes()


def test_allowlist_is_the_one_beside_with_the_second_feed_s_category(tmp_path: Path) -> None:
    """An edit of the file beside is what people try."""
    written = allowlist(tmp_path).read_text()
    assert SECOND in written
    assert written.replace(SECOND, "") == Path("examples/categories.yaml").read_text()


def test_command_names_each_feed_in_order(tmp_path: Path) -> None:
    """One --feed a release, the list of both, then where the settings and the results are."""
    words = command(("http://127.0.0.1:1/1", "http://127.0.0.1:1/2"), allowlist(tmp_path))
    assert words[:4] == [sys.executable, "-m", "rulesync_cli", "local"]
    assert words[4:8] == ["--feed", "http://127.0.0.1:1/1", "--feed", "http://127.0.0.1:1/2"]
    assert Path(words[words.index("--feeds") + 1]).is_file()
    assert Path(words[words.index("--config") + 1]).is_file()
    assert words[-2:] == ["--out", "out"]
