"""Every reason is explained."""

from __future__ import annotations

import pytest

from rules_lib.model import Reason
from rules_lib.report.remedies import REMEDIES


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
