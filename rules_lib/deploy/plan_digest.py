"""What identifies a plan: two of the same digest do the same to the same."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from rules_lib.deploy.steps import record, switch_record

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Plan, Step


def plan_digest(plan: Plan) -> str:
    """SHA-256, in hex, of every step with what it writes and over what, and of every switch.

    The update token of what is deployed is in it, so that a group or a policy that somebody has
    touched since makes another plan, even where the same would be written.
    """
    document = {
        "steps": [[record(step), *_content(step)] for step in plan.steps],
        "policies": [[switch_record(one), one.policy.token] for one in plan.switches],
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def _content(step: Step) -> tuple[object, ...]:
    """What is written, with the tokens of what it is written over."""
    written = (
        (step.group.text, step.group.priority, repr(step.group.variables)) if step.group else ()
    )
    return *written, step.deployed.token if step.deployed else None
