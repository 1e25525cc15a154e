"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rulesync_cli.show.ages import age_short, age_words


@pytest.mark.parametrize(
    ("age", "words", "short"),
    [
        (timedelta(seconds=-3), "0 minutes", "0m"),
        (timedelta(seconds=59), "0 minutes", "0m"),
        (timedelta(minutes=1), "1 minute", "1m"),
        (timedelta(minutes=59, seconds=59), "59 minutes", "59m"),
        (timedelta(hours=1), "1 hour", "1h"),
        (timedelta(hours=47, minutes=59), "47 hours", "47h"),
        (timedelta(days=2), "2 days", "2d"),
        (timedelta(days=400), "400 days", "400d"),
    ],
)
def test_age_is_told_in_the_unit_that_says_enough(age: timedelta, words: str, short: str) -> None:
    """In days from two of them on; clocks that differ make no age below zero."""
    assert (age_words(age), age_short(age)) == (words, short)
