"""What a sync would do now, with the bucket's files or with edited ones; nothing is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules_lib.aws.calls import Calls
from rules_lib.aws.firewall import Firewall
from rules_lib.build import Built
from rules_lib.deploy.apply import Applied
from rules_lib.deploy.plan import left_of
from rules_lib.deploy.steps import Plan
from rules_lib.errors import RefusedError
from rules_lib.groups.policy_quotas import Left
from rules_lib.report.since import since
from rules_lib.report.summary import Summary
from rules_lib.stages.read_needed import read_needed
from rules_lib.state.hold import Hold
from rules_lib.sync.decide import Decision, foresee, policy_quotas
from rules_lib.sync.gather import Draft, Gathered, gather
from rules_lib.sync.summary_of_build import summary_of_build

if TYPE_CHECKING:
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.own.files import OwnFiles
    from rules_lib.sync.run import World


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan that nobody carried out, and what would come of it.

    Attributes:
        rules: rule by rule, what the plan does.
        gathered: what it was made from.
        held: where a rollback holds, so that a sync would change nothing before `resume`.
        refusal: why a sync would refuse to carry it out; None where it would not.
        left: what each policy has left for our groups.
    """

    summary: Summary
    built: Built
    plan: Plan
    rules: tuple[RuleChange, ...]
    gathered: Gathered
    held: Hold | None = None
    refusal: RefusedError | None = None
    left: tuple[Left, ...] = ()


def preview(
    world: World,
    draft: Draft | None = None,
    own: OwnFiles | None = None,
    *,
    allow_shrink: bool = False,
) -> Preview:
    """Plan, and stop there. The service is only read: what it would refuse shows when it is asked.

    Args:
        world: what is read.
        draft: stands in for the bucket's allowlist.
        own: stand in for people's own rules in the bucket.
        allow_shrink: whether more of the deployed rules may go than `max_shrink` allows.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read, or the allowlist has errors.
    """
    world.watch("reading the bucket")
    gathered = gather(world.store, draft, own)
    held = Hold.find(world.store)
    ruleset = read_needed(gathered.files, gathered.allowlist)
    calls = Calls(watch=world.watch)
    prefix = gathered.allowlist.firewall.prefix
    deployed = Firewall(world.client, prefix, world.policies, calls).deployed()
    world.watch("building the rule groups")
    foreseen = foresee(
        ruleset,
        gathered.allowlist,
        deployed,
        gathered.refusals.words,
        allow_shrink=allow_shrink or gathered.allow_shrink,
    )
    summary = summary_of_build(
        build_id="",
        gathered=gathered,
        ruleset=ruleset,
        decision=Decision(foreseen.built, foreseen.plan, changes=foreseen.changes),
        applied=Applied(),
        calls=calls,
        changed=since(foreseen.changes, foreseen.built, None),
    )
    return Preview(
        summary=replace(summary, refused=str(foreseen.refusal) if foreseen.refusal else None),
        built=foreseen.built,
        plan=foreseen.plan,
        rules=foreseen.changes,
        gathered=gathered,
        held=held,
        refusal=foreseen.refusal,
        left=left_of(foreseen.plan, deployed, policy_quotas(gathered.allowlist)),
    )
