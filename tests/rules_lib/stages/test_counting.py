"""Which rules count matches before they act, and what is told of them."""

from __future__ import annotations

from typing import Any, Final

import pytest
from support.inputs import inputs
from support.rules import allow, published, ruleset, text

from rules_lib.build import build
from rules_lib.model import Change
from rules_lib.report.staging import staging_facts
from rules_lib.stages.counting import counts_first
from rules_lib.sync.warnings import warnings_of

FILTER: Final = "detection_filter:track by_src, count 2, seconds 9; "
NEXT: Final[dict[str, Any]] = {"default": "drop", "firewall": {"target": "next-generation"}}


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ("", False),
        ("threshold:type limit, track by_src, count 1, seconds 9; ", False),
        ("threshold: track by_src, count 1,  TYPE  Limit ; ", False),
        ("threshold:type threshold, track by_src, count 3, seconds 9; ", True),
        ("threshold:track by_src, count 3, seconds 9, type both; ", True),
        (FILTER, True),
        ('content:"threshold"; content:"detection_filter"; ', False),
    ],
)
def test_counting_is_read_from_the_options(options: str, counts: bool) -> None:
    """In any order and case."""
    [rule] = published(text(1, options, head="drop tcp"))
    assert counts_first(rule) == counts


def test_alert_counts_in_peace() -> None:
    """It blocks nothing."""
    [rule] = published(text(1, FILTER))
    assert not counts_first(rule)


def test_drop_that_counts_is_told() -> None:
    """As a number, and for the sid that people named."""
    rules = ruleset({"emerging-web": [text(1, FILTER), text(2, FILTER, head="drop tcp"), text(3)]})
    asked = inputs(rules, allow(**NEXT, rules={"drop": [1]}))
    built = build(asked)
    changes = {rule.sid: rule.changes for rule in built.kept}
    assert changes[1] == (Change.COUNTING_DROP,)
    assert changes[2] == (Change.DROP_TO_ALERT, Change.COUNTING_DROP)
    assert changes[3] == (Change.ALERT_TO_DROP,)
    facts = staging_facts(asked, built)
    assert facts.counting == 2
    assert [line for line in facts.lines() if line.startswith("counting-drop: 2 rules alert")]
    told = warnings_of(asked, built, "local/")
    assert [line for line in told if line.startswith("rules: drop: 1 has no effect: it alerts, as")]


def test_own_rule_as_written_is_warned_of_and_stays() -> None:
    """People's own files are not altered."""
    rules = ruleset({"local-mine": [text(1, FILTER, head="drop tcp"), text(2)]})
    asked = inputs(rules, allow(**NEXT, categories={"local-mine": "as-written"}))
    built = build(asked)
    assert [rule.action for rule in built.kept] == ["drop", "alert"]
    [told] = [line for line in warnings_of(asked, built, "local/") if "counts matches" in line]
    assert told.startswith("local/mine.rules:1: sid 1 stays as written")


def test_classic_policy_counts_as_ever() -> None:
    """Where the engine lets pass what it only counts."""
    rules = ruleset({"emerging-web": [text(1, FILTER)]})
    [rule] = build(inputs(rules, allow(default="drop"))).kept
    assert rule.changes == (Change.ALERT_TO_DROP,)
