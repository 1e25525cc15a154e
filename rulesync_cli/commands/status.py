"""`rulesync status`: what is in force."""

from __future__ import annotations

import click

from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.text import counted, visible
from rulesync_cli.account import world
from rulesync_cli.common import account_options, epilog, json_option, moment, print_json
from rulesync_cli.show.console import say, stdout
from rulesync_cli.show.tables import tally


@click.command(
    epilog=epilog(
        "rulesync status", "rulesync status --json | jq -r .latest.build"
    )
)  # fmt: skip
@json_option
@account_options
def status(*, bucket: str, policies: tuple[str, ...], as_json: bool) -> None:
    """Say which build is in force, and whether it is held.

    Reads two small objects of the bucket; changes nothing.
    """
    store = world(bucket, policies).store
    build, hold = Latest.find(store), Hold.find(store)
    if as_json:
        print_json(
            {
                "latest": build.model_dump(mode="json") if build else None,
                "hold": hold.model_dump(mode="json") if hold else None,
            }
        )
        return
    console = stdout()
    for line in (*_build(build), *((held_words(hold),) if hold else ())):
        say(console, line)


def held_words(hold: Hold) -> str:
    """What a hold means for people."""
    return f"held at build {hold.build} since {moment(hold.since)}; `rulesync resume` lifts it"


def _build(build: Latest | None) -> tuple[str, ...]:
    if build is None:
        return ("no build has been applied yet",)
    lines = (
        f"build {build.build}, feed {visible(build.version)}, applied {moment(build.applied_at)}",
        f"{counted(len(build.groups), 'rule group')}: {', '.join(build.groups)}",
    )
    if build.discarded is None:
        return lines
    return (*lines, f"discarded: {tally(build.discarded.items()) or 'none'}")
