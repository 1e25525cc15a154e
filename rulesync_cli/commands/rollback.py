"""`rulesync rollback` and `rulesync resume`: an earlier build put back and held, and let go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rules_lib.text import visible
from rulesync_cli.account import policies_of, store_of, whole_bucket, world
from rulesync_cli.common import (
    account_options,
    epilog,
    json_option,
    moment,
    print_json,
    unproven_option,
)
from rulesync_cli.completing import complete_build
from rulesync_cli.consent import WriteLog, confirm, refuse_unattended, yes_option
from rulesync_cli.show.console import stderr, stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.targeted import chosen_target
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Plan


@click.command(
    epilog=epilog(
        "rulesync rollback 20261124T031110Z-d8d3b8ca",
        "rulesync rollback --yes --json 20261124T031110Z-d8d3b8ca | jq .steps",
    )
)
@click.argument("build", shell_complete=complete_build)
@yes_option
@unproven_option
@json_option
@wide_option
@account_options
def rollback(  # noqa: PLR0913 - an argument for each option
    build: str,
    *,
    bucket: str,
    policies: tuple[str, ...],
    yes: bool,
    unproven: bool,
    as_json: bool,
) -> None:
    """Restore an earlier BUILD and hold it.

    The rule groups get exactly the rules, variables and priorities that they had. Reads the build's
    folder in the bucket, not the feed. Shows what it will do and asks. Then it sets a hold, and
    writes the rule groups and the policies. Syncs change nothing until `rulesync resume`.
    """
    from rules_lib.deploy.rulewise import rule_changes
    from rules_lib.deploy.steps import record
    from rules_lib.fleet.one import note_rollback
    from rules_lib.rollback.run import rollback as put_back
    from rules_lib.rollback.run import unfinished
    from rulesync_cli.show.plans import render_plan

    refuse_unattended(yes=yes)
    shown: Plan | None = None
    with waiting() as watch:

        def approve(steps: Plan) -> None:
            nonlocal shown
            with watch.hidden():
                if not yes:
                    render_plan(steps, rule_changes(steps), stderr() if as_json else stdout())
                    shown = steps
                confirm(f"restore build {visible(build)} and hold it?", yes=yes)

        log = WriteLog(watch)
        with log.told(f"run it again to finish: `rulesync rollback {visible(build)}`"):
            here = world(bucket, policies, log, unproven=unproven)
            steps, applied = put_back(here, build, approve)
            if name := chosen_target():
                note_rollback(whole_bucket(bucket), name, build, datetime.now(UTC))
    if applied.failures:
        raise unfinished(f"not all of build {build} could be restored", applied)
    if as_json:
        print_json({"build": build, "steps": [record(step) for step in steps.steps]})
    elif steps != shown:
        render_plan(steps, rule_changes(steps), stdout())
    for remark in applied.remarks:
        tell(f"warning: {visible(remark)}")
    tell(f"build {build} is in force and held; `rulesync resume` lets syncs continue")


@click.command(epilog=epilog("rulesync resume", "rulesync resume && rulesync apply"))
@json_option
@account_options
def resume(*, bucket: str, policies: tuple[str, ...], as_json: bool) -> None:
    """Lift the hold of a rollback.

    Removes the hold from the bucket. Rule groups change with the next sync, which uses the newest
    feed.
    """
    from rules_lib.rollback.run import resume as lift

    policies_of(policies)  # refuses what is none, as all that changes what is in force
    held = lift(store_of(bucket))
    if as_json:
        print_json({"lifted": held.model_dump(mode="json") if held else None})
    lifted = held and f"lifted: build {held.build} was held since {moment(held.since)}"
    tell(lifted or "nothing is held")
