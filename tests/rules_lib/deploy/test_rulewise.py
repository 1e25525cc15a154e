"""Rule by rule, what a plan makes of what is deployed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.report import NOTHING, changes, converted, deployed, group, rule

from rules_lib.deploy.rulewise import UNFILED, rule_changes
from rules_lib.deploy.steps import Create, Delete, Plan, Update
from rules_lib.model import Reason
from rules_lib.outcome import Discarded

OLD = converted(rule(1, "first"))


def test_same_rule_in_another_group_is_no_change() -> None:
    """Where it stands is the sync's affair."""
    steps = Update(group(slot="a"), deployed(OLD.text, slot="a")), Create(group(OLD, slot="b"))
    assert changes(*steps).rules == ()


def test_new_rule_is_added() -> None:
    """With its text, and none before."""
    (change,) = changes(Update(group(OLD), deployed())).rules
    assert (change.kind, change.sid, change.category, change.group) == ("added", 1, "web", "et-web")
    assert (change.before, change.after, change.note) == ("", OLD.text, "")


def test_other_action_comes_before_other_rev() -> None:
    """That a rule drops now is what people must see."""
    new = converted(rule(1, "first", text=OLD.rule.text.replace("rev:3", "rev:4")), "drop")
    (change,) = changes(Update(group(new), deployed(OLD.text))).rules
    assert (change.kind, change.note) == ("action", "alert → drop, rev 3 → 4")
    assert (change.before, change.after) == (OLD.text, new.text)


def test_other_rev_and_other_text_are_told_apart() -> None:
    """A list of addresses changes daily, and so does its rev; a variable changes the text alone."""
    newer = converted(rule(1, "first", text=OLD.rule.text.replace("rev:3", "rev:4")))
    other = converted(rule(1, "first", text=OLD.rule.text.replace("any any ->", "any 80 ->")))
    for rule_now, expected in (
        (newer, ("revised", "rev 3 → 4")),
        (other, ("edited", "same rev, other text")),
    ):
        (change,) = changes(Update(group(rule_now), deployed(OLD.text))).rules
        assert (change.kind, change.note) == expected


def test_removed_rule_says_what_became_of_it() -> None:
    """Left out for a reason, off, or no longer in the feed."""
    texts = [converted(rule(sid, f"rule {sid}")).text for sid in (1, 2, 3)]
    built = replace(
        NOTHING,
        discarded=(Discarded(rule(1, category="info"), Reason.OVER_BUDGET, "d"),),
        off=(rule(2, category="games"),),
    )
    found = changes(Delete(deployed(*texts)), built=built)
    assert [(one.kind, one.category, one.note, one.msg) for one in found.rules] == [
        ("removed", "info", "discarded: over-budget", "rule 1"),
        ("removed", "games", "off", "rule 2"),
        ("removed", "web", "the feed no longer enables it", "rule 3"),
    ]


def test_rule_gone_from_a_shared_group_is_filed_under_no_category() -> None:
    """Nothing says of which it was, and the group is none."""
    (change,) = changes(Delete(deployed(OLD.text, slot="shared/alert"))).rules
    assert change.category == UNFILED


@pytest.mark.parametrize("action", ["alert", "ALERT", "Alert"])
def test_action_in_capitals_is_the_same_action(action: str) -> None:
    """As the engine reads it: another spelling is another text, and acts as before."""
    text = OLD.text.replace("alert", action, 1)
    (change,) = changes(Update(group(converted(rule(1, "first"), "drop")), deployed(text))).rules
    assert (change.kind, change.note, change.acted, change.acts) == (
        *("action", "alert → drop"),
        *("alert", "drop"),
    )


def test_other_spelling_of_an_action_is_no_other_action() -> None:
    """A feed that shouts blocks what it blocked before."""
    new = converted(rule(1, "first"), "drop")
    (change,) = changes(Update(group(new), deployed(new.text.replace("drop", "DROP", 1)))).rules
    assert (change.kind, change.note) == ("edited", "same rev, other text")
    assert not change.blocks_anew
    assert not change.unblocks


def test_group_that_counts_says_what_a_rule_was() -> None:
    """A replacement that broke off leaves the rule in two groups; the other one is but deleted."""
    new = converted(rule(1, "first"), "drop")
    steps = Update(group(new), deployed(OLD.text)), Delete(deployed(new.text, slot="web-b"))
    (change,) = changes(*steps).rules
    assert (change.acted, change.acts) == ("alert", "drop")


def test_earlier_build_that_is_put_back_is_told_too() -> None:
    """Nothing but the plan is known of it."""
    new = converted(rule(1, "first"), "drop")
    steps = Update(group(OLD), deployed(new.text, converted(rule(2)).text))
    assert [(one.sid, one.kind) for one in rule_changes(Plan((steps,)))] == [
        (1, "action"),
        (2, "removed"),
    ]
