"""All targets on one page: each with its state, what is in force and a link to its build."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from rules_lib.fleet.page import fleet_page
from rules_lib.fleet.table import FleetTable, RingRow, TargetRow

WELL: Final = TargetRow(
    name="pilot",
    ring=0,
    account="",
    region="eu-west-1",
    allowlist="config/categories.yaml",
    state="in force",
    why="",
    edition="000001-00000000",
    may_take="000001-00000000",
    since="2026-11-24T10:00:00+00:00",
    attempted="2026-11-24T10:00:00+00:00",
    build="20261124T100000Z-00000000",
    version="10523",
    rules=9_551,
    drops=8_856,
    capacity=10_500,
    budget=30_000,
    unjudged=0,
    report="targets/pilot/builds/20261124T100000Z-00000000/report.html",
)
NEW: Final = replace(
    WELL,
    name="prod",
    ring=1,
    state="waiting",
    why="waits for ring 0",
    since="",
    report="",
    version="",
)


def table(*rows: TargetRow) -> FleetTable:
    """A table of some targets in two rings, the first of which bakes."""
    rings = (
        RingRow(0, 1, "000001-00000000", 1, "2026-11-25T10:00:00+00:00", last=False),
        RingRow(1, 1, "", 0, "", last=True),
    )
    return FleetTable("2026-11-24T12:00:00+00:00", "000001-00000000", 24, rings, rows)


def page(*rows: TargetRow) -> str:
    """The page's text."""
    return fleet_page(table(*rows)).decode()


def test_page_has_a_row_for_each_target_with_a_link_to_its_build() -> None:
    """Seen from the folder of all targets; one that has no build has no link."""
    text = page(WELL, NEW)
    assert "<h1>All targets are well</h1>" in text
    assert '<a href="pilot/builds/20261124T100000Z-00000000/report.html">pilot</a>' in text
    assert '<th scope="row">prod</th>' in text
    assert "9,551" in text
    assert "10,500 of 30,000" in text
    assert "It has baked at 2026-11-25 10:00 UTC." in text
    assert "may take no edition yet" in text


def test_page_says_first_what_asks_for_people() -> None:
    """A failure goes before a hold."""
    failing = replace(WELL, state="failing", why="no")
    held = replace(NEW, state="held", why="x")
    assert "<h1>1 target needs attention</h1>" in page(failing, held)
    assert "<h1>2 targets need attention</h1>" in page(failing, replace(NEW, state="withdrawn"))
    assert "<h1>1 target is held</h1>" in page(WELL, held)
    assert "<h1>2 targets are held</h1>" in page(replace(WELL, state="held"), held)


def test_page_lets_nothing_of_others_act() -> None:
    """A cause comes from outside: it is text, and the page may run and load nothing."""
    text = page(replace(WELL, state="failing", why='<script>alert(1)</script> "x"', version="<b>"))
    assert "<script" not in text
    assert "&lt;b&gt;" in text
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert "script-src &#39;none&#39;" in policy[1]
