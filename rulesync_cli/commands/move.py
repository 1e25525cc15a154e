"""`rulesync move`: from one kind of firewall policy to the other, in two steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from rules_lib.text import visible
from rulesync_cli.account import policies_of, world
from rulesync_cli.common import (
    bucket_option,
    epilog,
    json_option,
    print_json,
    unproven_option,
)
from rulesync_cli.consent import WriteLog, confirm, refuse_unattended, yes_option
from rulesync_cli.show.console import stderr, stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.deploy.outcome import Applied
    from rulesync_cli.moving.course import Course
    from rulesync_cli.moving.steps import MoveStep


@click.command(
    epilog=epilog(
        "rulesync move --to next-generation --policy new --unproven",
        "rulesync move --to next-generation --policy new --from-policy old --remove-old",
        "rulesync move --to next-generation --json --yes | jq .comparison",
    )
)
@click.option("--to", "kind", required=True, type=click.Choice(["classic", "next-generation"]),
              help="The kind of firewall policy to move to.")  # fmt: skip
@click.option("--policy", "policies", multiple=True, metavar="NAME",
              help="Firewall policy of that kind that gets the new rule groups. Repeat it for "
                   "more.")  # fmt: skip
@click.option("--from-policy", "old", multiple=True, metavar="NAME",
              help="With --remove-old: the policy from which the old rule groups are removed. "
                   "Repeat it for more.")  # fmt: skip
@click.option("--prefix", metavar="PREFIX",
              help="Prefix of the new rule groups. Default: et becomes et-ips.")  # fmt: skip
@click.option("--from-prefix", "before", metavar="PREFIX",
              help="With --remove-old, if the allowlist is already that of the new kind: prefix of "
                   "the old rule groups.")  # fmt: skip
@click.option("--remove-old", "removes", is_flag=True,
              help="The second step: upload the allowlist, and remove the old rule groups."
              )  # fmt: skip
@yes_option
@unproven_option
@json_option
@wide_option
@bucket_option
def move(  # noqa: PLR0913 - an argument for each option
    *,
    bucket: str,
    kind: str,
    policies: tuple[str, ...],
    old: tuple[str, ...],
    prefix: str | None,
    before: str | None,
    removes: bool,
    yes: bool,
    unproven: bool,
    as_json: bool,
) -> None:
    """Move the rule groups to the other kind of firewall policy.

    The first step makes rule groups of that kind beside the present ones, under another prefix, and
    attaches them to the policies you name. It compares both, and shows which rules differ and why.
    The allowlist and the old rule groups stay as they are. With --remove-old, the second step
    uploads the allowlist and removes the old rule groups. It refuses if a firewall uses their
    policies, or if the new rule groups are not up to date.
    """
    from rules_lib.facts.targets import Target
    from rulesync_cli.moving.course import course_to
    from rulesync_cli.moving.steps import make_beside, remove_old

    refuse_unattended(yes=yes)
    with waiting() as watch:
        log = WriteLog(watch)
        found = world(bucket, policies, log, unproven=unproven)
        here = replace(found, policies=policies_of(policies))  # a target's own are the old ones
        course = course_to(Target(kind), here.store, prefix, before)

        def agree(step: MoveStep) -> None:
            with watch.hidden():
                if not yes:
                    _show(step, course, as_json=as_json)
                confirm(_question(step), yes=yes)

        with log.told(f"run it again to finish: `rulesync move --to {kind}`"):
            if removes:
                step, applied = remove_old(here, course, policies_of(old), agree)
            else:
                step, applied = make_beside(here, course, agree)
    if as_json:
        print_json(_document(step, applied, course))
    elif yes:
        _show(step, course, as_json=False)
    for remark in (*applied.remarks, *(f"{one.name} stays: {one.why}" for one in applied.staying)):
        tell(f"warning: {visible(remark)}")
    tell(_next(course, policies, removes=removes))


def _question(step: MoveStep) -> str:
    if step.removal is None:
        return "make these rule groups, and attach them?"
    return "upload the allowlist, and remove the old rule groups?"


def _show(step: MoveStep, course: Course, *, as_json: bool) -> None:
    from rulesync_cli.show.moves import render_move

    render_move(step, course, stderr() if as_json else stdout())


def _document(step: MoveStep, applied: Applied, course: Course) -> dict[str, Any]:
    from rules_lib.deploy.steps import record, switch_record

    plan, comparison = step.removal or step.decision.foreseen.plan, step.comparison
    return {
        "to": course.new.target,
        "prefix": course.new.prefix,
        "from_prefix": course.old.prefix,
        "steps": [record(one) for one in plan.steps],
        "policies": [switch_record(one) for one in plan.switches],
        "comparison": {
            "same": comparison.same,
            "differing": [one._asdict() for one in comparison.differing],
        },
        "removed": [one.name for one in applied.done] if step.removal else [],
    }


def _next(course: Course, policies: tuple[str, ...], *, removes: bool) -> str:
    new = course.new
    stack = f"FirewallPolicyKind={new.target}, RuleGroupPrefix={new.prefix} and FirewallPolicies"
    if removes:
        return f"moved; the stack needs {stack} of the new kind (docs/which-policy.md)"
    if not policies:
        return (
            "the rule groups are made, and no policy was named: attach them by hand, or run it "
            "again with --policy"
        )
    return (
        "made and attached; the old rule groups stay in force where they were. Next: associate "
        f"your firewalls with the new policy, set the stack's {stack}, then --remove-old "
        "(docs/which-policy.md)"
    )
