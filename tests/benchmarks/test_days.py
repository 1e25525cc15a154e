"""The table of the syncs that follow the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.example import FEED, ROOT

from benchmarks.days import successive
from benchmarks.feeds import SHIPPED, everything, prepare, rules_in
from benchmarks.syncs import tenfold
from examples.feed import build_feed
from rules_lib.allowlist import load_allowlist

if TYPE_CHECKING:
    from pathlib import Path


def cells(line: str) -> list[str]:
    """Of one row."""
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.usefixtures("forked_functions")
@pytest.mark.parametrize("rounds", [1])
def test_each_sync_of_an_account_has_its_row(tmp_path: Path, rounds: int) -> None:
    """The first takes all of itself, and what stops writes nothing."""
    (tmp_path / "feed").mkdir()
    feed = build_feed([FEED], tmp_path / "feed", version="1")
    feeds = prepare(tmp_path, feed, large=False)
    said = list[str]()
    table = successive(feeds, ROOT / "categories.yaml", rounds, tmp_path, said.append)
    heads, _, *rows = map(cells, table)
    assert {len(row) for row in rows} == {len(heads)}
    assert (rows[0][0], rows[0][2], rows[0][4]) == ("everything is new", "100.0%", "")
    assert (rows[-1][0], rows[-1][7]) == ("nothing changed", "none")
    assert [row[3] for row in rows] == ["", "50.0%", "", "20.0%", "2.0%"]
    assert said == ["days, account 1"]


@pytest.mark.usefixtures("forked_functions")
def test_ten_times_the_rules_are_published(tmp_path: Path) -> None:
    """By the given allowlist, and with every category on."""
    (tmp_path / "feed").mkdir()
    feed = build_feed([FEED], tmp_path / "feed", version="1")
    feeds = prepare(tmp_path, feed, large=True)
    heads, _, *rows = map(cells, tenfold(feeds, SHIPPED, tmp_path, print))
    assert {len(row) for row in rows} == {len(heads)}
    assert len(rows) == 4
    once, ten = (int(row[1].replace(",", "")) for row in rows[2:])
    assert ten > 9 * once > 0
    assert [row[5] for row in rows] == ["", "", "220", "1,200"]


def test_every_category_alerts_within_the_budget(tmp_path: Path) -> None:
    """By the made allowlist, with the variables of the shipped one."""
    config = everything({"capacity": 100, "rule_groups": 2}, tmp_path / "all.json")
    made = load_allowlist(config.read_bytes(), source="all.json", known=["emerging-x"])
    shipped = load_allowlist(SHIPPED.read_bytes(), source="shipped", known=["emerging-x"])
    assert (made.firewall.capacity, made.firewall.rule_groups) == (100, 2)
    assert made.variables == shipped.variables
    assert made.setting_of("emerging-x").mode == "alert"


def test_rules_of_an_archive_are_counted(tmp_path: Path) -> None:
    """Those that it enables; each begins a line."""
    feed = build_feed([FEED], tmp_path, version="1")
    assert rules_in(feed) > 10
