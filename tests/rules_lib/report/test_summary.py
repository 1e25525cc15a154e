"""The numbers of one sync."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.report import FEED, GOLDEN, nothing, summary

from rules_lib.errors import StoreError
from rules_lib.groups.operation import Operation
from rules_lib.groups.rule_group import Group, Slot
from rules_lib.model import Mode, Reason
from rules_lib.report.facts import Accounting
from rules_lib.report.group_line import GroupLine
from rules_lib.report.summary import read_summary, summarise


def parsed(**causes: str) -> dict[str, Any]:
    """The small sync's `summary.json`, read back."""
    record: dict[str, Any] = json.loads(summary(**causes).to_json())
    return record


def test_summary_is_written_as_in_the_golden_file() -> None:
    """Every key of the contract, sorted where no order is meant."""
    assert summary().to_json() == (GOLDEN / "summary.json").read_bytes()


def test_enabled_is_kept_and_discarded_and_off() -> None:
    """Nothing vanishes."""
    rules = parsed()["rules"]
    assert rules["enabled"] == rules["kept"] + rules["discarded"] + rules["off"] == 8


def test_rule_that_is_unaccounted_for_is_an_error() -> None:
    """A summary that does not add up is never written."""
    with pytest.raises(ValueError, match="2 rules are unaccounted for"):
        summarise(
            build_id="b",
            feed=FEED,
            accounting=Accounting(enabled=8, kept=3, off=2),
            discarded={Reason.NO_SID: 1},
            calls={},
            variables_missing={},
        )


def test_reason_without_a_rule_is_left_out() -> None:
    """Only what happened is listed."""
    assert list(parsed()["discarded"]) == ["over-budget", "undefined-variable", "unparseable"]


def test_groups_stand_by_priority_and_the_deleted_behind() -> None:
    """As the firewall inspects them."""
    entries = parsed()["rule_groups"]
    assert [(entry["name"], entry["priority"]) for entry in entries] == [
        ("et-web-b", 1000),
        ("et-info", 1001),
        ("et-games", None),
    ]


def test_deleted_group_has_no_rules_left() -> None:
    """Its entry says that it is gone, and what capacity it gave back."""
    gone = parsed()["rule_groups"][-1]
    assert (gone["change"], gone["rules"], gone["bytes"], gone["categories"]) == (
        "delete",
        0,
        0,
        [],
    )
    assert gone["capacity"] == 40


def test_only_a_replaced_group_names_what_it_replaces() -> None:
    """One entry, the new one."""
    entries = parsed()["rule_groups"]
    assert [entry.get("replaces") for entry in entries] == ["et-web", None, None]


def test_bytes_are_those_of_the_published_text() -> None:
    """Letters outside ASCII count as the bytes that they take."""
    record = summary().groups[0]
    line = "drop tcp any any -> any any "
    first = line + '(msg:"first"; sid:1; rev:3;)\n'
    second = line + '(msg:"second, \u00e4\u00f6"; sid:2; rev:3;)\n'
    assert record.octets == len((first + second).encode()) == len(first + second) + 2


def test_published_rules_are_counted_by_action() -> None:
    """Two in a drop group, one in an alert group."""
    assert parsed()["actions"] == {"alert": 1, "drop": 2}


def test_healthy_summary_has_no_cause() -> None:
    """Neither key is there where nothing went wrong."""
    assert not {"refused", "failed"} & set(parsed())
    assert summary().status == "healthy"


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_cause_stands_under_what_became_of_the_sync(status: str) -> None:
    """And under that alone."""
    record = parsed(**{status: "it would remove too much"})
    assert record[status] == "it would remove too much"
    assert len({"refused", "failed"} & set(record)) == 1


def test_sync_without_a_feed_still_has_a_summary() -> None:
    """What is not known is null or 0."""
    record = json.loads(nothing("no answer").to_json())
    assert record["feed"]["version"] is None
    assert record["failed"] == "no answer"
    assert record["rules"]["enabled"] == 0


def test_table_has_a_row_a_group() -> None:
    """Text, ready to be drawn by anything."""
    table = summary().table()
    assert [column.heading for column in table.columns][:4] == [
        "priority",
        "rule group",
        "mode",
        "change",
    ]
    assert table.rows[0] == (
        "1000",
        "et-web-b",
        "drop",
        "replace of et-web",
        "2",
        "20",
        "10%",
        "121 B",
    )
    assert table.rows[2] == ("-", "et-games", "-", "delete", "0", "40", "-", "0 B")


def test_missing_variables_stand_by_what_they_cost() -> None:
    """The one that brings back most rules first."""
    found = summarise(
        build_id="b",
        feed=FEED,
        accounting=Accounting(),
        discarded={},
        calls={},
        variables_missing={"A": 1, "C": 7, "B": 7},
    )
    assert found.missing == (("B", 7), ("C", 7), ("A", 1))


def test_same_numbers_in_another_order_give_the_same_bytes() -> None:
    """Two runs of one sync can be compared byte by byte."""
    one, other = (
        summarise(
            build_id="b",
            feed=FEED,
            accounting=Accounting(enabled=2),
            groups=[
                GroupLine(Group(n, Slot(n), Mode.ALERT, p, 1, ()), n, Operation.KEEP, 1)
                for n, p in g
            ],
            discarded=dict(reasons),
            calls={},
            variables_missing={},
        )
        for g, reasons in (
            ([("a", 1), ("b", 2)], [(Reason.NO_SID, 1), (Reason.TOO_LONG, 1)]),
            ([("b", 2), ("a", 1)], [(Reason.TOO_LONG, 1), (Reason.NO_SID, 1)]),
        )
    )
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize("causes", [{}, {"refused": "too much"}, {"failed": "no answer"}])
def test_summary_is_read_back_as_it_was_written(causes: dict[str, str]) -> None:
    """The command shows what the build in the bucket says."""
    assert read_summary(summary(**causes).to_json()) == summary(**causes)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"build": "b", "feed": {"colour": 1}}', b"\xff"]
)
def test_what_is_no_summary_is_an_error(data: bytes) -> None:
    """With the reason, not a traceback."""
    with pytest.raises(StoreError, match="this is no summary"):
        read_summary(data)
