"""Every reason is explained."""

from __future__ import annotations

import pytest

from rules_lib.model import Reason
from rules_lib.report.remedies import REMEDIES, value_wanted


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_cause_and_a_way_back(reason: Reason) -> None:
    """Whole sentences, and no backtick without its other half."""
    remedy = REMEDIES[reason]
    for sentence in (remedy.cause, remedy.way_back):
        assert sentence.endswith(".")
        assert sentence.count("`") % 2 == 0


def test_nothing_is_explained_that_is_no_reason() -> None:
    """A reason that was taken away takes its remedy along."""
    assert set(REMEDIES) == set(Reason)


@pytest.mark.parametrize(
    ("name", "rules", "words"),
    [
        ("SQL", 1, "give `variables: SQL:` a value, and 1 rule can come back"),
        ("@OURS", 2, "give `references: OURS:` a value, and 2 rules can come back"),
    ],
)
def test_missing_value_names_its_key(name: str, rules: int, words: str) -> None:
    """The same words on the page, on the terminal and in a rule's story."""
    assert value_wanted(name, rules) == words
