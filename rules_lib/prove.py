"""A plan, proven: dry runs find what the service would refuse, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.aws.firewall import StaleError
from rules_lib.errors import FirewallError
from rules_lib.plan import Create, Delete, Keep, Plan, Replace, Step, Update

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Failure:
    """A group that could not be proven, written or deleted.

    Attributes:
        cause: with the service's own words.
        stale: somebody else changed the group meanwhile, so planning again may help.
    """

    name: str
    cause: str
    stale: bool = False

    @classmethod
    def of(cls, name: str, error: FirewallError) -> Failure:
        """What an error means for the group of this name."""
        return cls(name, str(error), stale=isinstance(error, StaleError))


@dataclass(frozen=True, slots=True)
class Proof:
    """What the service would refuse of a plan: single rules, and groups as a whole."""

    refusals: tuple[Refusal, ...] = ()
    failures: tuple[Failure, ...] = ()


def prove(plan: Plan, firewall: Firewall) -> Proof:
    """Have the service validate every group that would be written; changes nothing."""
    refusals: list[Refusal] = []
    failures: list[Failure] = []
    for step in plan.changes:
        try:
            refusals += _refusals(step, firewall)
        except FirewallError as error:
            failures.append(Failure.of(step.name, error))
    return Proof(tuple(refusals), tuple(failures))


def _refusals(step: Step, firewall: Firewall) -> tuple[Refusal, ...]:
    match step:
        case Create() | Replace():
            return firewall.prove(step.group)
        case Update():
            return firewall.prove(step.group, step.deployed)
        case Keep() | Delete():
            return ()
