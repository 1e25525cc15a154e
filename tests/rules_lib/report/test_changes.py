"""What a sync changes, counted for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.model import Reason
from rules_lib.report.changes import CategoryChange, Changes, FirstRules, changes_of

FILE = TypeAdapter(Changes)
TOLD = st.builds(FirstRules, st.integers(0), st.dictionaries(st.integers(1), st.text()))


def change(
    kind: str, sid: int, before: str = "", after: str = "", category: str = "web"
) -> RuleChange:
    """A rule that is not deployed as it was, by the actions before and after."""
    texts = [
        f"{action} tcp any any -> any any (sid:{sid};)" if action else ""
        for action in (before, after)
    ]
    return RuleChange(kind, sid, category, f"et-{category}", "", f"msg {sid}", *texts)  # type: ignore[arg-type]


def test_rules_are_counted_by_category() -> None:
    """Another action, rev or text is a change; names are in order."""
    found = changes_of(
        [
            change("added", 1, after="alert"),
            change("removed", 2, before="alert"),
            change("action", 3, "alert", "drop"),
            change("revised", 4, "alert", "alert"),
            change("edited", 5, "alert", "alert", category="info"),
        ],
        {},
        {},
    )
    assert list(found.categories.items()) == [
        ("info", CategoryChange(changed=1)),
        ("web", CategoryChange(added=1, removed=1, changed=2)),
    ]
    assert found.total == CategoryChange(added=1, removed=1, changed=3)


@pytest.mark.parametrize(
    ("before", "after", "drops"),
    [
        ("", "drop", 1),
        ("", "reject", 1),
        ("alert", "drop", 1),
        ("pass", "drop", 1),
        ("", "alert", 0),
        ("alert", "DROP", 1),
        ("drop", "drop", 0),
        ("DROP", "drop", 0),
        ("drop", "reject", 0),
        ("drop", "alert", 0),
        ("drop", "", 0),
    ],
)
def test_rule_newly_drops_where_it_stopped_nothing_before(
    before: str, after: str, drops: int
) -> None:
    """A rule that rejected and now drops is no news."""
    found = changes_of([change("action", 1, before, after)], {}, None)
    assert (found.drops.number, len(found.drops.first)) == (drops, drops)


@pytest.mark.parametrize(
    ("before", "after", "unblocks"),
    [
        ("drop", "alert", 1),
        ("reject", "pass", 1),
        ("DROP", "alert", 1),
        ("drop", "", 1),
        ("drop", "reject", 0),
        ("drop", "DROP", 0),
        ("alert", "", 0),
        ("", "alert", 0),
    ],
)
def test_rule_no_longer_blocks_where_it_stopped_traffic_before(
    before: str, after: str, unblocks: int
) -> None:
    """Whatever it does instead, and be it that it is gone."""
    found = changes_of([change("action", 1, before, after)], {}, None)
    assert found.unblocks == FirstRules(unblocks, {1: "msg 1"} if unblocks else {})


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [("", "pass", 1), ("drop", "PASS", 1), ("pass", "Pass", 0), ("pass", "alert", 0)],
)
def test_rule_newly_passes_where_it_passed_nothing_before(
    before: str, after: str, passes: int
) -> None:
    """What it matches is inspected no further."""
    found = changes_of([change("action", 1, before, after)], {}, None)
    assert found.passes == FirstRules(passes, {1: "msg 1"} if passes else {})


def test_first_few_drops_are_named() -> None:
    """And all are counted."""
    found = changes_of([change("added", sid, "", "drop") for sid in range(1, 9)], {}, None)
    assert found.drops == FirstRules(8, {sid: f"msg {sid}" for sid in range(1, 6)})


def test_discards_are_compared_by_reason() -> None:
    """More, fewer, and none any more; what is as it was is left out."""
    now = {Reason.TOO_LONG: 3, Reason.NO_SID: 1, Reason.OVER_BUDGET: 2}
    before = {"too-long": 1, "no-sid": 1, "unparseable": 4}
    assert changes_of([], now, before).discarded == {
        "over-budget": 2,
        "too-long": 2,
        "unparseable": -4,
    }


def test_first_build_has_nothing_to_compare_with() -> None:
    """Not everything that it discards is news."""
    assert changes_of([], {Reason.TOO_LONG: 3}, None).discarded == {}


@given(
    st.dictionaries(st.text(), st.builds(CategoryChange, *[st.integers(0)] * 3)),
    TOLD,
    TOLD,
    TOLD,
    st.dictionaries(st.text(), st.integers()),
)
def test_changes_come_back_from_json(
    categories: dict[str, CategoryChange],
    drops: FirstRules,
    unblocks: FirstRules,
    passes: FirstRules,
    discarded: dict[str, int],
) -> None:
    """As the summary writes them and a rollback reads them."""
    changes = Changes(categories, drops, unblocks, passes, discarded)
    assert FILE.validate_json(FILE.dump_json(changes)) == changes


def test_build_of_an_earlier_version_counted_less() -> None:
    """Its summary is read all the same, by a rollback."""
    record = FILE.dump_python(Changes(drops=FirstRules(1, {1: "a"})))
    for key in ("unblocks", "first_unblocks", "passes", "first_passes"):
        del record[key]
    assert FILE.validate_python(record) == Changes(drops=FirstRules(1, {1: "a"}))
