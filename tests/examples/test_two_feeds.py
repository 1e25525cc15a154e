"""The two example feeds as `make run` syncs them: what the one has to do with the other."""

from __future__ import annotations

import re
from typing import Final

import pytest
from click.testing import CliRunner
from support.example import EXPECTED, ROOT
from support.results import Results

from examples.run import allowlist, command, releases
from rulesync_cli import main

TUNNELS: Final = "tunnels"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Results]:
    """What both syncs of `make run` leave."""
    folder, out = tmp_path_factory.mktemp("feeds"), tmp_path_factory.mktemp("out")
    paths = tuple(str(folder / path) for path in releases(folder))
    words = command(paths, allowlist(folder))[3:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT.parent)
        done = CliRunner().invoke(main, [*words, str(out)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return Results(out / "1"), Results(out / "2")


def test_every_rule_of_the_second_feed_meets_its_expectation(
    both: tuple[Results, Results],
) -> None:
    """In both syncs, though only the first feed has a new release."""
    assert {*EXPECTED["second"]} == _sids()
    for results in both:
        discards = {
            record["sid"]: record["reason"]
            for record in results.records("discarded.jsonl")
            if record["category"] == TUNNELS
        }
        for sid, expected in EXPECTED["second"].items():
            if expected["outcome"] == "discarded":
                assert discards.pop(sid) == expected["reason"]
            else:
                assert results.published[sid].split()[0] == expected["action"]
        assert not discards


def test_accounting_by_feed_adds_up(both: tuple[Results, Results]) -> None:
    """There are no own rules, so nothing is of no feed."""
    for results in both:
        summary = results.summary
        assert [feed["name"] for feed in summary["feeds"]] == ["et/open", "demo/tunnels"]
        for key in ("enabled", "kept", "discarded", "off", "setters_added"):
            found = sum(feed["rules"][key] for feed in summary["feeds"])
            assert found == summary["rules"][key], key


def test_setter_of_the_first_feed_is_brought_in_for_the_second(
    both: tuple[Results, Results],
) -> None:
    """In one rule group, before the rule that needs it."""
    first, _ = both
    (text,) = (text for text in first.groups.values() if "sid:9080003;" in text)
    assert text.index("flowbits:set,demo.for.nobody") < text.index("sid:9080003;")


def test_only_the_first_feed_has_a_new_release(both: tuple[Results, Results]) -> None:
    """The second stays in force as it was."""
    versions = [[feed["version"] for feed in one.summary["feeds"]] for one in both]
    assert [version[0] for version in versions] == ["1001", "1002"]
    assert versions[0][1] == versions[1][1]


def test_licences_lie_beside_the_rules(both: tuple[Results, Results]) -> None:
    """One line for each feed."""
    text = (both[0].folder / "LICENCES.txt").read_text()
    assert re.findall(r"licence: (.*)", text) == ["MIT", "Apache-2.0"]


def _sids() -> set[int]:
    lines = (ROOT / "tunnels.rules").read_text().splitlines()
    return {int(found[1]) for line in lines if (found := re.search(r"^alert.*sid:(\d+);", line))}
