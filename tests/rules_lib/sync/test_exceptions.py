"""Exceptions that do nothing, end soon, or have ended, are said to."""

from __future__ import annotations

from typing import Any

import pytest
from support.inputs import inputs
from support.rules import allow, ruleset, text

from rules_lib.build import build
from rules_lib.sync.exceptions import exceptions_told

HOME = "$HOME_NET any -> any any"


def told(one: dict[str, Any], source: str = text(1), **settings: Any) -> list[str]:
    """What is said of one exception of sid 1, on 31 January 2026."""
    given = [{"sid": 1, "not_from": "10.0.0.1", "why": "w", **one}]
    category = settings.pop("category", "emerging-web")
    allowlist = allow(**{"exceptions": given, **settings})
    asked = inputs(ruleset({category: [source]}), allowlist)
    return [line.removeprefix("exceptions: 1 ") for line in exceptions_told(asked, build(asked))]


def test_most_exceptions_need_no_word() -> None:
    """They do what they say."""
    assert told({}) == []
    assert told({"until": "2026-02-08"}) == []


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ({"until": "2026-01-30"}, "ended on 2026-01-30 and is without effect; remove it"),
        (
            {"until": "2026-02-07"},
            "ends on 2026-02-07: from the next day on its rule counts for all hosts",
        ),
        (
            {"until": "2026-01-31"},
            "ends on 2026-01-31: from the next day on its rule counts for all hosts",
        ),
        ({"why": ""}, "has no `why`: add the reason, for your colleagues"),
    ],
)
def test_ends_and_reasons(one: dict[str, Any], said: str) -> None:
    """Seven days before, on the last day, and as long as it is there after."""
    assert told(one) == [said]


@pytest.mark.parametrize(
    ("source", "settings", "why"),
    [
        (text(2), {}, "it is not an enabled rule of this feed or of your own files"),
        (text(1), {"rules": {"off": [1]}}, "its rule is off"),
        (text(1, head="log tcp"), {}, "its rule is discarded (unsupported-action)"),
        (text(1, ends="10.0.0.1 any -> any any"), {}, "its rule is discarded (excepted)"),
        (text(1, ends="192.0.2.1 any -> any any"), {}, "the rule's header names none of its hosts"),
        (
            text(1, head="pass tcp"),
            {"category": "local-mine"},
            "it is a pass rule, and does not change",
        ),
        (
            text(1),
            {"category": "local-mine", "categories": {"local-mine": "as-written"}},
            "local-mine is published as written",
        ),
    ],
)
def test_exception_without_effect_is_named(source: str, settings: dict[str, Any], why: str) -> None:
    """In no case in silence."""
    assert told({}, source, **settings) == [f"has no effect: {why}"]


def test_host_of_an_unknown_family_is_named() -> None:
    """The policy's HOME_NET may have IPv4 alone."""
    [said] = told({"not_from": ["10.0.0.1", "2001:db8::1"]}, text(1, ends=HOME))
    assert said.startswith("leaves 2001:db8::1 in:")
