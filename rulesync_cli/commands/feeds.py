"""`rulesync feeds`: the feeds of the bucket and how they are, and those that are known by name."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from rulesync_cli.account import store_of
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import epilog, json_option, print_json
from rulesync_cli.show.console import say, show, stdout, wide_option

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.facts.feeds import KnownFeed
    from rulesync_cli.history.feed_status import FeedStatus


@click.command(
    epilog=epilog(
        "rulesync feeds",
        "rulesync feeds --bucket my-bucket --wide",
        "rulesync feeds --json | jq -r '.in_use[] | select(.failure) | .name'",
        "rulesync feeds --json | jq -r '.known[] | select(.licence == \"MIT\") | .name'",
    )
)
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True,
              help="The stack's bucket, to show its feeds too.")  # fmt: skip
@json_option
@wide_option
@aws_options
def feeds(*, bucket: str | None, as_json: bool) -> None:
    """List the feeds in use and how they are, and the known ones.

    In use are the feeds of the bucket's config/feeds.yaml, or et/open if it has none: with their
    newest release, its age and the last failure. Known feeds need only their name in the list.
    Changes nothing, and needs no account without --bucket.
    """
    from rules_lib.facts.feeds import known_feeds
    from rulesync_cli.history.feed_status import feed_statuses

    now = datetime.now(UTC)
    in_use = feed_statuses(store_of(bucket)) if bucket else ()
    if as_json:
        print_json(
            {
                "in_use": [one.record(now) for one in in_use] if bucket else None,
                "known": [_known_record(one) for one in known_feeds().values()],
            }
        )
        return
    console = stdout()
    if bucket:
        _show_in_use(in_use, now, console)
    _show_known(console)


def _show_in_use(in_use: tuple[FeedStatus, ...], now: datetime, console: Console) -> None:
    rows = (one.row(now) for one in in_use)
    headings = ("in use", "release", "age", "asked", "every", "rules", "licence", "source")
    leaving = ("licence", "source", "every", "asked", "rules")
    show(console, headings, rows, numbers=("rules",), leaving=leaving)
    for one in in_use:
        if one.failure:
            say(console, f"{one.entry.name} failed: {one.failure}", "bold red")
    say(console)


def _show_known(console: Console) -> None:
    from rules_lib.facts.feeds import known_feeds

    rows = (
        (one.name, one.licence, "yes" if one.code else "", one.vendor, one.summary, _note(one))
        for one in known_feeds().values()
    )
    headings = ("known", "licence", "secret", "vendor", "what it has", "note")
    show(console, headings, rows, leaving=("vendor", "note", "secret"))


def _note(one: KnownFeed) -> str:
    if one.gone:
        return f"gone: {one.gone}"
    if one.renamed:
        return f"use {one.renamed}"
    return f"contains {', '.join(one.contains)}" if one.contains else ""


def _known_record(one: KnownFeed) -> dict[str, Any]:
    """A known feed for programs; what does not apply is null."""
    return {key: value if value != "" or key == "prefix" else None
            for key, value in asdict(one).items()}  # fmt: skip
