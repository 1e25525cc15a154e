"""The feed's files become rules, and no line costs another line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.releases import files_of
from support.rules import FEEDS, feed, rule_texts, ruleset, text

from rules_lib.model import FeedFile, Malformed, Rule
from rules_lib.reading.lines import Tally, count_rules
from rules_lib.reading.ruleset import Ruleset, read_rules

if TYPE_CHECKING:
    from pathlib import Path

FACTS = {
    "composite-2026-03.tar.gz": (38_651, 15_071),
    "2024-03-26.tar.gz": (24_656, 9_930),
    "2024-04-19.tar.gz": (24_827, 10_023),
}
"""Enabled and disabled rules of real releases, as counted by those who collected them."""

LINES = st.lists(
    st.one_of(
        rule_texts().map(str.encode),
        rule_texts().map(lambda source: f"# {source}".encode()),
        st.sampled_from(
            [
                b"",
                b"  ",
                b"#",
                b"# words \\",
                b"\xff\xfe",
                b"alert \\",
                b"\\",
                b"x\0y",
                b" y",
                b"\t",
            ]
        ),
        st.binary(max_size=12),
    )
)


def _read(data: bytes, *wake: int) -> Ruleset:
    return read_rules([FeedFile("emerging-web", data)], wake)


def _sids(data: bytes, *wake: int) -> list[int | None]:
    return [rule.sid for rule in _read(data, *wake).rules]


@given(LINES)
def test_tally_agrees_with_what_is_read(lines: list[bytes]) -> None:
    """Counting takes another path than parsing, to the same numbers."""
    data = b"\n".join(lines)
    (category,) = _read(data).categories
    assert count_rules(data) == Tally(len(category.rules), category.disabled)


@given(st.lists(rule_texts(), max_size=6), st.binary(max_size=20), st.integers(0, 6))
def test_a_bad_line_costs_only_itself(rules: list[str], noise: bytes, place: int) -> None:
    """Whatever bytes it has; a backslash at its end is another story."""
    noise = b"X" + noise.replace(b"\n", b"").rstrip() + b"\xff"
    lines = [rule.encode() for rule in rules]
    lines[place:place] = [noise]
    parsed = tuple(_read(b"\n".join(lines)).rules)
    assert [rule.text for rule in parsed if isinstance(rule, Rule)] == rules
    assert [type(rule) for rule in parsed].count(Malformed) == 1


def test_bad_utf8_names_its_byte_and_its_line() -> None:
    """The line stays readable, with a replacement character."""
    data = f"{text(1)}\nalert tcp \N{LATIN SMALL LETTER E WITH ACUTE} (sid:2;)\n{text(3)}"
    first, bad, last = _read(data.encode("latin-1")).rules
    assert isinstance(bad, Malformed)
    assert (bad.line, bad.sid) == (2, 2)
    assert bad.problem == "it is not valid UTF-8 (byte 0xe9)"
    assert bad.text == "alert tcp \N{REPLACEMENT CHARACTER} (sid:2;)"
    assert (first.sid, last.sid) == (1, 3)


def test_byte_order_mark_does_not_cost_the_first_rule() -> None:
    """Editors on Windows write one."""
    assert _sids(b"\xef\xbb\xbf" + text(1).encode()) == [1]


def test_line_ends_of_windows_are_no_part_of_a_rule() -> None:
    """Nor is white space around it."""
    data = f"{text(1)}\r\n\r\n  {text(2)} \t\r\n".encode()
    assert [rule.text for rule in _read(data).rules] == [text(1), text(2)]


def test_continued_line_is_one_rule() -> None:
    """The next line takes the backslash's place, and the first line's number counts."""
    data = b'\nalert tcp any any -> any any \\\r\n(msg:"a"; \\  \n  sid:1;)\n' + text(2).encode()
    one, two = _read(data).rules
    assert one.text == 'alert tcp any any -> any any (msg:"a";   sid:1;)'
    assert (one.line, two.line) == (2, 5)


def test_continuation_at_the_end_of_the_file_is_a_rule() -> None:
    """Nothing follows, so nothing is missing."""
    assert _sids(f"{text(1)}\\".encode()) == [1]
    assert _sids(f"{text(1)} \\\n".encode()) == [1]


def test_rule_behind_a_comment_with_a_backslash_is_not_lost() -> None:
    """Suricata reads it on its own, too."""
    assert _sids(f"# words \\\n{text(1)}\n".encode()) == [1]


def test_commented_rule_takes_its_indented_lines_with_it() -> None:
    """They are the rest of a disabled rule, and no rule that fails."""
    data = f'#alert tcp any any -> any any (msg:"a"; \\\n  content:"x"; \\\n\tsid:2;)\n{text(3)}'
    (category,) = _read(data.encode()).categories
    assert [rule.sid for rule in category.rules] == [3]
    assert category.disabled == 1
    assert _sids(data.encode(), 2) == [2, 3]


def test_nul_byte_makes_one_line_unparseable() -> None:
    """Its neighbours stay."""
    _, bad, _ = _read(f"{text(1)}\n{text(2)}\0\n{text(3)}".encode()).rules
    assert isinstance(bad, Malformed)
    assert bad.problem == "it has a control character"


def test_very_long_line_is_read() -> None:
    """Too long for the service, which a later stage says."""
    (rule,) = _read(text(1, f'content:"{"a" * 1_000_000}"; ').encode()).rules
    assert isinstance(rule, Rule)


@pytest.mark.parametrize("start", ["#alert ", "#alert tcp any any -> any any (", "#", "#alert ("])
@pytest.mark.parametrize("letter", ["(", ";", " ", "\\", "->", "sid:1;", "#", ")"])
def test_very_long_comment_is_passed_in_one_go(start: str, letter: str) -> None:
    """Whatever it repeats, with and without the end of a rule: time grows with its length alone."""
    comment = f"{start}{letter * 100_000}"
    assert count_rules(comment.encode()).enabled == 0
    assert count_rules(f"{comment})".encode()).enabled == 0
    assert not _sids(f"{comment})".encode(), 2)


@pytest.mark.parametrize(
    "comment",
    [
        f"#{text(2)}",
        f"# {text(2)}",
        f"  ##\t# {text(2)} ",
        f"#{text(2, head='DROP tcp')}",
        f"#{text(2, head='rejectboth tcp')}",
        "#alert tcp any any -> any any (sid:2;)",
        "#alert tcp any any <> any any ( sid : 2 ;)",
        '#alert tcp any any -> any any (msg:"a (b)"; sid:2; rev:1;)',
        '#alert tcp any any -> any any (sid:2; msg:"; sid:9;";)',
    ],
)
def test_rule_that_is_commented_out_is_counted_and_can_be_woken(comment: str) -> None:
    """Only by its sid; the line number is its own."""
    data = f"{text(1)}\n{comment}\n{text(3)}\n".encode()
    assert count_rules(data) == Tally(enabled=2, disabled=1)
    assert _sids(data) == [1, 3]
    assert _sids(data, 9) == [1, 3]
    assert _sids(data, 2) == [1, 2, 3]
    assert [rule.line for rule in _read(data, 2).rules] == [1, 2, 3]


@pytest.mark.parametrize(
    "comment",
    ["# alert people (see below)", "#", "# a -> b (c)", "#alert", "# drop it; sid:2;", "#(sid:2;)"],
)
def test_words_in_a_comment_are_no_rule(comment: str) -> None:
    """A disabled rule has an action, a direction and options."""
    assert count_rules(comment.encode()) == Tally(0, 0)


def test_disabled_rule_without_sid_is_counted() -> None:
    """Nobody can wake it."""
    assert count_rules(b"#alert tcp any any -> any any (nocase;)") == Tally(enabled=0, disabled=1)


@given(FEEDS)
def test_rules_stand_in_the_order_of_their_places(files: dict[str, list[str]]) -> None:
    """People's own first, then by file and line."""
    places = [rule.place for rule in ruleset(files, 1, 2, 3).rules]
    assert places == sorted(set(places))


def test_names_are_those_of_the_files() -> None:
    """In the order in which the files come."""
    files = feed({"emerging-web": [], "local-mine": [], "emerging-dns": []})
    assert read_rules(files).names == ("local-mine", "emerging-dns", "emerging-web")


@pytest.mark.feeds
@pytest.mark.parametrize("release", FACTS)
def test_real_release_is_counted_right(releases: Path, release: str) -> None:
    """As those who collected the releases counted them."""
    counted = [count_rules(file.data) for file in files_of(releases / release)]
    enabled, disabled = (sum(one.enabled for one in counted), sum(one.disabled for one in counted))
    assert (enabled, disabled) == FACTS[release]
