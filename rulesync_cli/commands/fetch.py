"""`rulesync fetch`: the feed now, from here."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from rules_lib.errors import RefusedError
from rules_lib.text import counted, visible, visible_lines
from rulesync_cli.account import store_of
from rulesync_cli.common import (
    FEED,
    bucket_option,
    epilog,
    json_option,
    print_json,
)
from rulesync_cli.consent import confirm, yes_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.aws.store import Store
    from rules_lib.settings import FetchSettings

_URL: Final = "RULESYNC_FEED_URL"


@click.command(
    epilog=epilog(
        "rulesync fetch",
        "rulesync fetch --yes --json | jq -r .version",
        "rulesync fetch --feed https://mirror.example/emerging.rules.tar.gz",
    )
)
@click.option("--feed", type=FEED, metavar="PATH_OR_URL",
              help=f"Where the feed is; give the stack's address. Default: {_URL}, else ET Open."
              )  # fmt: skip
@yes_option
@json_option
@bucket_option
def fetch(*, bucket: str, feed: Address | None, yes: bool, as_json: bool) -> None:
    """Fetch the feed now, from your machine.

    Checks the feed and stores it under raw/, unless the bucket already has it. Its manifest starts
    the build function, which changes the rule groups. A feed older than the bucket's is refused.
    """
    from rules_lib.feed.fetch import fetch as bring
    from rules_lib.feed.fetch import fetch_record
    from rules_lib.feed.request import FeedRequest
    from rules_lib.feedlist import usual_feeds
    from rules_lib.sources.reader import reader_for

    settings = _settings(bucket, feed)
    store = store_of(settings.bucket)
    wanted = usual_feeds(settings.feed_url).first
    if not feed and not os.environ.get(_URL):
        _refuse_another_source(store, wanted.address)
    confirm(f"fetch {wanted.address} into s3://{bucket}?", yes=yes)
    request = FeedRequest.of(wanted, wanted.address, settings)
    with waiting(f"fetching {request.address}"):
        reader = reader_for(request.address, settings)
        outcome = bring(request, reader, store, datetime.now(UTC))
    for warning in outcome.warnings:
        tell(f"warning: {visible_lines(warning)}")
    record = fetch_record(outcome)
    if as_json:
        print_json(record)
    else:
        click.echo(visible(_words(record)))
    if record["status"] == "fetched":
        tell("the build function starts now; `rulesync status --watch` follows it")


def _settings(bucket: str, feed: Address | None) -> FetchSettings:
    """The fetch function's settings, from the environment here.

    Raises:
        SettingsError: a variable has a wrong value.
    """
    from rules_lib.settings import FetchSettings

    named = {"RULESYNC_BUCKET": bucket} | ({_URL: feed.reveal()} if feed else {})
    return FetchSettings.from_environment({**os.environ, **named})


def _refuse_another_source(store: Store, usual: Address) -> None:
    """Put no other feed in the place of the stack's only because nobody named one.

    Raises:
        RefusedError: the newest feed in the bucket came from elsewhere.
    """
    from rules_lib.feed.newest import newest_manifest

    newest = newest_manifest(store)
    if newest and newest.source != str(usual):
        raise RefusedError(
            f"the bucket's feed came from {newest.source}, and no address was given",
            f"Give the stack's address with --feed, or set {_URL}; {usual} would replace it.",
        )


def _words(record: dict[str, Any]) -> str:
    rules = f"{counted(record['enabled'], 'rule')} enabled, {record['disabled']:,} disabled"
    if record["status"] == "fetched":
        return f"fetched feed {record['version']}: {rules}"
    return f"unchanged: {record['why']}; the bucket has feed {record['version']}: {rules}"
