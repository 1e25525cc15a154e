"""What is to be done: build, plan, and have the service look at it, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rules_lib.build import Built, build
from rules_lib.deadline import NEVER, Deadline
from rules_lib.deploy.guards import refuse_losses
from rules_lib.deploy.plan import refuse_unfit, unchecked_plan
from rules_lib.deploy.prove import Accepted, prove
from rules_lib.deploy.rulewise import rule_changes
from rules_lib.errors import RefusedError
from rules_lib.groups.content import by_sid
from rules_lib.groups.policy_quotas import PolicyQuotas
from rules_lib.proving.search import Quest
from rules_lib.stages.convert import fingerprint
from rules_lib.state.refusal_log import RefusalLog
from rules_lib.state.refusals import Refusals

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.aws.firewall import Firewall
    from rules_lib.deploy.outcome import Failure
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.deploy.steps import Plan
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.reading.ruleset import Ruleset

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def _forgotten(_: Refusals) -> None:
    """Let it pass: nobody remembers."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done.

    Attributes:
        failures: groups that the service would not take as a whole.
        changes: rule by rule, what the plan does.
        waiting: how many texts there was no time to ask about; none of them is in the plan.
    """

    built: Built
    plan: Plan
    failures: tuple[Failure, ...] = ()
    changes: tuple[RuleChange, ...] = ()
    waiting: int = 0


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
    deadline: Deadline = NEVER,
    remember: Callable[[Refusals], None] = _forgotten,
) -> Decision:
    """Build and plan; where the service refuses rules, again without them. Writes no rule group.

    Each round leaves out at least one rule more than the one before, so there is a last one.

    Args:
        ruleset: the feed.
        allowlist: what people ask for.
        deployed: what is there.
        refusals: what is known of the service from earlier builds.
        firewall: is asked.
        allow_shrink: whether more rules may go, or cease to block, than the allowlist says.
        deadline: when to ask about single rules no longer; those not yet judged wait.
        remember: is given all refusals whenever there are more of them.

    Raises:
        RefusedError: the plan is not safe to carry out.
    """
    sids = (rule.sid for rule in ruleset.rules if rule.sid is not None)
    log = RefusalLog(refusals, refusals.of(sids), remember)
    accepted, waiting = Accepted.of(deployed), dict[str, str]()
    while True:
        words = log.known.words
        foreseen = foresee(ruleset, allowlist, deployed, words, waiting, allow_shrink=allow_shrink)
        if foreseen.refusal:
            raise foreseen.refusal
        quest = Quest(deadline=deadline, tell=log.note)
        proof = prove(foreseen.plan, firewall, accepted, quest)
        log.write()
        if not proof.refusals and not proof.waiting:
            return Decision(
                built=foreseen.built,
                plan=foreseen.plan,
                failures=proof.failures,
                changes=foreseen.changes,
                waiting=len(waiting),
            )
        accepted = proof.accepted
        in_force = _in_force(deployed) if proof.waiting else {}
        waiting |= {fingerprint(r.text): in_force.get(r.sid, "") for r in proof.waiting}


def _in_force(deployed: Deployed) -> dict[int, str]:
    """Sid -> text of what we have put in force."""
    groups = (group for group in deployed.current.values() if not group.edited)
    return {sid: text for group in groups for sid, text in by_sid(group.text).items()}


def foresee(  # noqa: PLR0913 - all that a plan depends on
    ruleset: Ruleset,
    allowlist: Allowlist,
    deployed: Deployed,
    refusals: Mapping[str, str],
    waiting: Mapping[str, str] = _NOTHING,
    *,
    allow_shrink: bool,
) -> Foreseen:
    """Build and plan, without asking the service; what stands against the plan comes with it."""
    built = build(ruleset, allowlist, deployed, refusals, waiting)
    steps = unchecked_plan(built.groups, deployed)
    changes = rule_changes(steps, built)
    try:
        refuse_unfit(steps, deployed, policy_quotas(allowlist))
        if not allow_shrink:
            refuse_losses(built.groups, deployed, changes, allowlist)
    except RefusedError as error:
        return Foreseen(built, steps, changes, error)
    return Foreseen(built, steps, changes)


def policy_quotas(allowlist: Allowlist) -> PolicyQuotas:
    """What a policy takes: AWS's quotas, or more where the file says that they were raised."""
    room = PolicyQuotas()
    return PolicyQuotas(
        rule_groups=max(room.rule_groups, allowlist.firewall.rule_groups),
        capacity=allowlist.firewall.in_policy,
    )
