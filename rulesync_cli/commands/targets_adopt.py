"""`rulesync targets adopt`: a target takes the place of the stack, and knows what that knew."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from rules_lib.text import counted, visible
from rulesync_cli.account import whole_bucket
from rulesync_cli.common import epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.consent import WriteLog, confirm, refuse_unattended, yes_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rulesync_cli.fleet_change.adopt import Adoption


@click.command(
    epilog=epilog(
        "rulesync targets adopt pilot",
        "rulesync targets adopt pilot --yes --json | jq .objects",
    )
)
@click.argument("name")
@yes_option
@json_option
@whole_bucket_option
def adopt(*, name: str, bucket: str, yes: bool, as_json: bool) -> None:
    """Copy what the stack knew to the target NAME.

    For a stack that served its own account before: the target that takes its place gets its builds,
    its hold, and what is staged. Run it before you upload config/targets.yaml. Shows what it will
    copy and asks. Changes nothing else in the bucket. Run it again after a later build of the
    stack, or if it was interrupted.
    """
    from rulesync_cli.fleet_change.adopt import adopt_stack

    refuse_unattended(yes=yes)
    with waiting() as watch:
        log = WriteLog(watch)

        def agree(step: Adoption) -> None:
            with watch.hidden():
                confirm(_question(step), yes=yes)

        with log.told(f"run it again to finish: `rulesync targets adopt {visible(name)}`"):
            step = adopt_stack(whole_bucket(bucket), name, watch=log, agree=agree)
    if as_json:
        print_json(asdict(step))
    tell(_next(step))


def _question(step: Adoption) -> str:
    objects = counted(step.objects, "object")
    return f"copy {objects} of the stack, up to build {step.build}, to targets/{step.name}/?"


def _next(step: Adoption) -> str:
    told = f"{step.name} knows what the stack knew, up to build {step.build}"
    if step.named:
        return f"{told}; its next build continues from there"
    return f"{told}; upload config/targets.yaml next, which names it"
