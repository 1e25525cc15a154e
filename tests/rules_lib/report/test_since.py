"""What is different since the last applied build."""

from __future__ import annotations

from dataclasses import replace

from support.report import NOTHING, changes, converted, deployed, group, rule

from rules_lib.deploy.steps import Create, Delete, Update
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.report.since import Earlier

OLD = converted(rule(1, "first"))


def test_changes_come_by_kind_and_are_counted() -> None:
    """By category and by group."""
    more = converted(rule(2, "second", category="info"), "drop")
    found = changes(
        Update(group(converted(rule(3)), more), deployed(more.text.replace("drop", "alert", 1))),
        Delete(deployed(OLD.text, slot="dns")),
    )
    assert [one.kind for one in found.rules] == ["action", "removed", "added"]
    assert found.by("category") == [
        ("dns", {"removed": 1}),
        ("info", {"action": 1}),
        ("web", {"added": 1}),
    ]
    assert found.by("group") == [("et-dns", {"removed": 1}), ("et-web", {"action": 1, "added": 1})]


def test_discards_are_compared_with_the_last_build() -> None:
    """What is newly out, and what came back and why it had been out."""
    discarded = tuple(Discarded(rule(sid), Reason.NO_SID, "d") for sid in (5, 6, None))
    earlier = Earlier("b", "v", {1: "too-long", 5: "over-budget", 9: "no-sid"})
    built = replace(NOTHING, discarded=discarded)
    found = changes(Update(group(OLD), deployed()), built=built, earlier=earlier)
    assert (found.fresh, found.returned) == (frozenset({6}), 1)
    assert found.rules[0].note == "was discarded: too-long"


def test_discards_that_were_not_read_are_not_called_new() -> None:
    """Nothing is known, so nothing is said."""
    built = replace(NOTHING, discarded=(Discarded(rule(5), Reason.NO_SID, "d"),))
    assert changes(built=built, earlier=Earlier("b", "v")).fresh is None
    assert changes(built=built).fresh is None


def test_only_a_build_without_any_before_is_the_first() -> None:
    """An account whose groups were there, but no build, has a before."""
    assert changes(Create(group(OLD))).is_first
    assert not changes(Create(group(OLD)), earlier=Earlier("b", "v")).is_first
    assert not changes(Delete(deployed(OLD.text))).is_first
    assert not changes().is_first
