"""What a sync would do now, with the bucket's files or with edited ones; nothing is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules_lib.aws.calls import Calls
from rules_lib.deploy.impact import begin_or_cease_to_block
from rules_lib.deploy.outcome import Applied
from rules_lib.report.since import since
from rules_lib.report.summary import Summary
from rules_lib.sync.decide import Decision
from rules_lib.sync.recently import impact_in, recently
from rules_lib.sync.summary_of_build import Done, summary_of_build
from rulesync_cli.ahead import look_ahead

if TYPE_CHECKING:
    from rules_lib.deploy.foresee import Foreseen
    from rules_lib.deploy.impact import Impact
    from rules_lib.hits.recent import RecentHits
    from rules_lib.own.files import OwnFiles
    from rules_lib.state.hold import Hold
    from rules_lib.sync.gather import Draft, Gathered
    from rules_lib.world import World


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan that nobody carried out, and what would come of it.

    Attributes:
        gathered: what it was made from.
        held: where a rollback holds, so that a sync would change nothing before `resume`.
        recent: what fired in the last days; None where that was not looked at.
    """

    summary: Summary
    foreseen: Foreseen
    gathered: Gathered
    held: Hold | None = None
    recent: RecentHits | None = None

    @property
    def impact(self) -> Impact | None:
        """What it would have done in the last days, where it turns rules and anything is known."""
        return impact_in(self.recent, self.foreseen) if self.recent else None


def preview(
    world: World,
    draft: Draft | None = None,
    own: OwnFiles | None = None,
    *,
    allow_shrink: bool = False,
    looks_back: bool = True,
) -> Preview:
    """Plan, and stop there. The service is only read: what it would refuse shows when it is asked.

    Args:
        world: what is read.
        draft: stands in for the bucket's allowlist.
        own: stand in for people's own rules in the bucket.
        allow_shrink: whether more of the deployed rules may go than `max_shrink` allows.
        looks_back: whether it is asked what the plan would have done in the last days.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read, or the allowlist has errors.
    """
    ahead = look_ahead(world, draft, own, allow_shrink=allow_shrink)
    world.watch("reading what fired")
    recent = recent_for(world, ahead.foreseen) if looks_back else None
    return preview_of(ahead.gathered, ahead.foreseen, ahead.held, recent)


def preview_of(
    gathered: Gathered,
    foreseen: Foreseen,
    held: Hold | None = None,
    recent: RecentHits | None = None,
) -> Preview:
    """What is foreseen, with its summary."""
    return Preview(_summary(gathered, foreseen), foreseen, gathered, held, recent)


def recent_for(world: World, foreseen: Foreseen) -> RecentHits | None:
    """What fired in the last days; None where the plan turns no rule, so that nobody asks."""
    turning = begin_or_cease_to_block(foreseen.changes)
    return recently(world.store, world.day, foreseen) if turning else None


def _summary(gathered: Gathered, foreseen: Foreseen) -> Summary:
    """The summary of a sync that changed nothing."""
    changed = since(foreseen.changes, foreseen.built, None)
    summary = summary_of_build(Done(gathered, Decision(foreseen), Applied(), changed), Calls())
    return replace(summary, refused=str(foreseen.refusal) if foreseen.refusal else None)
