"""The edit that follows the classes of hits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from support.hits import DAY

from rules_lib.errors import SettingsError
from rules_lib.hits.tally import HitTally
from rules_lib.model import Mode
from rulesync_cli.allowlist_text import as_it_is
from rulesync_cli.history.published import PublishedRule
from rulesync_cli.hits.classes import READY_DAYS, WatchedRule
from rulesync_cli.hits.suggest import (
    WHOLE_CATEGORY,
    Suggestion,
    edit_diff,
    plain_categories,
    suggest_drops,
    suggest_silence,
)

TEXT = "version: 1\ncategories:\n  emerging-dns: alert  # why\n  emerging-exploit: alert\n"


def rules(number: int, *, watched: int = READY_DAYS, first: int = 1) -> list[WatchedRule]:
    """So many rules of a category, quiet for so many days."""
    return [
        WatchedRule(
            PublishedRule(
                *(sid, 1, "alert", "Major", "High", "", "emerging-dns"),
                *("et-emerging-dns", 1000, "msg", "alert dns any any -> any any (sid:1;)"),
            ),
            counted=30,
            watched=watched,
            tally=None,
            decided=False,
        )
        for sid in range(first, first + number)
    ]


def suggested(watched: list[WatchedRule], text: str = TEXT) -> Suggestion:
    """The edit of a file by which ready rules drop."""
    return suggest_drops(watched, as_it_is(text, "a"), plain_categories(text))


def test_few_rules_are_named() -> None:
    """Their category stays as it is."""
    found = suggested(rules(WHOLE_CATEGORY - 1))
    assert found == Suggestion(drop=tuple(range(1, WHOLE_CATEGORY)))


def test_category_of_ready_rules_drops_as_a_whole() -> None:
    """Those of its rules that are not ready go on alerting."""
    young = rules(2, watched=3, first=100)
    found = suggest_drops(
        [*rules(WHOLE_CATEGORY), *young], as_it_is(TEXT, "a"), plain_categories(TEXT)
    )
    assert found == Suggestion(categories=("emerging-dns",), alert=(100, 101))
    edited = as_it_is(found.edited(TEXT, "a"), "a")
    setting = edited.categories["emerging-dns"]
    assert setting.mode is Mode.DROP
    assert setting.drop_when
    assert sorted(setting.drop_when.confidence or ()) == ["High", "Medium"]
    assert edited.rules.alert == {100, 101}


def test_category_with_many_others_is_not_dropped_as_a_whole() -> None:
    """Most of it is not known well enough."""
    young = rules(3, watched=3, first=100)
    found = suggest_drops(
        [*rules(WHOLE_CATEGORY), *young], as_it_is(TEXT, "a"), plain_categories(TEXT)
    )
    assert (found.categories, len(found.drop)) == ((), WHOLE_CATEGORY)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ndefault: alert\n",
        "version: 1\ncategories:\n  emerging-dns:\n    mode: alert\n",
    ],
)
def test_category_that_is_not_listed_or_has_keys_has_its_rules_named(text: str) -> None:
    """Its keys are people's to move."""
    found = suggested(rules(WHOLE_CATEGORY), text)
    assert (found.categories, len(found.drop)) == ((), WHOLE_CATEGORY)


def test_noisy_rules_are_to_be_off() -> None:
    """The others stay."""
    moment = datetime.combine(DAY, time(tzinfo=UTC))
    loud = HitTally(1, 10_000, 0, 9, 9, (), 9, moment, moment)
    [noisy] = [replace(one, tally=loud) for one in rules(1, first=7)]
    assert suggest_silence([*rules(2), noisy]) == Suggestion(off=(7,))


def test_edit_that_would_not_come_out_right_is_refused() -> None:
    """The result is read again, and must be what was meant."""
    text = "version: 1\ndefault: alert\nrules: {off: [5]}\n"
    with pytest.raises(SettingsError, match="by hand"):
        Suggestion(drop=(5,)).edited(text, "a")


def test_diff_names_the_file_and_shows_both_sides() -> None:
    """As people know diffs."""
    text = Suggestion(drop=(1,)).edited(TEXT, "a")
    assert edit_diff(TEXT, text, "a").splitlines()[:2] == ["--- a", "+++ a, edited"]
    assert "+rules: {drop: [1]}" in edit_diff(TEXT, text, "a")
