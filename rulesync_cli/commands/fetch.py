"""`rulesync fetch`: the feeds now, from here."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from rules_lib.errors import RefusedError
from rules_lib.text import counted, visible, visible_lines
from rulesync_cli.account import store_of
from rulesync_cli.common import FEED, epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.consent import confirm, yes_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules_lib.address import Address
    from rules_lib.aws.store import Store
    from rules_lib.feedlist import FeedEntry, Feeds
    from rules_lib.fetching.run import Fetching
    from rules_lib.settings import FetchSettings

_URL: Final = "RULESYNC_FEED_URL"


@click.command(
    epilog=epilog(
        "rulesync fetch",
        "rulesync fetch --yes --json | jq -r .version",
        "rulesync fetch --feed https://mirror.example/emerging.rules.tar.gz",
        "rulesync fetch --feed abuse.ch/urlhaus",
    )
)
@click.option("--feed", type=FEED, metavar="NAME|PATH|URL",
              help="A feed of config/feeds.yaml by its name, or where et/open is; give the stack's "
              f"address. Default: all feeds of the list; et/open from {_URL}, else from its "
              "publisher.")  # fmt: skip
@yes_option
@json_option
@whole_bucket_option
def fetch(*, bucket: str, feed: Address | None, yes: bool, as_json: bool) -> None:
    """Fetch the feeds now, from your machine.

    Checks each feed and stores it under raw/, unless the bucket already has it. Its manifest starts
    the build function, which changes the rule groups. A feed older than the bucket's is refused. A
    feed that fails stops no other.
    """
    from rules_lib.aws.secrets import Secrets
    from rules_lib.feed.listed import feeds_in_bucket
    from rules_lib.fetching.run import Fetching

    store = store_of(bucket)
    feeds = feeds_in_bucket(store)
    name = feed.reveal() if feed and feed.reveal() in feeds.names else ""
    settings = _settings(bucket, None if name else feed)
    if feed is None or name:
        feeds = feeds_in_bucket(store, settings.feed_url)
    wanted = _wanted(feeds, name, settings, feed)
    _refuse_another_source(wanted, store, given=bool(settings.feed_url))
    where = ", ".join(str(one.address) for one in wanted)
    confirm(f"fetch {where} into s3://{bucket}?", yes=yes)
    with waiting() as watch:
        here = Fetching(settings, store, Secrets(), datetime.now(UTC), watch=watch)
        if feeds.listed and not (feed and not name):
            _fetch_listed(feeds, here, [one.name for one in wanted], as_json=as_json)
        else:
            _fetch_alone(wanted[0], here, as_json=as_json)


def _fetch_alone(wanted: FeedEntry, here: Fetching, *, as_json: bool) -> None:
    from rules_lib.feed.fetch import fetch_record
    from rules_lib.fetching.run import fetch_one

    record = fetch_record(fetch_one(wanted, here))
    _tell([record], record, as_json=as_json)


def _fetch_listed(feeds: Feeds, here: Fetching, names: Sequence[str], *, as_json: bool) -> None:
    """Fetch feeds of the list; raises `FeedsError` once what was fetched is told."""
    from rules_lib.fetching.run import fetch_listed

    found, _ = fetch_listed(feeds, here, names)
    record = found.record()
    _tell([one for one in record["feeds"] if "version" in one], record, as_json=as_json)
    found.refuse_failures()


def _tell(records: Sequence[dict[str, Any]], whole: dict[str, Any], *, as_json: bool) -> None:
    for warning in whole["warnings"]:
        tell(f"warning: {visible_lines(warning)}")
    if as_json:
        print_json(whole)
    else:
        for record in records:
            click.echo(visible(_words(record)))
    if whole["status"] == "fetched":
        tell("the build function starts now; `rulesync status --watch` follows it")


def _settings(bucket: str, feed: Address | None) -> FetchSettings:
    """The fetch function's settings, from the environment here.

    Raises:
        SettingsError: a variable has a wrong value.
    """
    from rules_lib.settings import FetchSettings

    named = {"RULESYNC_BUCKET": bucket} | ({_URL: feed.reveal()} if feed else {})
    return FetchSettings.from_environment({**os.environ, **named})


def _wanted(
    feeds: Feeds, name: str, settings: FetchSettings, feed: Address | None
) -> tuple[FeedEntry, ...]:
    """The feeds to ask for.

    Raises:
        click.BadParameter: what was named is a feed that the list does not have, or the list has no
            feed to which an address can belong.
    """
    from rules_lib.facts.feeds import ET_OPEN, known_feeds
    from rules_lib.feedlist import usual_feeds

    if feed is None:
        return feeds.entries
    if name:
        return tuple(one for one in feeds if one.name == name)
    if feed.reveal() in known_feeds():
        names = ", ".join(feeds.names)
        raise click.BadParameter(
            f"{feed} is not among the bucket's feeds: {names}", param_hint="--feed"
        )
    if feeds.listed and ET_OPEN not in feeds.names:
        words = f"an address is for {ET_OPEN}, which config/feeds.yaml does not have; give a name"
        raise click.BadParameter(words, param_hint="--feed")
    return usual_feeds(settings.feed_url).entries


def _refuse_another_source(wanted: Sequence[FeedEntry], store: Store, *, given: bool) -> None:
    """Put no other feed in the place of the stack's only because nobody gave its address.

    Raises:
        RefusedError: the newest release of et/open in the bucket came from elsewhere.
    """
    from rules_lib.feed.newest import newest_manifest
    from rules_lib.feedlist import usual_feeds

    usual = usual_feeds().first
    if given or not any((one.name, one.address) == (usual.name, usual.address) for one in wanted):
        return
    newest = newest_manifest(store)
    if newest and newest.source != str(usual.address):
        raise RefusedError(
            f"the bucket's feed came from {newest.source}, and no address was given",
            f"Give the stack's address with --feed, or set {_URL}; {usual.address} would replace "
            "it.",
        )


def _words(record: dict[str, Any]) -> str:
    rules = f"{counted(record['enabled'], 'rule')} enabled, {record['disabled']:,} disabled"
    feed = f"{record['feed']}: " if "feed" in record else ""
    if record["status"] == "fetched":
        return f"{feed}fetched feed {record['version']}: {rules}"
    return f"{feed}unchanged: {record['why']}; the bucket has feed {record['version']}: {rules}"
