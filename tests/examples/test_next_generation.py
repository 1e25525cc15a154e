"""The example feed for a Next Generation policy: what it says of each rule is all that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from support.example import EXPECTED, FEED, ROOT
from support.results import Results, synced

from examples.feed import build_feed

if TYPE_CHECKING:
    from pathlib import Path


TARGETS: Final = ("classic", "next-generation")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """What a sync leaves, by the target, with room for everything."""
    folder = tmp_path_factory.mktemp("next")
    archive = build_feed([FEED], folder / "feed", "11045")
    return {target: _run(folder / target, archive, target) for target in TARGETS}


def _run(folder: Path, archive: Path, target: str) -> Results:
    text = (ROOT / "categories.yaml").read_text()
    asked = text.replace("firewall:", f"firewall:\n  target: {target}", 1)
    assert "capacity: 254 " in asked
    folder.mkdir()
    config = folder / "categories.yaml"
    config.write_text(asked.replace("capacity: 254 ", "capacity: 20000 ", 1))
    return synced(folder / "out", archive, config=config).sync(1)


def test_only_the_rules_that_are_said_to_change_do(runs: dict[str, Results]) -> None:
    """Action and change of each; everything else is published as for a classic policy."""
    classic, other = (runs[target].published for target in TARGETS)
    changed = {sid for sid, text in other.items() if text != classic[sid]}
    assert classic.keys() == other.keys()
    assert changed == EXPECTED["next"].keys()
    records: dict[int, Any] = {
        one["sid"]: one for one in runs["next-generation"].records("changed.jsonl")
    }
    for sid, expected in EXPECTED["next"].items():
        assert other[sid].split()[0] == expected["action"]
        assert expected["change"] in records[sid]["changes"]


def test_summary_and_page_tell_of_them(runs: dict[str, Results]) -> None:
    """How many, and which; nothing of the kind for a classic policy."""
    asked = [one["change"] for one in EXPECTED["next"].values()]
    told = runs["next-generation"].summary["staging"]
    assert told["late"] == asked.count("late-setter") > 0
    assert told["counting"] == asked.count("counting-drop") > 0
    assert {"late", "counting"}.isdisjoint(runs["classic"].summary["staging"])
    classic, page = ((runs[one].folder / "report.html").read_text() for one in TARGETS)
    assert "would be judged too early as drop" in page
    assert "sid 9090302 may set demo.lure.opened in the same packet" in page
    assert "judged too early" not in classic
