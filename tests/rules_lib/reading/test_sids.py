"""Sids are found by one form, in a rule's text and in a file's bytes."""

from __future__ import annotations

import pytest

from rules_lib.reading.rule import sid_of
from rules_lib.reading.sids import sids_in


@pytest.mark.parametrize(
    ("options", "sid"),
    [
        ("(sid:7;)", 7),
        ("( sid : 7 ; rev:2;)", 7),
        ('(msg:"a"; SID:+7;)', 7),
        ('(msg:"sid:9;"; sid:7;)', 7),
        ("(sid:7)", None),
        ("(nosid:7;)", None),
    ],
)
def test_text_and_bytes_have_the_same_sid(options: str, sid: int | None) -> None:
    """Whatever is spelt oddly, and nothing else."""
    rule = f"alert tcp any any -> any any {options}"
    assert sid_of(rule) == sid
    assert list(sids_in(rule.encode())) == ([] if sid is None else [sid])


def test_what_stands_in_a_value_may_be_one_in_bytes() -> None:
    """Bytes are looked through to find which lines are worth being parsed."""
    assert list(sids_in(b'(msg:"a; sid:9;"; sid:7;)')) == [9, 7]
