"""What the last build discarded, as the next build's page knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.account import Account, account
from support.feeds import rule
from support.page import rows_of
from support.report import DISCARDED

from rules_lib.report.records import discarded_jsonl
from rules_lib.sync.earlier import discards_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT = rule(1)
FIRST, SECOND = (rule(sid, "lua:x.lua; ") for sid in (10, 11))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account whose first build discarded one rule."""
    with account(tmp_path) as found:
        found.allow()
        found.sync(malware=[KEPT, FIRST])
        yield found


def fresh(running: Account) -> dict[str, bool]:
    """By sid, what the newest build's page calls new."""
    html = running.read(f"builds/{running.builds[-1]}/report.html").decode()
    return {row[0]: row[7] == "new" for row in rows_of(html, "discarded")}


def reads(running: Account, mark: int) -> list[str]:
    """The lists of discarded rules that were read since."""
    return [
        key
        for call, key in running.journal[mark:]
        if call == "GetObject" and key.endswith("discarded.jsonl")
    ]


def test_discards_come_back_by_sid() -> None:
    """Those that have one."""
    assert discards_in(b"".join(discarded_jsonl(DISCARDED))) == {
        10: "undefined-variable",
        11: "over-budget",
    }


def test_first_build_calls_no_discard_new(running: Account) -> None:
    """There is nothing to compare with."""
    assert fresh(running) == {"10": False}


def test_discard_that_the_last_build_did_not_have_is_new(running: Account) -> None:
    """One read finds out, also where no group changes."""
    mark = len(running.journal)
    first = running.builds[-1]
    running.sync(malware=[KEPT, FIRST, SECOND])
    assert fresh(running) == {"10": False, "11": True}
    assert reads(running, mark) == [f"builds/{first}/discarded.jsonl"]


def test_build_that_has_nothing_to_do_reads_no_more(running: Account) -> None:
    """The usual day costs nothing."""
    mark = len(running.journal)
    running.build()
    assert fresh(running) == {"10": False}
    assert reads(running, mark) == []


@pytest.mark.parametrize("damage", ["no json\n", '{"sid": 10}\n', "[]\n"])
def test_damaged_list_makes_nothing_new_and_stops_no_sync(running: Account, damage: str) -> None:
    """A report is no cause to leave the firewall without its rules."""
    running.put(f"builds/{running.builds[-1]}/discarded.jsonl", damage)
    summary = running.sync(malware=[KEPT, rule(2), SECOND])
    assert "failed" not in summary
    assert fresh(running) == {"11": False}
