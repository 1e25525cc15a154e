"""A summary on the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from support.report import GOLDEN, nothing, summary

from rules_lib.report.changes import Changes, FirstRules
from rules_lib.report.summary import Summary
from rulesync_cli.show.tables import equation, render_summary


def printed(shown: Summary, *, width: int = 80, terminal: bool = False) -> str:
    """What stands on a terminal of that width, or in a file."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False
    )
    render_summary(shown, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_summary_is_printed_as_in_the_golden_file() -> None:
    """Equation, rule groups, reasons, notes and warnings."""
    lines = [line.rstrip() for line in printed(summary()).splitlines()]
    assert "\n".join(lines) + "\n" == (GOLDEN / "summary.txt").read_text()


@pytest.mark.parametrize(("width", "terminal"), [(300, True), (40, False)])
def test_long_name_is_whole_where_there_is_room(width: int, terminal: bool) -> None:
    """Names are there to be copied, on a wide terminal and in a file."""
    name = "et-" + "a" * 125
    group = replace(summary().groups[0], name=name)
    text = printed(replace(summary(), groups=(group,)), width=width, terminal=terminal)
    assert any(name in line.split() for line in text.splitlines())


def test_what_protects_less_than_before_is_told_with_its_first_sids() -> None:
    """Numbers of actions alone do not tell what they were."""
    changes = Changes(
        unblocks=FirstRules(7, {11: "a", 12: "b"}),
        passes=FirstRules(1, {13: "c"}),
    )
    lines = printed(replace(summary(), changes=changes)).splitlines()
    assert "7 rules no longer block: sids 11, 12 and 5 more" in lines
    assert "1 rule newly passes traffic: sid 13" in lines


def test_file_gets_no_escapes() -> None:
    """Colours are for terminals."""
    assert "\x1b" not in printed(summary(refused="too much"))


def test_text_from_outside_cannot_act_on_the_terminal() -> None:
    """Neither escapes nor the markup of the library that prints."""
    hostile = replace(summary(), warnings=("\x1b[2J[bold]gone[/] :skull:",))
    assert r"warning: \x1b[2J[bold]gone[/] :skull:" in printed(hostile)


def test_cause_is_printed_in_full() -> None:
    """A bad allowlist has many lines, and each is needed."""
    text = printed(summary(refused="2 errors\n  line 1: one\n  line 2: two"))
    assert "refused: 2 errors\n  line 1: one\n  line 2: two\n" in text


def test_sync_without_a_feed_has_no_equation() -> None:
    """Zeros would say nothing."""
    text = printed(nothing("no answer"))
    assert "enabled" not in text
    assert text.splitlines()[0] == "feed http://127.0.0.1/feed"
    assert "failed: no answer" in text


def test_equation_names_the_setters_that_were_brought_in() -> None:
    """One is singular; none is not named."""
    assert equation(summary()) == "8 enabled = 3 kept + 3 discarded + 2 off (1 setter brought in)"
    without = replace(summary(), rules=replace(summary().rules, setters_added=0))
    assert equation(without) == "8 enabled = 3 kept + 3 discarded + 2 off"
