"""`rulesync local`: both Lambda handlers as deployed, on an embedded AWS, no account needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import click
from rich.console import Console

from rules_lib.allowlist import load
from rules_lib.aws import clients
from rules_lib.aws.store import Store, newest_manifest
from rules_lib.cli.tables import render
from rules_lib.errors import AllowlistError, RefusedError, RulesyncError, SyncError
from rules_lib.gather import ALLOWLIST, LOCAL
from rules_lib.history.record import build_key
from rules_lib.report.summary import Accounting, FeedFacts, Summary, read_summary, summarise

if TYPE_CHECKING:
    from localaws import EmbeddedAws

    Handler = Callable[[dict[str, Any], object], dict[str, Any]]

_BUCKET: Final = "rulesync-local"
_ENVIRONMENT: Final = {
    "RULESYNC_BUCKET": _BUCKET,
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",  # what the log says, this command says in its own way
}

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Sync:
    """One of the successive syncs.

    Attributes:
        feed: path or URL of the archive.
        config: the allowlist.
        local_rules: folder with people's own rules.
        allow_shrink: whether it may remove more rules than `max_shrink` allows.
        out: where its results go.
    """

    feed: str
    config: Path
    local_rules: Path | None
    allow_shrink: bool
    out: Path


@click.command(
    epilog="""\b
Examples:
  rulesync local --feed emerging.rules.tar.gz --config config/categories.yaml --out out
  rulesync local --feed monday.tar.gz --feed tuesday.tar.gz --config mine.yaml --out out
  rulesync local --feed URL --feed URL --config before.yaml --config after.yaml --out out

Exit codes: 0 all syncs done; 1 a sync failed or was refused; 2 wrong usage."""
)
@click.option("--feed", "feeds", multiple=True, required=True, metavar="PATH_OR_URL",
              help="The feed's .tar.gz: a path, or an http, https or file URL. Repeat it for "
              "successive syncs on the same embedded account; the last holds on.")  # fmt: skip
@click.option("--config", "configs", multiple=True, type=_FILE, metavar="FILE",
              default=[Path("config/categories.yaml")], show_default="config/categories.yaml",
              help="The allowlist. Repeat it for successive syncs; the last holds on.")  # fmt: skip
@click.option("--local", "local_rules", type=_FOLDER, metavar="DIR",
              help="Folder with .rules files of your own; each is a category local-<file>."
              )  # fmt: skip
@click.option("--policy", "policies", multiple=True, metavar="NAME",
              help="Attach the groups to this firewall policy of the embedded account; it is made "
              "if it is not there. Repeat it for more.")  # fmt: skip
@click.option("--allow-shrink", is_flag=True,
              help="Let these syncs remove more of the deployed rules than max_shrink allows."
              )  # fmt: skip
@click.option("--out", required=True, type=_FOLDER, metavar="DIR",
              help="Where the results go: DIR/1 for the first sync, DIR/2 for the second …"
              )  # fmt: skip
def local(  # noqa: PLR0913, PLR0917 - an argument for each option
    feeds: tuple[str, ...],
    configs: tuple[Path, ...],
    local_rules: Path | None,
    policies: tuple[str, ...],
    allow_shrink: bool,
    out: Path,
) -> None:
    """Run both Lambdas on an embedded AWS.

    Downloads the feed, builds the rule groups and deploys them to an AWS that lives and dies with
    this command. Each sync leaves in its folder what a build leaves in the bucket: rule-groups/
    (exactly what was deployed), summary.json, plan.json, discarded.jsonl and .csv, changed.jsonl
    and report.html. The summary is printed to stdout. The first sync that fails or is refused
    ends the command.
    """
    syncs = [
        Sync(
            feed=feeds[min(number, len(feeds)) - 1],
            config=configs[min(number, len(configs)) - 1],
            local_rules=local_rules,
            allow_shrink=allow_shrink,
            out=out / str(number),
        )
        for number in range(1, max(len(feeds), len(configs)) + 1)
    ]
    try:
        _clear(out)
        with _account(policies) as aws:
            for number, sync in enumerate(syncs, start=1):
                click.echo(f"sync {number} of {len(syncs)}: {sync.feed}", err=True)
                _run(sync, aws)
    except RulesyncError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


@contextmanager
def _account(policies: tuple[str, ...]) -> Iterator[EmbeddedAws]:
    """An empty embedded account with our bucket, and the environment that the stack would set."""
    try:
        # Only this command needs moto, which is no package of the deployed functions.
        from localaws import embedded_aws  # noqa: PLC0415
    except ImportError as error:
        raise click.ClickException(
            f"the embedded AWS needs the package {error.name}: pip install 'rulesync[local]'"
        ) from error
    environment = _ENVIRONMENT | {"RULESYNC_POLICIES": ",".join(policies)}
    with embedded_aws() as aws, mock.patch.dict(os.environ, environment):
        clients.s3().create_bucket(Bucket=_BUCKET)
        yield aws


def _run(sync: Sync, aws: EmbeddedAws) -> None:
    """One sync: the files are uploaded, the schedule fetches, the event builds.

    Raises:
        RulesyncError: the sync failed or was refused; its folder has a summary that says so.
    """
    # moto is imported with the embedded AWS, so the handlers' clients are made under it.
    from functions.build import app as build  # noqa: PLC0415
    from functions.fetch import app as fetch  # noqa: PLC0415

    store = Store(clients.s3(), _BUCKET)
    store.put(ALLOWLIST, sync.config.read_bytes(), content_type="application/yaml")
    for path in sorted(sync.local_rules.glob("*.rules")) if sync.local_rules else ():
        store.put(f"{LOCAL}{path.name}", path.read_bytes(), content_type="text/plain")
    try:
        fetched = _fetch(fetch.handler, sync.feed)
        _grant(aws, store, sync)
        build_id = _build(build.handler, fetched, allow_shrink=sync.allow_shrink)["build"]
    except SyncError as error:
        _copy(store, error.build, sync.out)
        uploaded = f"s3://{_BUCKET}/{ALLOWLIST}"  # whose file is known here by its path
        raise SyncError(error.build, str(error).replace(uploaded, str(sync.config))) from error
    except RulesyncError as error:
        _write(sync.out / "summary.json", _failed(sync, error).to_json())
        raise
    _copy(store, build_id, sync.out)


def _fetch(handler: Handler, feed: str) -> dict[str, Any]:
    with mock.patch.dict(os.environ, {"RULESYNC_FEED_URL": feed}):
        fetched = handler({"source": "aws.scheduler"}, None)
    click.echo(f"fetch: {fetched['status']}, version {fetched['version']}", err=True)
    for warning in fetched["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    return fetched


def _build(handler: Handler, fetched: dict[str, Any], *, allow_shrink: bool) -> dict[str, Any]:
    """Start the build by what arrived last: a new feed's manifest, else the allowlist."""
    key = fetched["manifest"] if fetched["status"] == "fetched" else ALLOWLIST
    click.echo(f"build: started by {key}", err=True)
    detail = {"bucket": {"name": _BUCKET}, "object": {"key": key}}
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
    return handler({**event, "allow_shrink": allow_shrink}, None)


