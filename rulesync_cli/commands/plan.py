"""`rulesync plan`: what a sync would do now, or what an edit would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from rules_lib.text import visible
from rulesync_cli.account import policies_of, world
from rulesync_cli.common import (
    ALL_GROUPS,
    FILE,
    FOLDER,
    epilog,
    format_option,
    json_option,
    print_json,
    shrink_option,
)
from rulesync_cli.show.console import stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.targeted import place_of
from rulesync_cli.where import Where, scene_options
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Step
    from rules_lib.outcome import Converted
    from rules_lib.world import World
    from rulesync_cli.edits import LocalEdit
    from rulesync_cli.preview import Preview
    from rulesync_cli.verify.rehearsal import Rehearsal

_CHANGES: Final = 2
"""Exit code where there is something to do."""


@click.command(
    epilog=epilog(
        "rulesync plan",
        "rulesync plan --config edited.yaml",
        "rulesync plan --config edited.yaml --local rules/ --full",
        "rulesync plan --diff et-emerging-malware",
        "rulesync plan --json | jq .actions",
        "rulesync plan --out plan.json",
        "rulesync plan --config edited.yaml --pcap captures/",
        "rulesync plan --feeds feeds.yaml",
        "rulesync plan --feed emerging.rules.tar.gz --before old.yaml --config new.yaml",
        "rulesync plan --config edited.yaml --format markdown > comment.md",
        codes="0 nothing to do; 2 there are changes, or wrong usage; 1 failed",
    )
)
@click.option("--before", type=FILE, metavar="FILE",
              help="With --feed: the allowlist in force. Without it, nothing is in force."
              )  # fmt: skip
@click.option("--before-local", "own_before", type=FOLDER, metavar="DIR",
              help="With --before: your own rules in force.  [default: those of --local]"
              )  # fmt: skip
@click.option("--feeds", type=FILE, metavar="FILE",
              help="Use this list of feeds instead of the bucket's. Only releases that are in the "
                   "bucket are known.")  # fmt: skip
@click.option("--diff", "group", is_flag=False, flag_value=ALL_GROUPS, metavar="[GROUP]",
              help="Show the text of rules that are added, removed or changed, in one rule group "
                   "or in all."
              )  # fmt: skip
@click.option("--out", "save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Save the plan, for `rulesync apply --plan FILE`.")  # fmt: skip
@click.option("--pcap", "places", multiple=True, metavar="PATH",
              type=click.Path(exists=True, path_type=Path),
              help="Show what the plan would block of this capture, or of all in this folder, by a "
              "real Suricata, instead of by hits. Repeat it for more.")  # fmt: skip
@click.option("--full", is_flag=True,
              help="Show every rule group, and every rule that changes its action.")  # fmt: skip
@click.option("--fail-if-refused", "strictly", is_flag=True,
              help="Exit with 1 if a sync would refuse the plan, once it is shown.")  # fmt: skip
@shrink_option
@format_option("markdown")
@json_option
@wide_option
@scene_options
def plan(  # noqa: PLR0913 - an argument for each option
    *,
    where: Where,
    before: Path | None,
    own_before: Path | None,
    feeds: Path | None,
    group: str | None,
    save: Path | None,
    places: tuple[Path, ...],
    full: bool,
    strictly: bool,
    allow_shrink: bool,
    form: str,
    as_json: bool,
) -> None:
    """Show what a sync would do now, and change nothing.

    Reads the bucket's newest feed, its allowlist and your own rules, and compares the result with
    the rule groups and policies in the account. With --config, --local and --feeds, it shows what
    an edit would do before you upload it. If a sync would refuse the plan, it is shown anyway, with
    the cause.

    With --feed, it needs no account: it puts the allowlist of --before in force on an embedded AWS,
    and plans there.
    """
    from rulesync_cli.saved_plan import SavedPlan
    from rulesync_cli.show.diffs import steps_named

    _refuse_odd(where, before, own_before, save)
    if where.feed and feeds:
        raise click.UsageError("--feeds is the list of a stack: leave --feed or --feeds out")
    with _stack(where, before, own_before) as (bucket, policies), waiting() as watch:
        here = world(bucket, policies, watch)
        edit = _edit(where, bucket, feeds)
        found = edit.preview(here, allow_shrink=allow_shrink, looks_back=not places)
        tried = _tried(found, here, places, watch) if places else None
    steps = steps_named(found.foreseen.plan, group) if group else ()
    if as_json or form == "json":
        faults = [asdict(fault) for fault in edit.faults(found)]
        rehearsal = {"rehearsal": asdict(tried) if tried else None}
        print_json(plan_document(found) | rehearsal | {"own_faults": faults})
    elif form == "markdown":
        _print_markdown(found, edit, tried)
    else:
        _show(found, edit, tried, full=full)
        _show_diff(steps)
    if save:
        SavedPlan.of(found.foreseen, place_of(bucket), here.now).write(save)
        tell(f"saved: `rulesync apply --plan {visible(str(save))}` carries it out")
    if strictly and found.foreseen.refusal:
        raise found.foreseen.refusal
    raise SystemExit(0 if found.foreseen.plan.is_empty else _CHANGES)


def _refuse_odd(
    where: Where, before: Path | None, own_before: Path | None, save: Path | None
) -> None:
    """Take no options together of which one would be without effect.

    Raises:
        click.UsageError: there are some.
    """
    if where.feed is None and (before or own_before):
        raise click.UsageError("--before and --before-local go with --feed: a stack has its own")
    if own_before and not before:
        raise click.UsageError("--before-local goes with --before")
    if where.feed and save:
        raise click.UsageError("--out saves the plan of a stack: leave --feed out")


@contextmanager
def _stack(
    where: Where, before: Path | None, own_before: Path | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The bucket and the policies to plan with, be it for a feed alone."""
    if where.feed is None:
        yield where.stack, where.policies
        return
    from rulesync_cli.embedded import stack_of

    names = tuple(name.rpartition("/")[2] for name in policies_of(where.policies))
    with stack_of(where.feed, before, own_before or where.own, names) as bucket:
        yield bucket, names


