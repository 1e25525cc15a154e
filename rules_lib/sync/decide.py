"""What is to be done: build, plan, and have the service look at it, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules_lib.deadline import NEVER, Deadline
from rules_lib.deploy.foresee import Foreseen, foresee
from rules_lib.deploy.prove import Accepted, prove
from rules_lib.proving.search import SearchOptions
from rules_lib.stages.convert import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules_lib.aws.firewall import Firewall
    from rules_lib.deploy.outcome import Failure
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted
    from rules_lib.state.refusal_log import RefusalLog


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done.

    Attributes:
        foreseen: with all that the service said.
        failures: groups that the service would not take as a whole.
    """

    foreseen: Foreseen
    failures: tuple[Failure, ...] = ()

    @property
    def waiting(self) -> int:
        """How many texts there was no time to ask about; none of them is in the plan."""
        return len(self.foreseen.inputs.waiting)


def decide(
    inputs: Inputs,
    firewall: Firewall,
    log: RefusalLog,
    *,
    allow_shrink: bool,
    deadline: Deadline = NEVER,
) -> Decision:
    """Build and plan; where the service refuses rules, again without them. Writes no rule group.

    Each round leaves out at least one rule more than the one before, so there is a last one.

    Args:
        inputs: of the build.
        firewall: is asked.
        log: what is known to be refused; what else is found is noted in it.
        allow_shrink: whether more rules may go, or cease to block, than the allowlist says.
        deadline: when to ask about single rules no longer; those not yet judged wait.

    Raises:
        RefusedError: the plan is not safe to carry out.
    """
    accepted = Accepted.of(inputs.deployed)
    while True:
        inputs = replace(inputs, refusals=log.known.words)
        foreseen = foresee(inputs, allow_shrink=allow_shrink, look_ahead=True)
        if foreseen.refusal:
            raise foreseen.refusal
        options = SearchOptions(deadline=deadline, tell=log.note)
        proof = prove(foreseen.plan, firewall, accepted, options)
        log.write()
        if not proof.refusals and not proof.waiting:
            return Decision(foreseen, proof.failures)
        accepted = proof.accepted
        inputs = _without(inputs, proof.waiting)


def _without(inputs: Inputs, unjudged: Iterable[Converted]) -> Inputs:
    """Have more texts wait, beside those that do."""
    texts = tuple(unjudged)
    in_force = _in_force(inputs.deployed) if texts else {}
    more = {fingerprint(rule.text): in_force.get(rule.sid, "") for rule in texts}
    return replace(inputs, waiting={**inputs.waiting, **more})


def _in_force(deployed: Deployed) -> Mapping[int, str]:
    """Sid -> text of what we have put in force."""
    groups = (group for group in deployed.current.values() if not group.edited)
    return {sid: text for group in groups for sid, text in group.content.by_sid.items()}
