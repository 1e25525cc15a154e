"""All that a build depends on, as one value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from support.inputs import DAY, inputs
from support.rules import allow, ruleset, text

from rules_lib.build import build
from rules_lib.model import Mode

GIVEN = inputs(ruleset({"emerging-web": [text(1)]}), allow())


def test_edited_inputs_differ_in_the_allowlist_alone() -> None:
    """And what they were made from stays as it is."""
    edited = GIVEN.edited(default=Mode.OFF)
    assert (edited.ruleset, edited.deployed, edited.day) == (GIVEN.ruleset, GIVEN.deployed, DAY)
    assert (edited.allowlist.default, GIVEN.allowlist.default) == (Mode.OFF, Mode.ALERT)
    assert [len(build(one).kept) for one in (GIVEN, edited)] == [1, 0]


def test_inputs_cannot_be_changed_in_place() -> None:
    """Neither the value nor what the service said, which many builds share."""
    with pytest.raises(FrozenInstanceError):
        GIVEN.day = DAY  # type: ignore[misc]
    with pytest.raises(TypeError):
        GIVEN.refusals["text"] = "no"  # type: ignore[index]
