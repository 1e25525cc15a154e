"""Rule by rule, what a build changes."""

from __future__ import annotations

from dataclasses import replace

from report_support import converted, rule

from rules_lib.build import Built
from rules_lib.deploy.steps import Create, Delete, Step, Update
from rules_lib.groups import DeployedGroup, Group, Slot, Variables
from rules_lib.model import Converted, Discarded, Mode, Reason
from rules_lib.report.rule_changes import Earlier, Since, since
from rules_lib.stages.fit import Relief

NOTHING = Built((), (), (), 0, Relief(), {}, {})


def deployed(*texts: str, slot: str = "web") -> DeployedGroup:
    """A group as the service has it."""
    text = "".join(f"{line}\n" for line in texts)
    return DeployedGroup(f"et-{slot}", "arn", Slot(slot), 99, text, Variables(), True, 0, "t")


def group(*rules: Converted, slot: str = "web") -> Group:
    """A group as it is to be."""
    return Group(f"et-{slot}", Slot(slot), Mode.ALERT, 1000, 99, rules)


def changes(*steps: Step, built: Built = NOTHING, earlier: Earlier | None = None) -> Since:
    """What these steps change."""
    kept = tuple(step.group for step in steps if step.group)
    return since(steps, replace(built, groups=kept), earlier)


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


def test_rule_gone_from_a_shared_group_counts_for_the_group() -> None:
    """Nothing says of which category it was."""
    (change,) = changes(Delete(deployed(OLD.text, slot="shared/alert"))).rules
    assert change.category == "et-shared/alert"


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
