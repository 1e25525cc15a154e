"""`rulesync hold`: what is in force stays, until `rulesync resume`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from rules_lib.errors import RefusedError
from rulesync_cli.account import store_of
from rulesync_cli.common import bucket_option, epilog, held_words, json_option, print_json
from rulesync_cli.consent import confirm, yes_option
from rulesync_cli.words import tell


@click.command(epilog=epilog("rulesync hold", "rulesync hold --target us-prod --yes"))
@yes_option
@json_option
@bucket_option
def hold(*, bucket: str, yes: bool, as_json: bool) -> None:
    """Hold what is in force, until `rulesync resume`.

    Writes the hold to the bucket. Syncs then change nothing. Rule groups stay as they are. While a
    target is held, its ring lets nothing past.
    """
    from rules_lib.state.hold import Hold
    from rules_lib.state.latest import Latest

    store = store_of(bucket)
    latest = Latest.find(store)
    if latest is None:
        raise RefusedError("no build was applied yet, so there is nothing to hold")
    if held := Hold.find(store):
        raise RefusedError(held_words(held))
    confirm(f"hold build {latest.build}?", yes=yes)
    made = Hold(build=latest.build, since=datetime.now(UTC).isoformat())
    made.put(store)
    if as_json:
        print_json(made.model_dump(mode="json"))
    tell(f"build {latest.build} is held; `rulesync resume` lets syncs continue")
