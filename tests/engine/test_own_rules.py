"""People's own rules in each version of the engine, as they would be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.engine.proof import made
from support.feeds import rule

from rulesync_cli.verify.own import ask

if TYPE_CHECKING:
    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine


def test_own_rules_alone_are_asked_about(engine: Suricata) -> None:
    """Not those of the feed, nor those with a keyword that only the service may know."""
    bad = 'content:""; '
    built = made(
        {
            "local-ours": [rule(1), rule(2, bad), rule(3, "aws_new_word:1; ")],
            "local-others": [rule(4, 'pcre:"/(/"; '), rule(5, "geoip:src,US; ")],
            "emerging-a": [rule(9, bad)],
        },
        default="alert",
    )
    answer = ask(engine, built)
    assert (answer.version, answer.rules, answer.errors) == (engine.version, 2, ())
    assert [(one.rule.category, one.rule.sid) for one in answer.faults] == [
        ("local-others", 4),
        ("local-ours", 2),
    ]
    assert all(one.words.startswith("refuses it: ") for one in answer.faults)
    assert [one.rule.sid for one in answer.unasked] == [5]


@pytest.mark.parametrize("letter", ["a", r"\"", r"\\", "é", "中"])
def test_long_rules_that_are_refused_are_each_named(engine: Suricata, letter: str) -> None:
    """Suricata 7 writes 2,048 bytes of what it says, so neither the sid nor the line."""
    msg = letter * (4_000 // len(letter.encode()))
    odds = ("", 'content:""; ', 'content:"x"; pcre:"/(/"; ', "ttl:x; ")
    rules = [
        f'alert tcp any any -> any any (msg:"{number} {msg}"; {odd}sid:{number};)'
        for number, odd in enumerate(odds, 1)
    ]
    answer = ask(engine, made({"local-ours": rules}, default="alert"))
    assert [one.rule.sid for one in answer.faults] == [2, 3, 4]
    assert (answer.rules, answer.errors) == (1, ())


def test_nothing_of_ones_own_is_nothing_to_ask(engine: Suricata) -> None:
    """No engine is started for it."""
    answer = ask(engine, made({"emerging-a": [rule(9)]}, default="alert"))
    assert (answer.rules, answer.faults, answer.unasked) == (0, (), ())
