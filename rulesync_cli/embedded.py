"""Successive syncs by both Lambda handlers, as deployed, on an AWS that lives in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import click

from rules_lib.address import Address
from rules_lib.allowlist import load_allowlist
from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import Store
from rules_lib.bucket import ALLOWLIST, FEEDS, SUMMARY, build_key, own_key
from rules_lib.errors import AllowlistError, FeedsError, RefusedError, RulesyncError, SyncError
from rules_lib.feed.in_use import feeds_in_use
from rules_lib.feed.listed import feeds_in_bucket
from rules_lib.feed.newest import newest_manifests
from rules_lib.feedlist import load_feeds
from rules_lib.own.files import own_file_name, own_in_folder
from rules_lib.report.facts import Accounting, FeedFacts
from rules_lib.report.summary import Summary, read_summary, summarise
from rules_lib.text import visible, visible_lines
from rulesync_cli.extras import install_command
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from localaws import EmbeddedAws

    Handler = Callable[[dict[str, Any], object], dict[str, Any]]

_BUCKET: Final = "rulesync-local"
_ENVIRONMENT: Final = {
    "RULESYNC_BUCKET": _BUCKET,
    "AWS_DEFAULT_REGION": "us-east-1",  # wherever people's own account is
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",  # what the log says, this command says in its own way
}


@dataclass(frozen=True, slots=True)
class Sync:
    """One of the successive syncs.

    Attributes:
        feed: path or URL of et/open's archive; None for its publisher's, where the list has it.
        config: the allowlist.
        own: folder with people's own rules.
        allow_shrink: whether it may remove or unblock more rules than the allowlist allows.
        out: where its results go.
        feeds: the list of feeds; None: et/open alone.
    """

    feed: Address | None
    config: Path
    own: Path | None
    allow_shrink: bool
    out: Path
    feeds: Path | None = None

    @property
    def source(self) -> str:
        """What is fetched, as people named it."""
        named = [str(one) for one in (self.feeds, self.feed) if one]
        return " with ".join(named)


@contextmanager
def account(policies: tuple[str, ...], *, unproven: bool = False) -> Iterator[EmbeddedAws]:
    """An empty embedded account with our bucket, and the environment that the stack would set."""
    try:
        # Only this command needs moto, which is no package of the deployed functions.
        from localaws import embedded_aws  # noqa: PLC0415
    except ImportError as error:
        raise click.ClickException(
            f"the embedded AWS needs the package {error.name}: install rulesync with its extra "
            f"`local`, or {install_command('local')}"
        ) from error
    given = {"RULESYNC_POLICIES": ",".join(policies), "RULESYNC_UNPROVEN": str(unproven).lower()}
    environment = _ENVIRONMENT | given
    with mock.patch.dict(os.environ, environment), embedded_aws() as aws:
        clients.s3().create_bucket(Bucket=_BUCKET)
        yield aws


@contextmanager
def stack_of(
    feed: Address, before: Path | None, own: Path | None, policies: tuple[str, ...]
) -> Iterator[str]:
    """A stack on an embedded AWS, to plan in; gives its bucket, whose newest feed is the one named.

    Args:
        feed: path or URL of the archive.
        before: the allowlist in force; None: nothing is in force yet.
        own: folder with people's own rules in force.
        policies: names of firewall policies that use the rule groups; they are created.

    Raises:
        RulesyncError: the feed cannot be had, or what is to be in force failed or was refused.
    """
    with account(policies) as aws, TemporaryDirectory(prefix="rulesync-") as out:
        if before:
            run(Sync(feed, before, own, allow_shrink=True, out=Path(out, "1")), aws, _untold)
        else:
            from functions.fetch import app as fetch  # noqa: PLC0415 - as in `run`

            _fetch(fetch.handler, feed, S3Store(clients.s3(), _BUCKET))
        yield _BUCKET


def _untold(_: Summary) -> None:
    """Nobody asks for the summary of what is in force."""


def run(sync: Sync, aws: EmbeddedAws, report: Callable[[Summary], None]) -> None:
    """One sync: the files are uploaded, the schedule fetches, the event builds.

    Args:
        sync: what to do.
        aws: the account to do it in.
        report: is given the summary of every build, however it ended.

    Raises:
        RulesyncError: the sync failed or was refused; its folder has a summary that says so.
    """
    # moto is imported with the embedded AWS, so the handlers' clients are made under it.
    from functions.build import app as build  # noqa: PLC0415
    from functions.fetch import app as fetch  # noqa: PLC0415

    store = S3Store(clients.s3(), _BUCKET)
    store.put(ALLOWLIST, sync.config.read_bytes())
    try:
        _upload_own(sync.own, store)
        if sync.feeds:
            store.put(FEEDS, _checked(sync.feeds))
        fetched = _fetch(fetch.handler, sync.feed, store)
        _grant(aws, store, sync)
        build_id = _build(build.handler, fetched, allow_shrink=sync.allow_shrink)["build"]
    except SyncError as error:
        report(_copy(store, error.build, sync.out))
        uploaded = f"s3://{_BUCKET}/{ALLOWLIST}"  # whose file is known here by its path
        raise SyncError(error.build, str(error).replace(uploaded, str(sync.config))) from error
    except RulesyncError as error:
        _write(sync.out / SUMMARY, _failed(sync, error).to_json())
        raise
    report(_copy(store, build_id, sync.out))


def _upload_own(folder: Path | None, store: Store) -> None:
    """Upload people's own rules; of what is not read the name alone, which the build tells."""
    if folder:
        own = own_in_folder(folder)
        files = {own_file_name(one.category): one.data for one in own.files}
        for name, data in {**files, **{one.name: b"" for one in own.unread}}.items():
            store.put(own_key(name), data)


