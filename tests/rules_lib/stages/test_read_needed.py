"""Of rules that nobody asks for only the sid is read, and a build comes to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from support.inputs import inputs
from support.rules import FEEDS, FIRST_FEED, allow, allowlists, feed, ruleset, text

from rules_lib.build import Built, build
from rules_lib.model import Rule, SidOnly
from rules_lib.reading.ruleset import Ruleset
from rules_lib.stages.read_needed import read_needed
from rules_lib.sync.warnings import warnings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules_lib.allowlist import Allowlist

OFF = {"emerging-dns": "off"}


def _said(read: Ruleset, allowlist: Allowlist) -> tuple[object, ...]:
    """All that a build says, of a rule that is off no more than which it is."""
    given = inputs(read, allowlist)
    built: Built = build(given)
    off = [(rule.place, rule.sid) for rule in built.off]
    named = (built.groups, built.discarded, built.enabled, built.relief)
    return *named, off, built.missing_variables, warnings_of(given, built, "local/")


def _kinds(lines: Sequence[str], **settings: object) -> list[type]:
    files = feed({"emerging-dns": lines, "emerging-web": [text(1)]})
    seen = read_needed(files, allow(categories=OFF, **settings))
    return [type(rule) for rule in seen.categories[0].rules]


@given(FEEDS, allowlists())
def test_build_comes_to_the_same(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Whatever is off, named, woken, or there twice."""
    whole = ruleset(files, *allowlist.rules.on)
    assert _said(read_needed(feed(files), allowlist), allowlist) == _said(whole, allowlist)


def test_rule_of_an_off_category_is_read_at_a_glance() -> None:
    """With its place, its text and its sid."""
    files = feed({"emerging-dns": ["# a comment", text(7)], "emerging-web": [text(1)]})
    off, wanted = read_needed(files, allow(categories=OFF)).rules
    assert off == SidOnly("emerging-dns", 2, text(7), 7, FIRST_FEED)
    assert isinstance(wanted, Rule)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(text(7, "flowbits:set,a; "), id="it may set a flowbit for a wanted rule"),
        pytest.param(text(7, "FlowBits:set,a; "), id="in any case of letters"),
        pytest.param(text(7, "FlowInt:ab,+,1; "), id="or count a flowint"),
        pytest.param(text(7, "xbits:set,a,track tx; "), id="or set an xbit"),
        pytest.param(text(7, "hostbits:set,a; "), id="or a hostbit"),
        pytest.param(text(8), id="the allowlist names it"),
        pytest.param(text(7).replace("rule 7", "sid 1"), id="where its sid stands is not plain"),
    ],
)
def test_what_a_build_looks_at_is_read_in_full(line: str) -> None:
    """Although its category is off."""
    assert _kinds([line], rules={"alert": [8]}) == [Rule]
