"""Which quota of the account is used up, how much is missing, and how to have it raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from rules_lib.errors import Trouble

if TYPE_CHECKING:
    from rules_lib.deploy.outcome import Failure
    from rules_lib.deploy.steps import Plan


_UNKNOWN: Final = "AWS does not document its value"


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
    classic = all(step.group.priority for step in plan.steps if step.group)
    if groups:
        what = "stateful rule groups" if classic else "rule groups of type IPS"
        yield _words(what, len(groups), "50 unless it was raised" if classic else _UNKNOWN)
    if policies:
        known = "20 unless it was raised" if classic else _UNKNOWN
        yield _words("firewall policies", len(policies), known)


def _words(what: str, missing: int, known: str) -> str:
    """Quotas of a fresh account [guide, November 2026]."""
    return (
        f"the account's quota of {what} in this region is used up ({known}), "
        f"and {missing} more {'is' if missing == 1 else 'are'} needed: delete what nobody uses, or "
        "ask for a higher value in Service Quotas, under AWS Network Firewall (docs/quotas.md)"
    )
