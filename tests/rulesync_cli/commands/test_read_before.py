"""Commands that build go by what an earlier build has read, and say the same without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.account import BUCKET, Account, account, call
from support.feeds import rule

from rules_lib.bucket import READ_RULES
from rules_lib.sync import read_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Give an account whose feed has a rule that its builds have not read, and others."""
    monkeypatch.setattr(read_before, "_MANY", 0)
    rules = [rule(sid) for sid in range(1, 400)]
    with account(tmp_path) as aws:
        aws.allow(categories={"emerging-info": "off"})
        aws.sync(malware=rules, info=[rule(1_000), rule(1_001)])
        aws.publish(malware=[*rules, rule(500)], info=[rule(1_000), rule(1_001)])
        yield aws


@pytest.mark.parametrize("words", [("categories",), ("explain", "7"), ("explain", "1000")])
def test_command_reads_only_what_no_build_has_read(
    running: Account, words: tuple[str, ...]
) -> None:
    """It writes nothing."""
    mark = len(running.journal)
    told = call(*words, "--json")
    assert told.exit_code == 0
    assert ("GetObject", READ_RULES) in running.journal[mark:]
    assert not any(done.startswith(("Put", "Delete")) for done, _ in running.journal[mark:])
    running.s3.delete_object(Bucket=BUCKET, Key=READ_RULES)
    assert call(*words, "--json").stdout == told.stdout
