"""Ordinary traffic through what the shipped allowlists block, in the real engine: nothing is lost.

Each set of rules is loaded once for all conversations. What the stricter file drops is read from
the alerts of the same replay, in which nothing is dropped: both files keep the same rules.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.ordinary import KINDS, all_talks, named
from support.engine.proof import made, outcome, published, tried, without
from support.engine.traffic import Tape, write
from support.releases import COMPOSITE, REFUSED_BY_8, SHIPPED, built_from

from benchmarks.drops import built_by
from rules_lib.facts.limits import BLOCKING
from rules_lib.model import FeedFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.engine.proof import Loaded, Outcome

    from rules_lib.build import Built

pytestmark = pytest.mark.engine

EXAMPLE: Final = SHIPPED.parents[1] / "examples" / "feed"
REFUSED: Final = frozenset({9090901})
"""The sid of the example feed that is there to be refused (examples/expected.yaml)."""
PAGE: Final = SHIPPED.parents[1] / "docs" / "shipped-allowlist.md"


@pytest.fixture(scope="module")
def shipped(releases: Path) -> Built:
    """Build a real release by the shipped file."""
    return built_from(releases / COMPOSITE, "shipped")


@pytest.fixture(scope="module")
def seen(shipped: Built, fed: Loaded, every_capture: Path, ordinary: Path) -> Outcome:
    """Replay all conversations through it: the rules that `tried` takes."""
    groups = tried(shipped, fed.on(every_capture), "shipped")
    return outcome(without(REFUSED_BY_8, groups), ordinary)


def blocking(built: Built) -> set[int]:
    """The sids that drop."""
    return {rule.sid for rule in built.kept if rule.action in BLOCKING}


def dropped(found: Outcome) -> list[tuple[str, int]]:
    """The conversations of which a flow is dropped, with the sid that does it."""
    return sorted({(named(ends), flow.by) for (_, ends), flow in found.dropped.items()})


def is_whole(found: Outcome) -> bool:
    """Whether all conversations were replayed to their end."""
    return [one.problem for one in found.captures] == [None] * len(KINDS)


def raised(found: Outcome) -> set[int]:
    """The sids of all alerts."""
    return {sid for flow in found.flows.values() for _, sid in flow.alerts}


def told() -> Mapping[str, tuple[int, int]]:
    """What the page says of each set of rules: conversations, and flows dropped."""
    rows = re.findall(r"(?m)^\| (.+) \| (\d+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"))
    return {name: (int(talks), int(drops)) for name, talks, drops in rows}


def test_conversations_are_many_and_of_every_kind() -> None:
    """Each named by what it is, and none of them empty."""
    assert len(all_talks()) > 200
    assert min(len(talks) for talks in KINDS.values()) >= 9
    assert all(talk.said for talk in all_talks().values())


def test_example_feed_drops_no_ordinary_traffic(ordinary: Path) -> None:
    """Our own feed by the shipped file: what it blocks is none of this."""
    files = [FeedFile(file.stem, file.read_bytes()) for file in sorted(EXAMPLE.glob("*.rules"))]
    built = built_by(files, SHIPPED)
    assert blocking(built)
    found = outcome(without(REFUSED, published(built)), ordinary)
    assert is_whole(found)
    assert dropped(found) == []


def test_rule_that_is_too_broad_is_found(ordinary: Path) -> None:
    """One that drops by a word which honest programs send, and one that is right."""
    head = "alert http $HOME_NET any -> $EXTERNAL_NET any"
    broad = f'{head} (msg:"broad"; http.user_agent; content:"Java/"; sid:1; rev:1;)'
    right = f'{head} (msg:"right"; http.user_agent; content:"Stealer/"; sid:2; rev:1;)'
    found = outcome(published(made({"emerging-malware": [broad, right]}, default="drop")), ordinary)
    assert {sid for _, sid in dropped(found)} == {1}
    assert len(dropped(found)) == 3


def test_rule_against_what_comes_in_cuts_off_calls_of_our_own(tmp_path: Path) -> None:
    """Why single addresses alert: a header names two ends, and an answer has them too."""
    rule = 'alert ip [198.51.100.7] any -> $HOME_NET any (msg:"listed"; sid:1; rev:1;)'
    built = made({"compromised": [rule]}, default="drop")
    found = outcome(published(built), write(tmp_path, {"our-call": Tape().http("/")}))
    assert [(name, seen.by) for (name, _), seen in found.dropped.items()] == [("our-call.pcap", 1)]


@pytest.mark.feeds
def test_shipped_file_drops_no_ordinary_traffic(seen: Outcome, shipped: Built) -> None:
    """Thousands of rules that drop, on every conversation, and some that alert are heard."""
    assert is_whole(seen)
    assert len(blocking(shipped)) > 5_000
    assert dropped(seen) == []
    assert seen.alerts >= 10
    assert told()["`categories.yaml`"] == (len(all_talks()), 0)


@pytest.mark.feeds
def test_stricter_file_drops_none_either(seen: Outcome, shipped: Built, releases: Path) -> None:
    """It has thousands more that drop."""
    strict = built_from(releases / COMPOSITE, "strict")
    assert {rule.sid for rule in strict.kept} == {rule.sid for rule in shipped.kept}
    assert len(blocking(strict)) > len(blocking(shipped)) + 2_000
    assert raised(seen) & blocking(strict) == set()
    assert told()["`categories-strict.yaml`"] == (len(all_talks()), 0)


@pytest.mark.feeds
def test_everything_in_drop_mode_drops_ordinary_traffic(all_drop: Loaded, ordinary: Path) -> None:
    """So the tests above can fail: package managers, DNS, logins and updates are cut off."""
    found = all_drop.on(ordinary)
    assert told()["every category in drop mode"] == (len(all_talks()), len(found.dropped))
    assert len(found.dropped) > 25
    names = {name for name, _ in dropped(found)}
    assert {"packages-apt-index", "packages-java-fetches-by-digest"} <= names
    assert {name.partition("-")[0] for name in names} >= {"packages", "web", "names", "windows"}
