"""Templates are read as moto reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from moto.cloudformation.models import Stack
from yaml import YAMLError

from localaws.stacks.texts import read

ROOT: Final = Path(__file__).parents[2]
SHORT: Final = """
Resources:
  A: {Type: A, Properties: &same {Day: 2012-10-17, No: "2012-10-17", Yes: yes}}
  B:
    <<: *same
    Names: !Sub ["${Who}-x", {Who: !If [There, !GetAtt A.Arn, x]}]
    Also: !Join [",", !Ref Names]
    Text: !Sub |
      one
      two
"""


@pytest.mark.parametrize(
    "text",
    [
        (ROOT / "template.yaml").read_text(encoding="utf-8"),
        (ROOT / "template-target.yaml").read_text(encoding="utf-8"),
        SHORT,
        json.dumps({"A": ["2012-10-17", "yes", "<<", "é", 1, 1.5, None, True], "B": {"!Ref": "A"}}),
    ],
    ids=["stack", "target", "short", "json"],
)
def test_template_is_read_as_moto_reads_it(text: str) -> None:
    """In the same order too."""
    found, expected = read(text), Stack.parse_template(text)
    assert (found, repr(found)) == (expected, repr(expected))


def test_text_that_is_no_template_is_refused() -> None:
    """By an error that moto knows."""
    with pytest.raises(YAMLError):
        read("{")
