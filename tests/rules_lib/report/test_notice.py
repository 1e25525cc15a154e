"""What people are told, and the numbers of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from report_support import summary

from rules_lib.errors import DownloadError
from rules_lib.report.measures import measures_of_build
from rules_lib.report.notice import notice_of_build, notice_of_failure


def test_notice_names_every_group_that_changed() -> None:
    """And none that was kept."""
    told = summary()
    notice = notice_of_build(told, "b")
    assert notice is not None
    for group in told.groups:
        assert (f": {group.name}," in notice.text) == (group.change != "keep")


def test_notice_says_why_rules_were_discarded() -> None:
    """With the number for each reason, and every warning."""
    told = summary()
    notice = notice_of_build(told, "b")
    assert notice is not None
    assert all(f"{reason}: {number}" in notice.text for reason, number in told.reasons)
    assert all(f"Warning: {warning}" in notice.text for warning in told.warnings)


def test_text_of_a_feed_cannot_act_in_a_notice() -> None:
    """Escapes are shown, not obeyed."""
    told = replace(summary(), warnings=("bad \x1b[31m\nSubject: x",))
    notice = notice_of_build(told, "b")
    assert notice is not None
    assert "\x1b" not in notice.text
    assert "\nSubject: x" not in notice.text


def test_failed_fetch_is_told_with_its_cause() -> None:
    """Lines of the cause stay lines."""
    notice = notice_of_failure("fetch", DownloadError("one\ntwo \x1b"), "b")
    assert notice.subject == "rulesync: the fetch failed"
    assert "\none\ntwo \\x1b\n" in notice.text


def test_capacity_used_is_the_share_of_the_budget() -> None:
    """Of rules that are there, not of what the groups reserve."""
    told = replace(summary(), budget=10)
    used = sum(group.rules for group in told.groups if not group.deleted)
    found = {measure.name: measure for measure in measures_of_build(told, timedelta(0))}
    assert found["CapacityUsed"].value == used * 10
    assert found["CapacityUsed"].unit == "Percent"


def test_deleted_group_is_written_and_no_longer_counted() -> None:
    """Groups in force, and groups that were touched, are two numbers."""
    told = summary()
    found = {measure.name: measure.value for measure in measures_of_build(told, timedelta(0))}
    assert found["RuleGroups"] == sum(not group.deleted for group in told.groups)
    assert found["GroupsWritten"] == sum(group.change != "keep" for group in told.groups)
