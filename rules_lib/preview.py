"""What a sync would do now, with the bucket's allowlist or with an edited one; nothing is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.accounts import carried_out
from rules_lib.aws.firewall import Firewall
from rules_lib.build import Built
from rules_lib.decide import Decision, foresee
from rules_lib.deploy.apply import Applied
from rules_lib.deploy.steps import Plan
from rules_lib.gather import Draft, gather
from rules_lib.report.summary import Summary
from rules_lib.ruleset import read

if TYPE_CHECKING:
    from rules_lib.sync import World


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan that nobody carried out, and what would come of it."""

    summary: Summary
    built: Built
    plan: Plan

    @property
    def changes(self) -> bool:
        """Whether a sync would write anything."""
        return bool(self.plan.changes) or any(s.change != "keep" for s in self.plan.switches)


def preview(world: World, draft: Draft | None = None, *, allow_shrink: bool = False) -> Preview:
    """Plan, and stop there. The service is only read: what it would refuse shows when it is asked.

    Raises:
        RefusedError: a sync would be refused.
        RulesyncError: the bucket or the firewall cannot be read, or the allowlist has errors.
    """
    gathered = gather(world.store, draft)
    ruleset = read(gathered.files, gathered.allowlist.rules.on)
    firewall = Firewall(world.client, gathered.allowlist.firewall.prefix, world.policies)
    deployed = firewall.deployed()
    built, steps = foresee(
        ruleset,
        gathered.allowlist,
        deployed,
        gathered.refusals.words,
        allow_shrink=allow_shrink or gathered.allow_shrink,
    )
    summary = carried_out(
        build_id="",
        gathered=gathered,
        ruleset=ruleset,
        decision=Decision(built, steps, gathered.refusals, ()),
        applied=Applied(),
        calls=firewall.calls,
    )
    return Preview(summary, built, steps)
