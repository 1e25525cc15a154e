"""What is to be done: build, plan, and have the service look at it, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.build import Built, build
from rules_lib.deploy.apply import prove
from rules_lib.deploy.guards import refuse_shrink
from rules_lib.deploy.plan import compare, refuse_unfit
from rules_lib.deploy.rulewise import rule_changes
from rules_lib.errors import RefusedError
from rules_lib.history.state import Refusals, Refused
from rules_lib.policy import Room
from rules_lib.stages.convert import fingerprint

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.aws.firewall import Firewall
    from rules_lib.deploy.outcome import Failure
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.deploy.steps import Plan
    from rules_lib.groups import Deployed
    from rules_lib.reading.ruleset import Ruleset

_ROUNDS: Final = 20
"""How often the groups are built again without the rules that the service refused."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and what the service is known to refuse.

    Attributes:
        failures: groups that the service would not take as a whole.
        changes: rule by rule, what the plan does.
    """

    built: Built
    plan: Plan
    refusals: Refusals
    failures: tuple[Failure, ...]
    changes: tuple[RuleChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a sync comes to before the service is asked.

    Attributes:
        changes: rule by rule, what the plan does.
        refusal: why the plan is not safe to carry out; None where it is.
    """

    built: Built
    plan: Plan
    changes: tuple[RuleChange, ...]
    refusal: RefusedError | None = None


def decide(  # noqa: PLR0913 - keywords only, all that a decision depends on
    *,
    ruleset: Ruleset,
    allowlist: Allowlist,
    deployed: Deployed,
    refusals: Refusals,
    firewall: Firewall,
    allow_shrink: bool,
) -> Decision:
    """Build and plan; where the service refuses rules, again without them. Writes nothing.

    Raises:
        RefusedError: the plan is not safe to carry out.
    """
    known = refusals.of(rule.sid for rule in ruleset.rules if rule.sid is not None)
    for _ in range(_ROUNDS):
        foreseen = foresee(ruleset, allowlist, deployed, known.words, allow_shrink=allow_shrink)
        if foreseen.refusal:
            raise foreseen.refusal
        proof = prove(foreseen.plan, firewall)
        if not proof.refusals:
            return Decision(foreseen.built, foreseen.plan, known, proof.failures, foreseen.changes)
        known = known.plus(
            {
                fingerprint(refusal.rule.text): Refused(sid=refusal.rule.sid, words=refusal.words)
                for refusal in proof.refusals
            }
        )
    raise RefusedError(f"the service still refuses rules after {_ROUNDS} rounds without them")


def foresee(
    ruleset: Ruleset,
    allowlist: Allowlist,
    deployed: Deployed,
    refusals: Mapping[str, str],
    *,
    allow_shrink: bool,
) -> Foreseen:
    """Build and plan, without asking the service; what stands against the plan comes with it."""
    built = build(ruleset, allowlist, deployed, refusals)
    steps = compare(built.groups, deployed)
    changes = rule_changes(steps, built)
    try:
        refuse_unfit(steps, deployed, room_of(allowlist))
        if not allow_shrink:
            refuse_shrink(built.groups, deployed, allowlist.max_shrink)
    except RefusedError as error:
        return Foreseen(built, steps, changes, error)
    return Foreseen(built, steps, changes)


def room_of(allowlist: Allowlist) -> Room:
    """What a policy takes: AWS's quotas, or more where the file says that they were raised."""
    room = Room()
    return Room(
        rule_groups=max(room.rule_groups, allowlist.firewall.rule_groups),
        capacity=max(room.capacity, allowlist.firewall.capacity),
    )
