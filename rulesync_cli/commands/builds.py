"""`rulesync builds`: what was built, when, from which feed, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from rules_lib.report.feed_words import versions_in_words
from rules_lib.text import count, counted, visible, visible_lines
from rulesync_cli.account import store_of
from rulesync_cli.common import bucket_option, epilog, json_option, print_json
from rulesync_cli.history.outcome import Outcome
from rulesync_cli.history.records import past_build_record
from rulesync_cli.show.ages import age_short
from rulesync_cli.show.console import say, show, stdout, wide_option
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from rulesync_cli.history.builds import PastBuild, PastBuilds

_LIMIT: Final = 20
_HEADINGS: Final = (
    "build", "age", "feed", "outcome", "rules", "drops", "changes", "allowlist", "started by"
)  # fmt: skip
_LEAVING: Final = ("started by", "allowlist", "feed", "changes")
"""The least important first."""

_DIGITS: Final = 8
"""So much of a checksum tells allowlists apart."""

_NUMBERS: Final = ("age", "rules", "drops")
_STYLES: Final = {
    Outcome.IN_FORCE: "bold green",
    Outcome.APPLIED: "",
    Outcome.ROLLED_BACK: "magenta",
    Outcome.REFUSED: "red",
    Outcome.FAILED: "red",
    Outcome.UNFINISHED: "yellow",
}


@click.command(
    epilog=epilog(
        "rulesync builds",
        "rulesync builds --limit 100",
        "rulesync builds --json | jq -r '.builds[] | select(.outcome == \"failed\") | .cause'",
    )
)
@click.option("--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True,
              metavar="N", help="How many builds to list. 0 lists all.")  # fmt: skip
@json_option
@wide_option
@bucket_option
def builds(*, bucket: str, limit: int, as_json: bool) -> None:
    """List the builds, newest first, and how each ended.

    Reads one small file for each build it lists. Changes nothing. An unfinished build is running,
    or it ended before it could write its summary.
    """
    from rulesync_cli.history.builds import past_builds

    with waiting("reading the builds"):
        found = past_builds(store_of(bucket), limit)
    if as_json:
        print_json(_document(found))
    else:
        _render(found, stdout())


def _document(found: PastBuilds) -> dict[str, object]:
    return {
        "in_force": found.in_force or None,
        "builds": [past_build_record(one) for one in found.builds],
        "more": found.more,
    }


def _render(found: PastBuilds, console: Console) -> None:
    if not found.builds:
        say(console, "there is no build yet: `rulesync status` shows the next step")
        return
    now = datetime.now(UTC)
    rows = (_row(one, now) for one in found.builds)
    show(console, _HEADINGS, rows, numbers=_NUMBERS, leaving=_LEAVING)
    for one in found.builds:
        if one.cause:
            say(console)
            say(console, f"{one.build}, {one.outcome}: {visible_lines(one.cause)}", "red")
    if found.more:
        say(console)
        say(console, f"and {counted(found.more, 'older build')}: --limit 0 lists all", "dim")


def _row(one: PastBuild, now: datetime) -> tuple[Text | str, ...]:
    from rich.text import Text

    age = age_short(now - datetime.fromisoformat(one.at)) if one.at else "-"
    outcome = Text(one.outcome, style=_STYLES[one.outcome])
    origin = (one.allowlist[:_DIGITS] or "-", visible(one.started_by or "-"))
    if one.summary is None or not one.summary.rules.enabled:
        return one.build, age, "-", outcome, "-", "-", "-", *origin
    rules, drops = count(one.summary.rules.kept), count(one.blocking)
    used = [feed for feed in one.summary.feeds if feed.version]
    feed = versions_in_words(used) if len(used) > 1 else visible(one.summary.feed.version or "-")
    return one.build, age, feed, outcome, rules, drops, _changes(one), *origin


def _changes(one: PastBuild) -> str:
    total = one.summary.changes.total if one.summary else None
    if total is None or not total.size:
        return "none"
    return f"+{count(total.added)} -{count(total.removed)} ~{count(total.changed)}"
