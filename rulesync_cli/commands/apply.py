"""`rulesync apply`: a sync now, from here."""

from __future__ import annotations

import json

import click

from rules_lib.errors import SyncError
from rules_lib.state.hold import Hold
from rules_lib.sync.run import sync
from rulesync_cli.account import world
from rulesync_cli.common import (
    account_options,
    epilog,
    held_words,
    json_option,
    print_json,
    shrink_option,
)
from rulesync_cli.show.console import stdout
from rulesync_cli.show.progress import waiting
from rulesync_cli.show.tables import render_summary


@click.command(epilog=epilog("rulesync apply", "rulesync apply --json | jq .rules"))
@shrink_option
@json_option
@account_options
def apply(*, bucket: str, policies: tuple[str, ...], allow_shrink: bool, as_json: bool) -> None:
    """Run a sync now, from here, as the build function does.

    Reads the bucket's newest feed, its allowlist and your own rules; has the service validate every
    rule group that changes; then writes the groups, switches the policies, and stores the build
    under builds/. While a rollback holds, nothing changes and it is an error. A sync that is
    interrupted leaves what it has written so far; the next one goes on from there.
    """
    with waiting() as watch:
        outcome = sync(world(bucket, policies, watch), allow_shrink=allow_shrink)
    if isinstance(outcome, Hold):
        raise SyncError(outcome.build, held_words(outcome))
    if as_json:
        print_json(json.loads(outcome.to_json()))
    else:
        render_summary(outcome, stdout())