def _edit(where: Where, bucket: str, feeds: Path | None) -> LocalEdit:
    """What is planned; beside a feed nobody's files but those named."""
    from rulesync_cli.edits import LocalEdit
    from rulesync_cli.shipped import usual_config

    if where.feed:
        return LocalEdit.read_all(where.config or usual_config(), where.own)
    return LocalEdit.read(where.config, where.own, bucket, feeds=feeds)


def _show(found: Preview, edit: LocalEdit, tried: Rehearsal | None, *, full: bool) -> None:
    from rulesync_cli.show.plans import render_preview
    from rulesync_cli.show.rehearsals import show_rehearsal

    console = stdout()
    remarks = edit.remarks(found)
    render_preview(found, console, remarks=remarks, full=full, names_all="--full")
    if tried:
        show_rehearsal(tried, found.foreseen.changes, console)


def _show_diff(steps: Sequence[Step]) -> None:
    from rulesync_cli.show.diffs import render_diff

    render_diff(steps, stdout())


def _print_markdown(found: Preview, edit: LocalEdit, tried: Rehearsal | None) -> None:
    from rulesync_cli.comment import PlanTold, plan_markdown

    source = edit.draft.source if edit.draft else found.gathered.draft.source
    click.echo(plan_markdown(PlanTold(found, source, edit.remarks(found), tried)))


def _staged(rule: Converted) -> dict[str, object]:
    """A rule that alerts first."""
    from rules_lib.report.records import stage_record

    told = {"sid": rule.sid, "category": rule.rule.category, "msg": rule.rule.msg}
    return told | dict(stage_record(rule.cause) or {})


def _tried(
    found: Preview, here: World, places: Sequence[Path], watch: Callable[[str], None]
) -> Rehearsal:
    from rulesync_cli.rehearsing import rehearsed

    return rehearsed(found, here.store, places, watch)


def plan_document(found: Preview) -> dict[str, Any]:
    """A plan as JSON shows it."""
    import json

    from rules_lib.deploy.impact import impact_record
    from rules_lib.deploy.steps import record, switch_record
    from rules_lib.report.staging import staged_rules
    from rulesync_cli.census.indicators import indicator_lists
    from rulesync_cli.plan_totals import reserved_by_all
    from rulesync_cli.show.actions import way_of
    from rulesync_cli.show.lists import list_record

    lists = indicator_lists(found.foreseen.inputs, found.foreseen.built)
    return {
        "summary": json.loads(found.summary.to_json()),
        "steps": [record(step) for step in found.foreseen.plan.steps],
        "policies": [switch_record(planned) for planned in found.foreseen.plan.switches],
        "left": [left.record for left in found.foreseen.left],
        "actions": [way_of(one) for one in found.foreseen.changes if one.kind == "action"],
        "staged": [_staged(rule) for rule, _ in staged_rules(found.foreseen.built.kept)],
        "unblocks": [way_of(one) for one in found.foreseen.changes if one.unblocks],
        "passes": [way_of(one) for one in found.foreseen.changes if one.passes_anew],
        "impact": impact_record(found.impact, addresses=True) if found.impact else None,
        "capacity": asdict(reserved_by_all(found.foreseen.plan)) | {"budget": found.summary.budget},
        "compared_with": found.gathered.latest.build if found.gathered.latest else None,
        "held": found.held.build if found.held else None,
        **({"lists": [list_record(one) for one in lists]} if lists else {}),
    }
