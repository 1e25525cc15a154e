"""What is recorded of a rule, as people read it."""

from __future__ import annotations

from datetime import date

import pytest

from rules_lib.ties import Mark, MarkKind
from rules_lib.why import ActionCause, Condition, LateSetter, Stage, Why


@pytest.mark.parametrize("why", Why)
def test_every_cause_is_a_whole_sentence(why: Why) -> None:
    """Nothing is left to be filled in, and nothing ends it, as others go on behind it."""
    condition = Condition("confidence", ("High", "Medium"), ("Low",), holds=False)
    stage = Stage(date(2026, 11, 20), date(2026, 11, 27), date(2026, 11, 21))
    late = LateSetter(7, "alert", Mark(MarkKind.FLOWBIT, "seen"), sets=True)
    told = str(ActionCause(why, "", "reject", (condition,), stage, late=late))
    assert told
    assert not {"{", "}"} & set(told)
    assert told[-1] not in ".;"


def test_cause_names_the_action_that_was_shipped() -> None:
    """Where that is why it has the one it has."""
    cause = ActionCause(Why.NAMED_TO_ALERT, "alert", shipped="drop")
    assert str(cause) == "it is shipped as drop, and its sid is under `rules: alert:`"


def test_each_condition_that_keeps_a_rule_from_dropping_is_named_and_no_other() -> None:
    """With what the rule has, and what is asked for."""
    conditions = (
        Condition("signature_severity", ("Critical", "Major"), ("Minor",), holds=False),
        Condition("deployment", ("Perimeter",), ("Perimeter",), holds=True),
        Condition("confidence", ("High",), (), holds=False, without="alert"),
    )
    assert str(ActionCause(Why.DROP_WHEN_FAILS, conditions=conditions)) == (
        "`drop_when` does not hold: signature_severity is Minor, wanted: Critical, Major; "
        "confidence is not given (`missing: alert`)"
    )
