"""`python -m examples.fleet` tells what happens to three targets, and that is what happens.

`pytest tests/examples/test_example_fleet.py --renew-golden` writes what it prints anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from examples import fleet
from examples.targets_machine import definition

GOLDEN: Final = Path(__file__).parent / "golden" / "fleet.txt"
BUILD: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


def test_fleet_goes_through_pilot_bake_promotion_failure_and_rollback(
    capsys: pytest.CaptureFixture[str], *, renew_golden: bool
) -> None:
    """Three attempts at what fails, and the others go on; a rollback leaves them alone."""
    fleet.main()
    told = BUILD.sub("BUILD", capsys.readouterr().out)
    if renew_golden:
        GOLDEN.write_text(told, encoding="utf-8")
    assert told == GOLDEN.read_text(encoding="utf-8"), "the story is another; see --renew-golden"


def test_definition_is_the_template_s() -> None:
    """With the function in its place, a shorter pause, and nothing left of CloudFormation."""
    found = definition("arn:aws:lambda:us-east-1:123456789012:function:build", pause=7)
    text = str(found)
    assert "MaxConcurrencyPath" in text
    assert "'IntervalSeconds': 7" in text
    assert "Fn::" not in text
    assert "${" not in text
