"""`rulesync targets rename`: a target gets another name, with all that the bucket knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rules_lib.text import counted, visible
from rulesync_cli.account import whole_bucket
from rulesync_cli.common import epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.completing import complete_target
from rulesync_cli.consent import WriteLog, confirm, refuse_unattended, yes_option
from rulesync_cli.show.console import say, stderr, stdout
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rulesync_cli.fleet_change.rename import TargetRename


@click.command(
    epilog=epilog(
        "rulesync targets rename us-prod usa",
        "rulesync targets rename us-prod usa --yes --json | jq .objects",
    )
)
@click.argument("old", shell_complete=complete_target)
@click.argument("new")
@yes_option
@json_option
@whole_bucket_option
def rename(*, old: str, new: str, bucket: str, yes: bool, as_json: bool) -> None:
    """Give the target OLD the name NEW.

    Shows the edit of config/targets.yaml and asks. Copies the target's folder in the bucket, with
    its builds, its hold, and what is staged. Then it writes the file, and deletes the old folder.
    Rule groups and firewall policies stay as they are. If the command is interrupted, run it again
    to finish.
    """
    from rulesync_cli.fleet_change.rename import rename_target

    refuse_unattended(yes=yes)
    with waiting() as watch:
        log = WriteLog(watch)

        def agree(step: TargetRename) -> None:
            if not step.is_done:
                with watch.hidden():
                    _show(step, as_json=as_json)
                    confirm(_question(step), yes=yes)

        again = f"`rulesync targets rename {visible(old)} {visible(new)}`"
        with log.told(f"run it again to finish: {again}"):
            step = rename_target(whole_bucket(bucket), old, new, watch=log, agree=agree)
    if as_json:
        print_json(_document(step))
    tell(f"{old} is now {new}; its rule groups and policies stay as they were")


def _show(step: TargetRename, *, as_json: bool) -> None:
    from rulesync_cli.show.diffs import show_text_diff

    console = stderr() if as_json else stdout()
    if step.edit:
        show_text_diff(step.edit.diff(), console)
        say(console, f"{counted(step.objects, 'object')} of its folder to copy")
    else:
        say(console, f"config/targets.yaml names {step.new} already; the rest is to be done")


def _question(step: TargetRename) -> str:
    if step.edit is None:
        return f"delete the old folder of {step.old}?"
    return f"rename {step.old} to {step.new}, and delete its old folder?"


def _document(step: TargetRename) -> dict[str, Any]:
    return {
        "old": step.old,
        "new": step.new,
        "diff": list(step.edit.diff()) if step.edit else [],
        "objects": step.objects,
    }
