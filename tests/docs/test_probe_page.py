"""The page about what is known of the service has what is open, and the numbers of the table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from rulesync_cli.probing.table import TABLE
from rulesync_cli.probing.values import ENGINE, GUIDE, MEASURED, MODEL, NOBODY, USERS

PAGE: Final = (Path(__file__).parents[2] / "docs" / "probe.md").read_text(encoding="utf-8")


def test_open_questions_are_those_of_the_table() -> None:
    """In its order, with its words."""
    section = PAGE.partition("## Open questions")[2]
    rows = re.findall(r"(?m)^\| `([^`]+)` \| (.*) \| (.*) \|$", section)
    assert rows == [
        (probe.id, probe.fact, probe.unaskable or "by a dry run")
        for probe in TABLE
        if not probe.known
    ]


def test_numbers_are_those_of_the_table() -> None:
    """How many facts there are, and how many a dry run tells."""
    asked = sum(not probe.unaskable for probe in TABLE)
    assert f"{len(TABLE)} facts, of which {asked} have a request" in PAGE
    assert f"The tests ask all {asked} of" in PAGE.replace("\n", " ")


def test_every_source_is_explained() -> None:
    """As it is printed beside a fact."""
    sources = {ENGINE, GUIDE, MEASURED, MODEL, NOBODY, USERS}
    assert {probe.source for probe in TABLE} <= sources
    assert all(f"| {source} |" in PAGE for source in sources)
