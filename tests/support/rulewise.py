"""Steps of a plan by the rules' texts, and what they change."""

from __future__ import annotations

from dataclasses import replace

from rules_lib.build import Built
from rules_lib.deploy.rulewise import rule_changes
from rules_lib.deploy.steps import Plan, Step
from rules_lib.groups.rule_group import DeployedGroup, Group, GroupVariables, Slot
from rules_lib.model import Converted, Mode
from rules_lib.packing.fit import Relief
from rules_lib.report.since import Earlier, Since, since

NOTHING = Built((), (), (), 0, Relief(), {}, {})


def deployed(*texts: str, slot: str = "web") -> DeployedGroup:
    """A group as the service has it."""
    text = "".join(f"{line}\n" for line in texts)
    return DeployedGroup(f"et-{slot}", "arn", Slot(slot), 99, text, GroupVariables(), True, 0, "t")


def group(*rules: Converted, slot: str = "web") -> Group:
    """A group as it is to be."""
    return Group(f"et-{slot}", Slot(slot), Mode.ALERT, 1000, 99, rules)


def changes(*steps: Step, built: Built = NOTHING, earlier: Earlier | None = None) -> Since:
    """What these steps change."""
    kept = tuple(step.group for step in steps if step.group)
    now = replace(built, groups=kept)
    return since(rule_changes(Plan(steps), now), now, earlier)
