"""Disabled rules are found where the reader counts them, at the lines where they stand."""

from __future__ import annotations

from hypothesis import given
from support.rules import FEEDS, feed, text

from rules_lib.model import FeedFile
from rules_lib.reading.ruleset import read_rules
from rulesync_cli.explain.disabled import disabled_rules


def test_disabled_rule_keeps_its_line() -> None:
    """Other lines count, though they are not read."""
    files = feed({"emerging-web": [text(1), "# words", "", f"# {text(21)}", f"#{text(22)}"]})
    assert [(rule.sid, rule.line) for rule in disabled_rules(files, "21")] == [(21, 4)]


def test_continued_line_is_one_rule() -> None:
    """A backslash joins it with the next, and its first line counts."""
    cut = text(21).replace("content", "\\\n  content")
    files = (FeedFile("emerging-web", f"# words\n#{cut}\n{text(3)}\n".encode()),)
    assert [(rule.sid, rule.line) for rule in disabled_rules(files, "21")] == [(21, 2)]


@given(FEEDS)
def test_every_disabled_rule_is_found(files: dict[str, list[str]]) -> None:
    """As many as are counted, each with its sid."""
    packed = feed(files)
    counted = sum(category.disabled for category in read_rules(packed).categories)
    assert len(disabled_rules(packed, "sid")) == counted
