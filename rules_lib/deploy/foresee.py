"""What a sync comes to before the service is asked: build, compare, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.build import Built, worked_out
from rules_lib.deploy.afterwards import comes_to_rest
from rules_lib.deploy.guards import refuse_losses
from rules_lib.deploy.plan import refuse_unfit, remainders, unchecked_plan
from rules_lib.deploy.rulewise import rule_changes
from rules_lib.errors import RefusedError
from rules_lib.groups.policy_quotas import PolicyQuotas

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.deploy.steps import Plan
    from rules_lib.groups.policy_quotas import PolicyRemainder
    from rules_lib.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a sync comes to before the service is asked.

    Attributes:
        inputs: what it was made from.
        changes: rule by rule, what the plan does.
        refusal: why the plan is not safe to carry out; None where it is.
        rests: the next build would change nothing, as far as somebody looked.
    """

    inputs: Inputs
    built: Built
    plan: Plan
    changes: tuple[RuleChange, ...]
    refusal: RefusedError | None = None
    rests: bool = False

    @property
    def left(self) -> tuple[PolicyRemainder, ...]:
        """What each policy has left for our groups."""
        return remainders(self.plan, self.inputs.deployed, policy_quotas(self.inputs.allowlist))


def foresee(inputs: Inputs, *, allow_shrink: bool, look_ahead: bool = False) -> Foreseen:
    """Build and plan, without asking the service; what stands against the plan comes with it.

    Args:
        inputs: of the build.
        allow_shrink: whether more rules may go, or cease to block, than the allowlist says.
        look_ahead: whether it is asked if the next build would change anything.
    """
    built, steps, rests = _planned(inputs, look_ahead=look_ahead)
    changes = rule_changes(steps, built, inputs.departed)
    try:
        refuse_unfit(steps, inputs.deployed, policy_quotas(inputs.allowlist))
        if not allow_shrink:
            refuse_losses(built.groups, inputs, changes)
    except RefusedError as error:
        return Foreseen(inputs, built, steps, changes, error)
    return Foreseen(inputs, built, steps, changes, rests=rests)


def _planned(inputs: Inputs, *, look_ahead: bool) -> tuple[Built, Plan, bool]:
    """Build and plan, and look ahead; what the rules went through is let go before all else."""
    built, workings = worked_out(inputs)
    steps = unchecked_plan(built.groups, inputs.deployed)
    return built, steps, look_ahead and comes_to_rest(inputs, built, steps, workings)


def policy_quotas(allowlist: Allowlist) -> PolicyQuotas:
    """What a policy takes: AWS's quotas, or more where the file says that they were raised."""
    room = PolicyQuotas()
    return PolicyQuotas(
        rule_groups=max(room.rule_groups, allowlist.firewall.rule_groups),
        capacity=allowlist.firewall.in_policy,
        target=allowlist.firewall.target,
    )