def _checked(file: Path) -> bytes:
    """The list of feeds, looked at while it still has the name by which people know it.

    Raises:
        FeedListError: it has errors.
    """
    text = file.read_bytes()
    load_feeds(text, source=str(file))
    return text


def _fetch(handler: Handler, feed: Address | None, store: Store) -> dict[str, Any]:
    """Fetch all feeds; one that fails stops no other, as long as there is anything to build.

    Raises:
        RulesyncError: the feed cannot be had, or none of several.
    """
    named = {"RULESYNC_FEED_URL": feed.reveal() if feed else ""}
    with mock.patch.dict(os.environ, named), waiting(f"fetching {feed or 'the feeds of the list'}"):
        try:
            fetched = handler({"source": "aws.scheduler"}, None)
        except FeedsError as error:
            if not newest_manifests(store, feeds_in_bucket(store).names):
                raise
            fetched = dict(error.record)
    for one in fetched.get("feeds", [fetched]):
        _tell_fetched(one)
    for warning in fetched["warnings"]:
        click.echo(f"warning: {visible_lines(warning)}", err=True)
    return fetched


def _tell_fetched(one: dict[str, Any]) -> None:
    name = f"{one['feed']} " if "feed" in one else ""
    if one["status"] == "failed":
        cause = visible_lines(one["cause"])
        click.echo(f"warning: feed {name}was not fetched: {cause}", err=True)
    else:
        click.echo(f"fetch: {name}{one['status']}, version {visible(one['version'])}", err=True)


def _build(handler: Handler, fetched: dict[str, Any], *, allow_shrink: bool) -> dict[str, Any]:
    """Start the build by what arrived last: a new feed's manifest, else the allowlist."""
    arrived = fetched.get("manifests", [fetched.get("manifest")])
    key = arrived[-1] if fetched["status"] == "fetched" else ALLOWLIST
    click.echo(f"build: started by {visible(key)}", err=True)
    detail = {"bucket": {"name": _BUCKET}, "object": {"key": key}}
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
    with waiting("building, validating and writing the rule groups"):
        return handler({**event, "allow_shrink": allow_shrink}, None)


def _grant(aws: EmbeddedAws, store: Store, sync: Sync) -> None:
    """Give the account the quotas that the file asks for, and room to replace every group."""
    from localaws import Quotas  # noqa: PLC0415 - as in `account`

    try:
        feeds = feeds_in_use(store)
        allowlist = load_allowlist(
            sync.config.read_bytes(),
            source=str(sync.config),
            known=feeds.categories,
            may_come=feeds.may_bring,
        )
    except (AllowlistError, RefusedError):
        return  # the build reports it, with people's own categories known too
    aws.grant(
        Quotas(
            rule_groups=2 * allowlist.firewall.rule_groups,
            policy_rule_groups=allowlist.firewall.rule_groups,
            policy_capacity=allowlist.firewall.in_policy,
            ips_policy_capacity=allowlist.firewall.in_policy,
        )
    )


def _copy(store: Store, build_id: str, out: Path) -> Summary:
    """Copy a build's objects out of the bucket, and give its summary."""
    folder = build_key(build_id, "")
    for entry in store.entries(folder):
        _write(out / entry.key.removeprefix(folder), store.get(entry.key))
    return read_summary((out / SUMMARY).read_bytes())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _failed(sync: Sync, error: RulesyncError) -> Summary:
    """Summarise a sync that did not come as far as a build."""
    refused = isinstance(error, RefusedError)
    return summarise(
        build_id="",
        feed=FeedFacts(source=sync.source),
        accounting=Accounting(),
        discarded={},
        calls={},
        variables_missing={},
        refused=str(error) if refused else None,
        failed=None if refused else str(error),
    )
