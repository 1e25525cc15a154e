"""What a sync comes to before the service is asked, and what stands against it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.groups import in_force
from support.inputs import inputs
from support.rules import allow, ruleset, text

from rules_lib.build import build
from rules_lib.deploy.foresee import Foreseen, foresee
from rules_lib.deploy.steps import record
from rules_lib.errors import RefusedError, ShrinkError
from rules_lib.groups import content
from rules_lib.groups.policy import Policy
from rules_lib.groups.rule_group import Deployed
from rules_lib.reading.rule import sid_of as rule_sid

WEB = "emerging-web"
FULL = inputs(ruleset({WEB: [text(sid) for sid in range(1, 11)]}), allow())
HALF = replace(
    inputs(ruleset({WEB: [text(sid) for sid in range(1, 6)]}), allow()),
    deployed=in_force(build(FULL).groups),
)


def kinds(found: Foreseen) -> list[str]:
    """What becomes of each group."""
    return [step.change for step in found.plan.steps]


def test_plan_that_loses_too_much_is_shown_with_its_refusal() -> None:
    """People are to see what it would have done."""
    found = foresee(HALF, allow_shrink=False)
    assert isinstance(found.refusal, ShrinkError)
    assert kinds(found) == ["update"]
    assert {change.sid for change in found.changes} == {6, 7, 8, 9, 10}


def test_losses_that_are_meant_are_no_refusal() -> None:
    """The plan is the same."""
    meant, not_meant = (foresee(HALF, allow_shrink=word) for word in (True, False))
    assert meant.refusal is None
    assert (meant.plan, meant.changes) == (not_meant.plan, not_meant.changes)


def test_name_that_somebody_else_has_is_refused_whatever_is_meant() -> None:
    """No word of ours makes the group ours."""
    taken = replace(FULL, deployed=Deployed(foreign=frozenset({"et-emerging-web"})))
    found = foresee(taken, allow_shrink=True)
    assert isinstance(found.refusal, RefusedError)
    assert "et-emerging-web" in str(found.refusal)


def test_plan_says_what_each_policy_has_left() -> None:
    """One line a policy, and none where no policy was given."""
    assert foresee(FULL, allow_shrink=False).left == ()
    given = replace(FULL, deployed=Deployed(policies=(Policy("guard"),)))
    [left] = foresee(given, allow_shrink=False).left
    assert left.policy == "guard"


def test_what_is_deployed_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By staging, packing, the guards, the changes, the plan, and a second build of the same."""
    read = list[str]()

    def sid_of(rule: str) -> int | None:
        read.append(rule)
        return rule_sid(rule)

    monkeypatch.setattr(content, "sid_of", sid_of)
    staging = allow(default="drop", staging={"days": 7})
    before = in_force(build(replace(FULL, allowlist=staging)).groups)
    asked = replace(HALF, allowlist=staging, deployed=before)
    for _ in range(2):
        for step in foresee(asked, allow_shrink=False).plan.steps:
            record(step)
    assert sorted(read) == sorted(rule for one in before.groups for rule in one.content.rules)
    assert len(read) == 10
