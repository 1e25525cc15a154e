"""The commands that work on an account, or on any endpoint that AWS_ENDPOINT_URL names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from rules_lib.allowlist import load
from rules_lib.aws import clients
from rules_lib.aws.store import Store, newest_manifest
from rules_lib.cli.common import (
    FILE,
    account_options,
    json_option,
    print_json,
    shrink_option,
    told,
    world,
)
from rules_lib.cli.plans import render_plan
from rules_lib.cli.tables import render
from rules_lib.deploy.steps import record
from rules_lib.errors import SyncError
from rules_lib.gather import ALLOW_SHRINK, ALLOWLIST, Draft
from rules_lib.history.rollback import resume as lift
from rules_lib.history.rollback import rollback as put_back
from rules_lib.history.state import HOLD, LATEST, Hold, Latest
from rules_lib.preview import preview
from rules_lib.sync import sync

_CHANGES: Final = 2
"""Exit code of `plan` where there is something to do."""


@click.command()
@click.option("--config", type=FILE, help="An edited allowlist; else the bucket's.")
@shrink_option
@json_option
@account_options
def plan(
    *,
    bucket: str,
    policies: tuple[str, ...],
    config: Path | None,
    allow_shrink: bool,
    as_json: bool,
) -> None:
    """Say what a sync would do now; change nothing.

    With --config: what an edit would do, before it is uploaded.

    Exit codes: 0 nothing to do; 2 there are changes; 1 error.
    """
    draft = Draft(config.read_bytes(), str(config)) if config else None
    with told():
        found = preview(world(bucket, policies), draft, allow_shrink=allow_shrink)
    if as_json:
        steps = [record(step) for step in found.plan.steps]
        print_json({"summary": json.loads(found.summary.to_json()), "steps": steps})
    else:
        render(found.summary, Console())
        render_plan(found.plan, Console())
    raise SystemExit(_CHANGES if found.changes else 0)


@click.command()
@shrink_option
@json_option
@account_options
def apply(*, bucket: str, policies: tuple[str, ...], allow_shrink: bool, as_json: bool) -> None:
    """Run a sync now, from here, as the build function does."""
    with told():
        outcome = sync(world(bucket, policies), allow_shrink=allow_shrink)
        if isinstance(outcome, Hold):
            raise SyncError(outcome.build, _held(outcome))
    if as_json:
        print_json(json.loads(outcome.to_json()))
    else:
        render(outcome, Console())


@click.command()
@click.argument("file", type=FILE)
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True,
              help="To know its categories too, people's own among them.")  # fmt: skip
def check(file: Path, bucket: str | None) -> None:
    """Check an allowlist: every error, with its line and the nearest valid name."""
    with told():
        manifest = newest_manifest(Store(clients.s3(), bucket)) if bucket else None
        allowlist = load(
            file.read_bytes(), source=str(file), known=manifest.categories if manifest else ()
        )
    click.echo(f"{file}: valid, {len(allowlist.categories)} categories")


@click.command()
@click.argument("file", type=FILE)
@shrink_option
@account_options
def push(file: Path, *, bucket: str, policies: tuple[str, ...], allow_shrink: bool) -> None:
    """Check an allowlist, show what it will do, and upload it; that starts a build."""
    draft = Draft(file.read_bytes(), str(file))
    with told():
        here = world(bucket, policies)
        found = preview(here, draft, allow_shrink=allow_shrink)
        render(found.summary, Console())
        render_plan(found.plan, Console())
        meant = {ALLOW_SHRINK: "true"} if allow_shrink else {}
        here.store.put(ALLOWLIST, draft.text, content_type="application/yaml", metadata=meant)
    click.echo(f"uploaded to s3://{bucket}/{ALLOWLIST}", err=True)


@click.command()
@json_option
@account_options
def status(*, bucket: str, policies: tuple[str, ...], as_json: bool) -> None:
    """Say what is in force: the newest build, its feed, and whether a rollback holds."""
    with told():
        store = world(bucket, policies).store
        latest, held = store.find(LATEST), store.find(HOLD)
        build = Latest.parse(latest.body) if latest else None
        hold = Hold.parse(held.body) if held else None
    if as_json:
        print_json(
            {
                "latest": build.model_dump(mode="json") if build else None,
                "hold": hold.model_dump(mode="json") if hold else None,
            }
        )
        return
    if build is None:
        click.echo("no build has been applied yet")
    else:
        click.echo(f"build {build.build}, feed {build.version}, applied {build.applied_at}")
        click.echo(f"{len(build.groups)} rule groups: {', '.join(build.groups)}")
    if hold:
        click.echo(_held(hold))


@click.command()
@click.argument("build")
@json_option
@account_options
def rollback(build: str, *, bucket: str, policies: tuple[str, ...], as_json: bool) -> None:
    """Put the rule groups of an earlier BUILD back, exactly, and hold them.

    Works from the bucket alone, without the feed. Syncs change nothing until `rulesync resume`.
    """
    with told():
        steps, applied = put_back(world(bucket, policies), build)
        if applied.failures:
            failed = "; ".join(f"{one.name}: {one.cause}" for one in applied.failures)
            raise SyncError(build, f"not all of build {build} could be put back: {failed}")
    if as_json:
        print_json({"build": build, "steps": [record(step) for step in steps.steps]})
        return
    render_plan(steps, Console())
    click.echo(f"build {build} is in force and held; `rulesync resume` lets syncs go on", err=True)


@click.command()
@account_options
def resume(*, bucket: str, policies: tuple[str, ...]) -> None:
    """Lift the hold of a rollback: the next sync goes on with the newest feed."""
    with told():
        held = lift(world(bucket, policies).store)
    click.echo(f"lifted: {_held(held)}" if held else "nothing is held", err=True)


def _held(hold: Hold) -> str:
    return f"held at build {hold.build} since {hold.since}; `rulesync resume` lifts it"
