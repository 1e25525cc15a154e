"""Which quota of the account is used up, how much is missing, and how to have it raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rules_lib.errors import Trouble

if TYPE_CHECKING:
    from rules_lib.deploy.outcome import Failure
    from rules_lib.deploy.steps import Plan


def quota_words(plan: Plan, failures: Iterable[Failure]) -> Iterator[str]:
    """A line for each quota that is used up.

    A group that is replaced needs room for two until its policy is switched, so it counts too.

    Args:
        plan: which names are rule groups, and which are policies.
        failures: of the whole plan.
    """
    short = {one.name for one in failures if Trouble.QUOTA in one.troubles}
    groups = short & {step.name for step in plan.steps}
    policies = short & {planned.policy.name for planned in plan.switches}
    if groups:
        yield _words("stateful rule groups", 50, len(groups))
    if policies:
        yield _words("firewall policies", 20, len(policies))


def _words(what: str, fresh: int, missing: int) -> str:
    """Quotas of a fresh account [guide, November 2026]."""
    return (
        f"the account's quota of {what} in this region is used up ({fresh} unless it was raised), "
        f"and {missing} more {'is' if missing == 1 else 'are'} needed: delete what nobody uses, or "
        "ask for a higher value in Service Quotas, under AWS Network Firewall (docs/quotas.md)"
    )
