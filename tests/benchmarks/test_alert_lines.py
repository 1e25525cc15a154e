"""The made day of alert logs, and what is measured on it."""

from __future__ import annotations

import gzip
from pathlib import Path

from click.testing import CliRunner

from benchmarks.alert_lines import log_files, made_day
from benchmarks.hits import main
from rulesync_cli.alert_logs.disk import count_files


def test_made_day_has_its_lines_and_is_the_same_each_time(tmp_path: Path) -> None:
    """In the folders of its hours."""
    one, two = made_day(tmp_path / "one", 1_000), made_day(tmp_path / "two", 1_000)
    assert len(log_files(one)) == 288
    counted = count_files([one]).counted
    assert (counted.unread, [day.lines for day in counted.days]) == (0, [1_000])
    texts = [[gzip.decompress(path.read_bytes()) for path in log_files(at)] for at in (one, two)]
    assert texts[0] == texts[1]


def test_page_is_renewed_between_its_marks(tmp_path: Path) -> None:
    """With what was measured, and the price of it."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- measured -->\nold\n<!-- /measured -->\nafter\n")
    done = CliRunner().invoke(main, ["--lines", "2000", "--rounds", "1", "--write", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text()
    assert text.startswith("before\n<!-- measured -->\n\nA made day of 2,000 lines in 288 files")
    assert text.endswith("<!-- /measured -->\nafter\n")
    assert "USD a month" in text
    assert "old" not in text
