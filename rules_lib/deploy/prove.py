"""A plan, looked at by the service before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from rules_lib.deploy.outcome import Failure
from rules_lib.deploy.steps import Create, Delete, Keep, Plan, Replace, Step, Update
from rules_lib.errors import FirewallError
from rules_lib.proving.search import DEFAULT_OPTIONS, Refusal, SearchOptions, SearchResult

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall
    from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group, GroupVariables
    from rules_lib.outcome import Converted


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the service is known to take.

    Attributes:
        texts: of single rules, in whatever company.
        wholes: rules that it took together, and with which variables.
    """

    texts: frozenset[str] = frozenset()
    wholes: tuple[tuple[GroupVariables, frozenset[str]], ...] = ()

    @classmethod
    def of(cls, deployed: Deployed) -> Self:
        """What is in force was accepted."""
        return cls(frozenset(rule for group in deployed.groups for rule in group.content.rules))

    def covers(self, group: Group) -> bool:
        """Whether the group is one that was accepted, or less of it."""
        texts = {rule.text for rule in group.rules}
        return any(known == group.variables and texts <= whole for known, whole in self.wholes)

    def plus(self, group: Group, searched: SearchResult) -> Accepted:
        """Learn what a search found out."""
        whole = () if searched.words else ((group.variables, searched.accepted),)
        return Accepted(self.texts | searched.accepted, (*self.wholes, *whole))


_UNKNOWN: Final = Accepted()


@dataclass(frozen=True, slots=True)
class Proof:
    """What the service says of a plan.

    Attributes:
        refusals: single rules that have to go.
        failures: groups that it would not take as a whole.
        waiting: rules for which there was no time; none of them was ever accepted.
        accepted: what is known after it.
    """

    refusals: tuple[Refusal, ...] = ()
    failures: tuple[Failure, ...] = ()
    waiting: tuple[Converted, ...] = ()
    accepted: Accepted = _UNKNOWN


def prove(
    plan: Plan,
    firewall: Firewall,
    accepted: Accepted = _UNKNOWN,
    options: SearchOptions = DEFAULT_OPTIONS,
) -> Proof:
    """Have the service validate every group that would be written; changes nothing.

    Each group is asked for as a whole, however little time there is; what is in a group that is
    refused is searched as long as there is time.

    Args:
        plan: what is to be done.
        firewall: is asked.
        accepted: what need not be asked for again.
        options: how rules are searched; what it trusts is what is accepted.
    """
    proof = Proof(accepted=accepted)
    for step in plan.changes:
        if step.group and not proof.accepted.covers(step.group):
            proof = _proven(proof, step, step.group, firewall, options)
    return proof


def _proven(
    proof: Proof, step: Step, group: Group, firewall: Firewall, options: SearchOptions
) -> Proof:
    """The proof with one more group looked at."""
    trusted = proof.accepted.texts
    try:
        replaced = step.deployed if isinstance(step, Replace) else None
        searched = firewall.prove(
            group, _current(step), replace(options, trusted=trusted), replaced
        )
    except FirewallError as error:
        return replace(proof, failures=(*proof.failures, Failure.of(step.name, error)))
    waiting = tuple(rule for rule in searched.open if rule.text not in trusted)
    if searched.open and not (waiting or searched.refusals):
        failure = Failure(step.name, f"no time was left to find the rule: {searched.words}")
        return replace(proof, failures=(*proof.failures, failure))
    return replace(
        proof,
        refusals=(*proof.refusals, *searched.refusals),
        waiting=(*proof.waiting, *waiting),
        accepted=proof.accepted.plus(group, searched),
    )


def _current(step: Step) -> DeployedGroup | None:
    """What is there under the name of the step's group."""
    match step:
        case Update():
            return step.deployed
        case Replace():
            return step.begun
        case Create() | Keep() | Delete():
            return None
