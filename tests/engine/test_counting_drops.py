"""Rules that count matches before they act, in both kinds of policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import Outcome, made, outcome, published
from support.engine.traffic import Tape, write

from rules_lib.model import Change

if TYPE_CHECKING:
    from pathlib import Path

    from rules_lib.build import Built

pytestmark = pytest.mark.engine

ANY: Final = "any any -> any any"
LIMIT: Final = "threshold:type limit, track by_src, count 1, seconds 3600; "
COUNTING: Final = (
    "threshold:type threshold, track by_src, count 3, seconds 3600; ",
    "threshold: track by_src, type both, count 3, seconds 3600; ",
    "detection_filter:track by_src, count 2, seconds 3600; ",
)
HEADS: Final = {"udp": 'content:"hello"; ', "http": 'http.uri; content:"/hello"; '}


def built(head: str, options: str, target: str, **settings: object) -> Built:
    """One rule in drop mode, unless the settings say otherwise."""
    rule = f'alert {head} {ANY} (msg:"r"; {HEADS[head]}{options}sid:1; rev:1;)'
    asked = {"default": "drop", "firewall": {"target": target}} | settings
    return made({"emerging-web": [rule]}, **asked)


def five_times(head: str, folder: Path) -> Path:
    """What the rule matches, in five flows from one source."""
    tape = Tape()
    for _ in range(5):
        tape.udp(b"hello") if head == "udp" else tape.http("/hello")
    return write(folder / "captures", {"one": tape})


def in_action_order(asked: Built, captures: Path) -> Outcome:
    """As a Next Generation policy has the groups."""
    return outcome([replace(group, priority=0) for group in published(asked)], captures)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("options", COUNTING)
def test_what_counts_first_alerts_and_nothing_is_dropped(
    head: str, options: str, tmp_path: Path
) -> None:
    """Neither by the rule, nor by the engine without a word."""
    asked = built(head, options, "next-generation")
    [rule] = asked.kept
    assert (rule.action, rule.changes) == ("alert", (Change.COUNTING_DROP,))
    found = in_action_order(asked, five_times(head, tmp_path))
    [capture] = found.captures
    assert found.alerts
    assert (found.dropped, capture.others) == ({}, ())


@pytest.mark.parametrize("options", COUNTING)
def test_as_a_drop_the_engine_would_block_what_is_only_counted(
    options: str, tmp_path: Path
) -> None:
    """On packets, and without a log: so is it made for a classic policy."""
    asked = built("udp", options, "classic")
    [rule] = asked.kept
    assert rule.action == "drop"
    [capture] = in_action_order(asked, five_times("udp", tmp_path)).captures
    assert dict(capture.others)["firewall default packet policy"] > 1


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("options", ["", LIMIT])
def test_what_acts_at_once_drops(head: str, options: str, tmp_path: Path) -> None:
    """A limit counts what is logged alone."""
    asked = built(head, options, "next-generation")
    [rule] = asked.kept
    assert rule.action == "drop"
    found = in_action_order(asked, five_times(head, tmp_path))
    assert len(found.dropped) == 5
