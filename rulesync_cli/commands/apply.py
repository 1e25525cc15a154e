"""`rulesync apply`: a sync now, from here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rules_lib.errors import SyncError
from rulesync_cli.account import sync_chosen, world
from rulesync_cli.common import (
    FILE,
    account_options,
    epilog,
    held_words,
    json_option,
    print_json,
    shrink_option,
    unproven_option,
)
from rulesync_cli.consent import WriteLog, confirm, refuse_unattended, yes_option
from rulesync_cli.show.console import stderr, stdout, wide_option
from rulesync_cli.show.progress import Waiting, waiting
from rulesync_cli.targeted import chosen_target, place_of

if TYPE_CHECKING:
    from rules_lib.report.summary import Summary
    from rules_lib.state.hold import Hold
    from rules_lib.sync.decide import Decision
    from rules_lib.sync.gather import Gathered
    from rules_lib.world import World
    from rulesync_cli.saved_plan import SavedPlan

_AFTER_CTRL_C = (
    "the next sync continues from there: run `rulesync apply` again, or wait for the schedule"
)


@click.command(
    epilog=epilog(
        "rulesync apply",
        "rulesync apply --yes --json | jq .rules",
        "rulesync apply --plan plan.json",
    )
)
@click.option("--plan", "planned", type=FILE, metavar="FILE",
              help="Carry out exactly this plan, saved by `plan --out`, without asking. If "
                   "anything has changed since, do nothing.")  # fmt: skip
@yes_option
@shrink_option
@unproven_option
@json_option
@wide_option
@account_options
def apply(  # noqa: PLR0913 - an argument for each option
    *,
    bucket: str,
    policies: tuple[str, ...],
    planned: Path | None,
    yes: bool,
    allow_shrink: bool,
    unproven: bool,
    as_json: bool,
) -> None:
    """Run a sync now, from your machine.

    Reads the bucket's newest feed, its allowlist and your own rules. AWS validates every rule group
    that changes. Then the command shows what it will do and asks. It writes the rule groups,
    updates the policies, and stores the build under builds/. While a rollback holds, it fails and
    changes nothing. After an interrupted sync, the next one continues.
    """
    import json

    from rules_lib.state.hold import Hold
    from rules_lib.sync.run import sync
    from rulesync_cli.saved_plan import SavedPlan
    from rulesync_cli.show.tables import render_summary

    saved = SavedPlan.read(planned, place_of(bucket)) if planned else None
    refuse_unattended(yes=yes or saved is not None)
    with waiting() as watch:
        log, told = WriteLog(watch), set[str]()

        def run(here: World) -> Summary | Hold:
            approve = _Approval(
                here=here, watch=watch, saved=saved, yes=yes, as_json=as_json, warnings=told
            )
            return sync(here, allow_shrink=allow_shrink, approve=approve)

        with log.told(_AFTER_CTRL_C):
            if chosen_target():
                outcome = sync_chosen(bucket, log, run, unproven=unproven)
            else:
                outcome = run(world(bucket, policies, log, unproven=unproven))
    if isinstance(outcome, Hold):
        raise SyncError(outcome.build, held_words(outcome))
    if as_json:
        print_json(json.loads(outcome.to_json()))
    else:
        render_summary(outcome, stdout(), known=told)


@dataclass(slots=True, kw_only=True)
class _Approval:
    """Who agrees to what is about to be done: a saved plan, whoever said yes, or who is asked.

    Attributes:
        saved: the plan that is to be carried out; None where there is none.
        warnings: what people read before they were asked.
    """

    here: World
    watch: Waiting
    saved: SavedPlan | None
    yes: bool
    as_json: bool
    warnings: set[str] = field(default_factory=set)

    def __call__(self, gathered: Gathered, decision: Decision) -> None:
        """See `rules_lib.sync.run.sync`."""
        if self.saved:
            self.saved.approve(decision.foreseen)
        elif not self.yes and not decision.foreseen.plan.is_empty:
            with self.watch.hidden():
                self._show(gathered, decision)
                confirm("apply this?", yes=self.yes)

    def _show(self, gathered: Gathered, decision: Decision) -> None:
        from rulesync_cli.preview import preview_of, recent_for
        from rulesync_cli.show.plans import render_preview

        recent = recent_for(self.here, decision.foreseen)
        found = preview_of(gathered, decision.foreseen, recent=recent)
        console = stderr() if self.as_json else stdout()
        render_preview(found, console, names_all="`rulesync plan --full`")
        self.warnings |= set(found.summary.warnings)
