"""What somebody else did to our groups, told from a plan."""

from __future__ import annotations

from dataclasses import replace

from support.groups import as_deployed, group

from rules_lib.deploy.drift import drift_of
from rules_lib.deploy.plan import plan
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group

ONE = group("et-one", 1)
RECORDED = {"et-one": "one:1"}


def drift(*desired: Group, deployed: tuple[DeployedGroup, ...] = ()) -> list[str]:
    """What is told of a plan when the newest build had left `et-one`."""
    return list(drift_of(plan(desired, Deployed(deployed)), RECORDED))


def test_group_as_it_was_left_is_no_drift() -> None:
    """Nor is one that the feed changes."""
    assert drift(ONE, deployed=(as_deployed(ONE),)) == []
    assert drift(group("et-one", 2), deployed=(as_deployed(ONE),)) == []


def test_new_category_is_no_drift() -> None:
    """The newest build did not have it."""
    assert drift(ONE, group("et-two", 2), deployed=(as_deployed(ONE),)) == []


def test_group_that_is_gone_is_named() -> None:
    """Also where it is made under another name."""
    assert drift(replace(ONE, name="et-one-b")) == [
        "rule group et-one was deleted by somebody else; et-one-b is created again"
    ]


def test_group_that_is_gone_and_no_longer_wanted_is_no_matter() -> None:
    """Nothing is made again."""
    assert drift() == []


def test_edited_group_is_named_where_it_is_put_right() -> None:
    """In place or by another one."""
    edited = as_deployed(group("et-one", 9), edited=True)
    told = ["rule group et-one was edited by somebody else; the edit is reverted"]
    assert drift(ONE, deployed=(edited,)) == told
    assert drift(replace(ONE, name="et-one-b"), deployed=(edited,)) == told


def test_edit_that_came_to_what_is_desired_needs_no_words() -> None:
    """There is nothing to put right."""
    assert drift(ONE, deployed=(as_deployed(ONE, edited=True),)) == []


def test_other_order_is_named() -> None:
    """It cannot be changed, only replaced."""
    lax = as_deployed(ONE, strict=False, edited=True)
    assert drift(replace(ONE, name="et-one-b"), deployed=(lax,)) == [
        "rule group et-one is not in strict order; et-one-b replaces it"
    ]