def _grant(aws: EmbeddedAws, store: Store, sync: Sync) -> None:
    """Give the account the quotas that the file asks for, and room to replace every group."""
    from localaws import Quotas  # noqa: PLC0415 - as in `_account`

    manifest = newest_manifest(store)
    known = manifest.categories if manifest else ()
    try:
        allowlist = load(sync.config.read_bytes(), source=str(sync.config), known=known)
    except AllowlistError:
        return  # the build reports it, with people's own categories known too
    aws.grant(
        Quotas(
            rule_groups=2 * allowlist.firewall.rule_groups,
            policy_rule_groups=allowlist.firewall.rule_groups,
            policy_capacity=allowlist.firewall.capacity,
        )
    )


def _copy(store: Store, build_id: str, out: Path) -> None:
    """Copy a build's objects out of the bucket, and print its summary."""
    folder = build_key(build_id, "")
    for entry in store.entries(folder):
        _write(out / entry.key.removeprefix(folder), store.get(entry.key))
    render(read_summary((out / "summary.json").read_bytes()), Console())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _clear(out: Path) -> None:
    """Remove what an earlier run left: folders with a number for a name and a summary inside."""
    for folder in out.iterdir() if out.is_dir() else ():
        if folder.name.isdecimal() and (folder / "summary.json").is_file():
            shutil.rmtree(folder)


def _failed(sync: Sync, error: RulesyncError) -> Summary:
    """Summarise a sync that did not come as far as a build."""
    refused = isinstance(error, RefusedError)
    return summarise(
        build_id="",
        feed=FeedFacts(source=sync.feed),
        accounting=Accounting(),
        discarded={},
        calls={},
        variables_missing={},
        refused=str(error) if refused else None,
        failed=None if refused else str(error),
    )
