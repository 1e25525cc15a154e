"""`rulesync targets remove`: a target is served no more, and its rule groups stay or go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from rules_lib.text import counted, visible
from rulesync_cli.account import whole_bucket
from rulesync_cli.common import epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.completing import complete_target
from rulesync_cli.consent import WriteLog, confirm, refuse_unattended, yes_option
from rulesync_cli.show.console import stderr, stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rulesync_cli.fleet_change.remove import TargetRemoval


@click.command(
    epilog=epilog(
        "rulesync targets remove us-prod --groups keep",
        "rulesync targets remove us-prod --groups delete",
        "rulesync targets remove us-prod --groups delete --yes --json | jq .no_longer_block",
    )
)
@click.argument("name", shell_complete=complete_target)
@click.option("--groups", required=True, type=click.Choice(["keep", "delete"]),
              help="keep: its rule groups stay in force as they are, and nothing updates them. "
                   "delete: they are removed from its firewall policies and deleted.")  # fmt: skip
@yes_option
@json_option
@wide_option
@whole_bucket_option
def remove(*, name: str, groups: str, bucket: str, yes: bool, as_json: bool) -> None:
    """Remove the target NAME from config/targets.yaml.

    Shows the edit of the file, and with `--groups delete` every rule group that goes and what stops
    blocking. Then it asks. It writes the file first, which starts a build of the other targets.
    Then each policy is updated once, and the rule groups are deleted. Only rule groups with the
    target's prefix and rulesync's tags are touched. The target's folder stays in the bucket. If the
    command is interrupted, run it again to finish.
    """
    from rulesync_cli.fleet_change.remove import remove_target
    from rulesync_cli.show.removals import render_removal

    refuse_unattended(yes=yes)
    with waiting() as watch:
        log = WriteLog(watch)

        def agree(step: TargetRemoval) -> None:
            with watch.hidden():
                render_removal(step, stderr() if as_json else stdout())
                if not step.is_done:
                    confirm(_question(step), yes=yes)

        with log.told(f"run it again to finish: `rulesync targets remove {visible(name)}`"):
            step, applied = remove_target(
                whole_bucket(bucket),
                name,
                deletes=groups == "delete",
                now=datetime.now(UTC),
                watch=log,
                agree=agree,
            )
    if as_json:
        print_json(_document(step, bucket))
    for remark in applied.remarks:
        tell(f"warning: {visible(remark)}")
    tell(_done(step, bucket))


def _question(step: TargetRemoval) -> str:
    name = step.target.name
    if step.removal is None:
        return f"remove {name} from config/targets.yaml?"
    going = counted(len(step.removal.steps), "rule group")
    if step.edit is None:
        return f"delete {going} of {name}?"
    return f"remove {name} from config/targets.yaml, and delete {going}?"


def _document(step: TargetRemoval, bucket: str) -> dict[str, Any]:
    from rules_lib.bucket import target_key
    from rules_lib.deploy.rulewise import rule_changes
    from rules_lib.deploy.steps import record, switch_record

    plan = step.removal
    changes = rule_changes(plan) if plan else ()
    return {
        "target": step.target.name,
        "region": step.target.region,
        "account": step.target.account,
        "groups": "keep" if plan is None else "delete",
        "staying": list(step.groups) if plan is None else [],
        "diff": list(step.edit.diff()) if step.edit else [],
        "steps": [record(one) for one in plan.steps] if plan else [],
        "policies": [switch_record(one) for one in plan.switched] if plan else [],
        "no_longer_block": sum(one.unblocks for one in changes),
        "folder": f"s3://{bucket}/{target_key(step.target.name, '')}",
    }


def _done(step: TargetRemoval, bucket: str) -> str:
    from rules_lib.bucket import target_key

    name = step.target.name
    folder = f"s3://{bucket}/{target_key(name, '')}"
    if step.removal is None:
        named = f": {visible(', '.join(step.groups))}" if step.groups else ""
        gone = f"its rule groups stay in force as they are{named}"
    else:
        gone = "its rule groups are deleted"
    return (
        f"{name} is removed, and {gone}. {folder} stays: builds in it expire, and "
        f"`aws s3 rm --recursive {folder}` deletes it all"
    )
