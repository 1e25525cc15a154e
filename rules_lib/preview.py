"""What a sync would do now, with the bucket's allowlist or with an edited one; nothing is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.accounts import carried_out, facts_of
from rules_lib.apply import Applied
from rules_lib.aws.firewall import Firewall
from rules_lib.build import Built, build
from rules_lib.decide import Decision, room_of
from rules_lib.drift import drift_of
from rules_lib.gather import Draft, gather
from rules_lib.guards import refuse_shrink
from rules_lib.plan import plan
from rules_lib.report.summary import Summary
from rules_lib.ruleset import read
from rules_lib.steps import Plan
from rules_lib.warnings import full_groups, warnings_of

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
    built = build(ruleset, gathered.allowlist, deployed, gathered.refusals.words)
    steps = plan(built.groups, deployed, room_of(gathered.allowlist))
    if not (allow_shrink or gathered.allow_shrink):
        refuse_shrink(built.groups, deployed, gathered.allowlist.max_shrink)
    summary = carried_out(
        build_id="",
        feed=facts_of(gathered.manifest),
        allowlist=gathered.allowlist,
        decision=Decision(built, steps, gathered.refusals, ()),
        applied=Applied(),
        calls=firewall.calls,
        warnings=(
            *drift_of(steps, gathered.latest.groups if gathered.latest else {}),
            *full_groups(built.overflow),
            *warnings_of(ruleset, gathered.allowlist),
        ),
    )
    return Preview(summary, built, steps)
