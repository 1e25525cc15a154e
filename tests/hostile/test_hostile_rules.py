"""The rule reader under fire: no error comes out, and no line costs another one."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.hostile.harness import (
    AFTER,
    BEFORE,
    NEIGHBOURS,
    hold_rules,
    read_between,
)
from support.hostile.seeds import HOSTILE, RULE_WORDS, damaged, joined, rule_lines

from rules_lib.model import AnyRule, FeedFile, Malformed, Rule
from rules_lib.reading.lines import LINE_BYTES
from rules_lib.reading.ruleset import read_rules

GOOD: Final = b"\n".join(rule_lines())
"""The whole example feed, as one file."""

WHOLE: Final = tuple(
    place
    for place, line in enumerate(rule_lines())
    if not line.endswith(b"\\") and not (place and rule_lines()[place - 1].endswith(b"\\"))
)
"""Places of the lines that no backslash joins to another."""

ODD: Final = (
    b"\xef\xbb\xbf" + rule_lines()[0],
    b"\xff\xfea\x00l\x00e\x00r\x00t\x00",
    b"alert tcp any any -> any any (sid:1;)\r",
    b"alert tcp any any -> any any (sid:1;)\r\nalert tcp any any -> any any (sid:2;)\r\n\x1a",
    b"alert tcp any any -> any any (sid:1;)\x00",
    b"alert tcp any any -> any any (sid:1;)\x0balert tcp any any -> any any (sid:2;)",
    b"alert tcp any any -> any any (sid:1;)\xc2\x85alert tcp any any -> any any (sid:2;)",
    b"alert tcp any any -> any any (sid:1;)\xe2\x80\xa8",
    b'alert tcp any any -> any any (msg:"\xc2\x85"; sid:1;)\xc2\xa0',
    b"\\",
    b"\\\n\\\n\\",
    b"# \\\n \\\n",
    b"alert \\\n\n(sid:1;)",
    b"((((((((((" * 50,
    b"alert tcp [[[[[[[[ any -> any any (sid:1;)",
    b"alert tcp [any]]]]]] any -> any any (sid:1;)",
    b"alert tcp " + b"[" * 500 + b"1.1.1.1" + b"]" * 500 + b" any -> any any (sid:1;)",
    b'alert tcp any any -> any any (pcre:"/(a+)+$/"; content:"' + b"a" * 500 + b'!"; sid:1;)',
    b"alert tcp any any -> any any (sid:" + b"9" * 5_000 + b";)",
    b"alert tcp any any -> any any (sid:\xd9\xa1;)",
    b"alert tcp any any -> any any (rev:" + b"0" * 5_000 + b"1; sid:1;)",
    b"alert tcp any any -> any any (flowbits:isset," + b"a|" * 2_000 + b"b; sid:1;)",
    b"alert tcp any any -> any any (flowbits:set," + b"&" * 2_000 + b"; sid:1;)",
    b"alert tcp any any -> any any (metadata:" + b"updated_at 2024_01_01, " * 500 + b"; sid:1;)",
    b"alert tcp any any -> any any (" + b"classtype:x; " * 500 + b"sid:1;)",
    b"alert tcp any any -> any any (" + b"nocase;" * 1_000 + b"sid:1;)",
    b"alert tcp any any -> any any (sid:1; sid:2; sid:3;)",
    b'alert tcp any any -> any any (msg:"; sid:9;"; sid:1;)',
    b"#" * 5_000 + b"alert tcp any any -> any any (sid:1;)",
    b"alert tcp $" + b"A" * 5_000 + b" any -> any any (sid:1;)",
    b"alert tcp $\xe2\x80\xae any -> any any (sid:1;)",
    b"alert tcp any any -> any an! (sid:1;)",
    b"alert tcp any any -> any 80, \t (sid:1;)",
    b"alert " + b"\xf0\x9f\x92\xa9" * 500 + b" any any -> any any (sid:1;)",
)
"""What a list of known tricks has."""


@HOSTILE
@given(st.binary(max_size=2_000))
def test_any_bytes_cost_no_rule_before_or_behind_them(data: bytes) -> None:
    """Each line becomes a rule or says why not, and every rule has one fate."""
    hold_rules(data)


@HOSTILE
@given(damaged(rule_lines(), RULE_WORDS))
def test_damaged_rules_cost_no_rule_before_or_behind_them(data: bytes) -> None:
    """Real lines with a few bytes changed go further than chance does."""
    hold_rules(data)


@HOSTILE
@given(joined(RULE_WORDS))
def test_any_pieces_of_rules_cost_no_rule_before_or_behind_them(data: bytes) -> None:
    """Headers, options, quotes, line ends and backslashes in any order."""
    hold_rules(data)


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
def test_known_trick_costs_no_rule_before_or_behind_it(data: bytes) -> None:
    """Byte order marks, NULs, other line ends, deep nesting, huge values."""
    hold_rules(data)
    hold_rules(b"\n".join((data, data)))


def read(data: bytes) -> tuple[AnyRule, ...]:
    """What is read of a feed of one file."""
    return tuple(read_rules([FeedFile("c", data)]).rules)


@pytest.fixture(scope="module")
def whole() -> tuple[AnyRule, ...]:
    """What is read of the whole example feed."""
    return read(GOOD)


@HOSTILE
@given(data=damaged(rule_lines(), RULE_WORDS), place=st.sampled_from(WHOLE))
@example(data=b"\xef\xbb\xbf", place=0)
def test_line_that_is_damaged_changes_no_other_line_of_the_feed(
    whole: tuple[AnyRule, ...], data: bytes, place: int
) -> None:
    """Where it ends in no backslash; all the others are, to the last field, what they were."""
    noise = data.replace(b"\n", b" ").replace(b"\\", b"/")
    lines = list(rule_lines())
    lines[place] = noise
    before = {rule.line: rule for rule in whole}
    after = {rule.line: rule for rule in read(b"\n".join(lines))}
    before.pop(place + 1, None)
    after.pop(place + 1, None)
    assert after == before


@HOSTILE
@given(damaged([b"#" + line for line in rule_lines()], RULE_WORDS))
def test_waking_disabled_rules_raises_nothing(data: bytes) -> None:
    """Whatever stands in the comments, what is woken has the sid that was asked for."""
    asked = frozenset({1, 7, 9, 9_000_001})
    plain = {rule.line for rule in read_between(data).rules}
    for rule in read_between(data, asked).rules:
        assert rule.line in plain or rule.sid in asked


def test_line_over_a_mebibyte_is_told_by_its_size() -> None:
    """Of its text the beginning is kept, so that it costs its neighbours no memory."""
    start = b"alert tcp any any -> any any (sid:7; content:"
    _, line, _ = read_between(start + b"\xf0\x9f\x92\xa9" * (LINE_BYTES // 4)).rules
    assert isinstance(line, Malformed)
    assert line.problem == "it has 1,048,621 bytes, and no line may have more than 1,048,576"
    assert line.sid == 7
    assert len(line.text.encode()) <= 8_192 + 4


def test_line_of_a_mebibyte_is_read() -> None:
    """The service takes none of that length, which a later stage says."""
    start, end = b'alert tcp any any -> any any (content:"', b'"; sid:7;)'
    filled = start + b"a" * (LINE_BYTES - len(start) - len(end)) + end
    _, line, _ = read_between(filled).rules
    assert isinstance(line, Rule)


def test_rule_of_more_semicolons_than_a_rule_has_characters_is_told_so() -> None:
    """An option takes a hundred times the memory of what it is in the text."""
    _, line, _ = read_between(b"alert tcp any any -> any any (" + b"a;" * 8_176 + b")").rules
    assert isinstance(line, Malformed)
    assert line.problem == "it has 8,176 semicolons, too many for any rule"
    _, line, _ = read_between(b"alert tcp any any -> any any (" + b"a;" * 8_175 + b")").rules
    assert isinstance(line, Rule)


def test_what_a_line_is_refused_for_is_short() -> None:
    """A field of a million letters is not told whole."""
    many = b"x" * 500_000
    for head in (b"alert tcp any any %b any any", b"alert tcp [%b any -> any any"):
        _, line, _ = read_between(head % many + b" (sid:1;)").rules
        assert isinstance(line, Malformed)
        assert len(line.problem) < 200


def test_neighbours_are_what_the_harness_takes_them_for() -> None:
    """Two rules that nothing is wrong with."""
    before, after = read_between(b"").rules
    assert (before.text, after.text) == (BEFORE, AFTER)
    assert {before.sid, after.sid} == NEIGHBOURS
