"""`rulesync status`: what is in force, what failed, and what waits."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING, Final

import click

from rules_lib.bucket import TARGETS_FILE
from rules_lib.model import Reason
from rules_lib.report.feed_words import feeds_in_words
from rules_lib.text import counted, visible, visible_lines
from rulesync_cli.account import whole_bucket, world
from rulesync_cli.common import (
    account_options,
    epilog,
    held_words,
    json_option,
    moment,
    print_json,
)
from rulesync_cli.history.records import past_build_record
from rulesync_cli.show.ages import age_words
from rulesync_cli.show.console import say, stdout
from rulesync_cli.show.modes import mode_words
from rulesync_cli.show.progress import waiting
from rulesync_cli.targeted import chosen_target

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.fleet.table import FleetTable
    from rulesync_cli.history.stack_status import StackState, StackStatus, StatusFinding
    from rulesync_cli.history.used_feeds import UsedFeed

_CODES: Final = {"healthy": 0, "failing": 1, "waiting": 2}
_STYLES: Final[dict[StackState, str]] = {
    "healthy": "bold green",
    "waiting": "bold yellow",
    "failing": "bold red",
}
_SECONDS: Final = 10


@click.command(
    epilog=epilog(
        "rulesync status",
        "rulesync status --watch",
        "rulesync status --json | jq -r .latest.build",
        "rulesync status --json | jq -r '.findings[] | [.code, .words] | @tsv'",
        codes="0 healthy; 1 failing, or an error; 2 something waits, or wrong usage",
    )
)
@click.option("--watch", "seconds", is_flag=False, flag_value=_SECONDS, metavar="[SECONDS]",
              type=click.IntRange(min=1),
              help="Look again every 10 seconds, or as often as you say, and print what has "
                   "changed, until Ctrl-C.")  # fmt: skip
@json_option
@account_options
def status(*, bucket: str, policies: tuple[str, ...], seconds: int | None, as_json: bool) -> None:
    """Show what is in force, what failed, and what waits.

    Shows the last attempt and its cause, files that were uploaded but not applied, a hold, the age
    of the feed, and manual changes of rule groups and policies. Reads small objects of the bucket
    and the account's lists. Changes nothing.

    If the bucket has config/targets.yaml, it shows all targets by ring, as `rulesync targets` does,
    and with --target one of them.
    """
    from rulesync_cli.history.stack_status import stack_status

    world(bucket, policies)  # what is missing of the set-up is told before anything is read
    if not chosen_target() and (table := _fleet(bucket)):
        _show_fleet(table, as_json=as_json)
        raise SystemExit(_fleet_code(table))
    if seconds:
        gc.enable()  # a watch may last for days
    seen = None
    while True:
        with waiting() as watch:
            found = stack_status(world(bucket, policies, watch))
        if seen is None or _mark(found) != _mark(seen):
            _print(found, as_json=as_json, again=seen is not None)
        seen = found
        if not seconds:
            raise SystemExit(_CODES[found.state])
        sleep(seconds)


def _fleet(bucket: str) -> FleetTable | None:
    """All targets, where the bucket names some; where it does not, nothing of them is loaded."""
    root = whole_bucket(bucket)
    if root.find(TARGETS_FILE) is None:
        return None
    from rules_lib.fleet.rights import read_rights
    from rules_lib.fleet.table import fleet_table
    from rules_lib.fleet.targets_file import find_targets

    now = datetime.now(UTC)
    targets = find_targets(root)
    return fleet_table(read_rights(root, targets, now), now) if targets else None


def _show_fleet(table: FleetTable, *, as_json: bool) -> None:
    from rulesync_cli.show.fleet import render_fleet

    if as_json:
        print_json(table.document())
    else:
        render_fleet(table, stdout())


def _fleet_code(table: FleetTable) -> int:
    """What waits for a ring is as it should be; what waits for people is not."""
    if table.number("failing"):
        return _CODES["failing"]
    return _CODES["waiting" if table.number("held", "withdrawn", "bursting") else "healthy"]


def _mark(found: StackStatus) -> tuple[object, ...]:
    """What is news where it differs: not the time."""
    return found.latest, found.hold, found.attempt, found.findings, found.modes


def _print(found: StackStatus, *, as_json: bool, again: bool) -> None:
    if as_json:
        print_json(_document(found))
        return
    console = stdout()
    if again:
        say(console)
        say(console, moment(found.now.isoformat()), "dim")
    _render(found, console)


def _document(found: StackStatus) -> dict[str, object]:
    return {
        "state": found.state,
        "latest": found.latest.model_dump(mode="json") if found.latest else None,
        "hold": found.hold.model_dump(mode="json") if found.hold else None,
        "attempt": past_build_record(found.attempt) if found.attempt else None,
        "feed": _feed_record(found.feed, found.now),
        **_every_feed(found),
        "findings": [finding._asdict() for finding in found.findings],
        "staging": asdict(found.staging) if found.staging else None,
        "rejected_by_service": found.discarded_for(Reason.REJECTED_BY_SERVICE),
        "not_yet_proven": found.discarded_for(Reason.NOT_YET_PROVEN),
        **({"modes": dict(found.modes)} if found.modes else {}),
    }


def _feed_record(feed: UsedFeed | None, now: datetime) -> dict[str, object]:
    """How old a feed is; all null where there is none."""
    age = feed.age_at(now) if feed else None
    return {
        "in_force": feed.used.version if feed and feed.used else None,
        "fetched_at": feed.in_force.fetched_at.isoformat() if feed and feed.in_force else None,
        "age_hours": round(age.total_seconds() / 3600, 1) if age else None,
        "newest": feed.newest.version if feed and feed.newest else None,
    }


def _every_feed(found: StackStatus) -> dict[str, object]:
    """The same of each feed, where there are several."""
    feeds = found.feeds.feeds
    if len(feeds) < 2:  # noqa: PLR2004 - several
        return {}
    return {"feeds": [{"name": one.name, **_feed_record(one, found.now)} for one in feeds]}


def _render(found: StackStatus, console: Console) -> None:
    say(console, found.state, _STYLES[found.state])
    for line in _in_force(found):
        say(console, line)
    for policy, mode in found.modes.items():
        say(console, f"policy {visible(policy)}: {mode_words(mode)}")
    if found.hold:
        say(console, held_words(found.hold))
    for finding in found.findings:
        if finding.code != "held":  # the line above says it
            _tell(finding, console)


def _tell(finding: StatusFinding, console: Console) -> None:
    say(console, f"{finding.state}: {visible_lines(finding.words)}", _STYLES[finding.state])
    if finding.step:
        say(console, f"  next: {finding.step}")


def _in_force(found: StackStatus) -> Iterator[str]:
    from rulesync_cli.show.tables import tally

    latest = found.latest
    if latest is None:
        return
    feeds = feeds_in_words(latest.made_from)
    yield f"build {latest.build}, {feeds}, applied {moment(latest.applied_at)}"
    for feed in found.feeds.feeds:
        age = feed.age_at(found.now)
        if feed.used and feed.in_force and age is not None:
            name = f"{feed.name} " if len(found.feeds.feeds) > 1 else ""
            release = visible(f"{name}{feed.used.version}")
            fetched = moment(feed.in_force.fetched_at.isoformat())
            yield f"feed {release}, fetched {fetched}, {age_words(age)} old"
    yield f"{counted(len(latest.groups), 'rule group')}: {', '.join(latest.groups)}"
    if latest.discarded is not None:
        yield f"discarded: {tally(latest.discarded.items()) or 'none'}"
    if found.staging:
        yield from found.staging.lines()
