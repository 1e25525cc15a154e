"""Text and numbers for people's eyes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.text import count, counted, first_of, portion, share, size, visible, visible_lines


def test_control_character_is_shown_as_an_escape() -> None:
    """A terminal would obey it."""
    assert visible("a\x1b[31m\x07\u202e\ud800") == r"a\x1b[31m\x07\u202e\ud800"


def test_line_ends_of_a_longer_text_stay() -> None:
    """The causes of a refusal stand on lines of their own."""
    assert visible_lines("one\ntwo\x1b") == "one\ntwo\\x1b"


@given(st.text(st.characters()))
def test_shown_text_is_one_line_that_can_be_written(text: str) -> None:
    """No reader of lines sees two, and no encoder stops."""
    assert len(visible(text).splitlines()) <= 1
    assert visible(text).encode().decode() == visible(text)


@pytest.mark.parametrize(
    ("octets", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (1_900_000, "1.9 MB")],
)
def test_size_is_in_decimal_units(octets: int, words: str) -> None:
    """As the service's limit of 2,000,000 is."""
    assert size(octets) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "-"), (0, 5, "0%"), (999, 1000, "99%"), (1000, 1000, "100%"), (12, 10, "120%")],
)
def test_only_a_full_whole_is_a_hundred_percent(part: int, whole: int, words: str) -> None:
    """A group that reads 100% has no room for one rule more."""
    assert share(part, whole) == words


def test_numbers_have_commas_and_nouns() -> None:
    """One is singular."""
    assert (count(38651), counted(1, "rule"), counted(2000, "rule")) == (
        "38,651",
        "1 rule",
        "2,000 rules",
    )


def test_portion_of_nothing_is_nothing() -> None:
    """A picture without data has no stretch, and no error."""
    assert (portion(1, 0), portion(1, 3)) == (0.0, 33.333)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a", "b", "c"], "a, b and 1 more"),
        (["a", "b", *"x" * 1_200], "a, b and 1,200 more"),
    ],
)
def test_of_many_words_the_first_are_told(words: list[str], told: str) -> None:
    """And how many more there are."""
    assert first_of(words, 2) == told
