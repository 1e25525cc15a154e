"""Desired against deployed, without any AWS."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.groups import as_deployed, group, rule

from rules_lib.deploy.plan import plan
from rules_lib.deploy.steps import Create, Delete, Keep, Plan, Replace, Step, Update, record
from rules_lib.errors import RefusedError
from rules_lib.groups.content import by_sid, difference
from rules_lib.groups.policy import Policy
from rules_lib.groups.rule_group import Deployed, DeployedGroup, GroupVariables, Slot
from rules_lib.reading.rule import sid_of

ONE = group("et-one", 1, 2)
NETS = GroupVariables(ip_sets={"DNS_SERVERS": ("10.0.0.2/32",)})


def deployed(*groups: DeployedGroup, foreign: frozenset[str] = frozenset()) -> Deployed:
    """What the account has; desired groups among them count as created."""
    return Deployed(groups, foreign)


def test_group_of_an_empty_slot_is_created() -> None:
    """Nothing there, all to make."""
    assert plan([ONE], Deployed()).steps == (Create(ONE),)


def test_group_that_holds_what_is_desired_is_kept() -> None:
    """The token and the use do not matter."""
    there = as_deployed(ONE, associations=2, token="another")  # noqa: S106 - an update token
    found = plan([ONE], deployed(there))
    assert found.steps == (Keep(ONE, there),)
    assert found.changes == ()
    assert found.is_empty


def test_a_plan_that_switches_a_policy_alone_is_not_empty() -> None:
    """Every group is as desired, and one that nobody refers to protects nobody."""
    there = as_deployed(ONE)
    policy = Policy("prod", arn="arn:prod")
    found = plan([ONE], Deployed((there,), frozenset(), (policy,)))
    assert (found.changes, [one.policy for one in found.switched]) == ((), [policy])
    assert not found.is_empty


@pytest.mark.parametrize(
    "there",
    [
        as_deployed(ONE, text=f"{rule(1).text}\n"),
        as_deployed(ONE, text=f"{rule(2).text}\n{rule(1).text}\n"),
        as_deployed(ONE, variables=NETS),
        as_deployed(ONE, strict=False),
        as_deployed(ONE, capacity=1),
    ],
    ids=["text", "order of the text", "variables", "strictness", "capacity"],
)
def test_whatever_differs_is_an_update(there: DeployedGroup) -> None:
    """The name is the word of pack that the group can hold what is desired."""
    assert plan([ONE], deployed(there)).steps == (Update(ONE, there),)


def test_last_line_end_is_no_difference() -> None:
    """A service that trims the text would otherwise be written to at every sync."""
    there = as_deployed(ONE, text=ONE.text.rstrip())
    assert plan([ONE], deployed(there)).changes == ()


def test_another_name_in_the_same_slot_is_a_replacement() -> None:
    """The old group is not planned as a delete of its own."""
    there = as_deployed(group("et-one", 1), capacity=1)
    new = replace(ONE, name="et-one-b")
    assert plan([new], deployed(there)).steps == (Replace(new, there),)


def test_of_two_groups_in_a_slot_the_one_with_the_desired_name_counts() -> None:
    """So goes what a sync left that broke off in the middle of a replacement."""
    old, new = as_deployed(ONE), as_deployed(replace(ONE, name="et-one-b"))
    desired = replace(ONE, name="et-one-b")
    assert plan([desired], deployed(old, new)).steps == (Keep(desired, new), Delete(old))


def test_of_two_groups_in_a_slot_the_one_in_use_is_replaced() -> None:
    """Neither has the desired name: the one that a policy uses is the one to switch."""
    idle, used = as_deployed(ONE), as_deployed(replace(ONE, name="et-one-b"), associations=1)
    desired = replace(ONE, name="et-one-c")
    assert plan([desired], deployed(idle, used)).steps == (Replace(desired, used), Delete(idle))


def test_steps_go_by_priority_and_deletes_come_last() -> None:
    """Deletes among themselves go by name."""
    first, second = replace(ONE, priority=2), group("et-two", 3, priority=1)
    old = [as_deployed(group(f"et-{name}", 9)) for name in ("y", "x")]
    found = plan([first, second], deployed(*old))
    assert [(step.change, step.name) for step in found.steps] == [
        ("create", "et-two"),
        ("create", "et-one"),
        ("delete", "et-x"),
        ("delete", "et-y"),
    ]


def test_foreign_group_that_is_in_nobodys_way_is_left_alone() -> None:
    """It is neither refused nor deleted."""
    assert plan([], Deployed(foreign=frozenset({"et-mine"}))) == Plan()


def test_every_name_in_the_way_is_refused_at_once() -> None:
    """Both what is foreign and what fills another slot, with what to do."""
    desired = [ONE, group("et-two", 3), group("et-three", 4)]
    there = as_deployed(group("et-three", 4), slot=Slot("four", 2))
    with pytest.raises(RefusedError) as caught:
        plan(desired, deployed(there, foreign=frozenset({"et-one", "et-two", "et-other"})))
    heading, *lines = str(caught.value).splitlines()
    assert "nothing was changed" in heading
    assert [line.split()[0] for line in lines] == ["et-one", "et-two", "et-three"]
    assert all("not ours" in line and "firewall.prefix" in line for line in lines[:2])
    assert "rulesync:slot=four:2" in lines[2]


def test_record_of_an_update_tells_the_difference_by_sid() -> None:
    """As plan.json shows it; the capacity is the deployed one, which no update changes."""
    there = as_deployed(group("et-one", 1, rule(2, "content:x; "), 3), capacity=40)
    found = record(Update(group("et-one", 2, 1, 4), there))
    assert json.loads(json.dumps(found)) == {
        "name": "et-one",
        "change": "update",
        "capacity": 40,
        "rules": {"before": 3, "after": 3},
        "added": [4],
        "removed": [3],
        "changed": [2],
        "moved": True,
        "variables_changed": False,
        "references": {},
        "references_changed": False,
    }


def test_record_of_a_replacement_names_both_groups() -> None:
    """The new one under `name`, with its own capacity."""
    there = as_deployed(group("et-one", 1), capacity=1)
    found = record(Replace(replace(ONE, name="et-one-b"), there))
    assert (found["name"], found["replaces"], found["capacity"]) == ("et-one-b", "et-one", 100)
    assert found["added"] == [2]


@pytest.mark.parametrize(
    ("step", "rules", "added", "removed"),
    [
        (Create(ONE), {"before": 0, "after": 2}, [1, 2], []),
        (Keep(ONE, as_deployed(ONE)), {"before": 2, "after": 2}, [], []),
        (Delete(as_deployed(ONE)), {"before": 2, "after": 0}, [], [1, 2]),
    ],
    ids=["create", "keep", "delete"],
)
def test_record_of_any_other_step_replaces_nothing(
    step: Step, rules: dict[str, int], added: list[int], removed: list[int]
) -> None:
    """What is created is all added, what is deleted all removed."""
    found = record(step)
    assert (found["rules"], found["added"], found["removed"]) == (rules, added, removed)
    assert "replaces" not in found


def test_variables_alone_are_told_as_a_change() -> None:
    """An update without any sid would otherwise be a riddle."""
    found = record(Update(replace(ONE, variables=NETS), as_deployed(ONE)))
    assert found["variables_changed"]
    assert found["added"] == found["removed"] == found["changed"] == []


def test_sid_is_read_from_the_options_alone() -> None:
    r"""`sid:1\;` in a content is text; where nothing can be read, there is none."""
    assert sid_of(r'alert ip any any -> any any (content:"\;sid:1\;"; SID: 7 ;)') == 7
    assert sid_of("alert ip any any -> any any (sid:3;)") == 3
    assert sid_of("2") is None


SIDS = st.lists(st.integers(1, 12), unique=True)


@given(SIDS, SIDS, st.sets(st.integers(1, 12)))
def test_difference_leads_from_one_text_to_the_other(
    before: list[int], after: list[int], edited: set[int]
) -> None:
    """Without the removed, with the added and the changed: exactly what stands after."""
    old = group("et-one", *before).text
    new = group("et-one", *(rule(sid, "content:x; " * (sid in edited)) for sid in after)).text
    found, texts = difference(old, new), by_sid(new)
    made = {sid: text for sid, text in by_sid(old).items() if sid not in found.removed}
    made |= {sid: texts[sid] for sid in (*found.added, *found.changed)}
    assert made == texts
    assert set(found.changed) == set(before) & set(after) & edited
    common = [sid for sid in before if sid in after]
    assert found.moved == (common != [sid for sid in after if sid in before])
