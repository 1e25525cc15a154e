"""`rulesync local`: both Lambda handlers as deployed, on an embedded AWS, no account needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from rules_lib.bucket import SUMMARY
from rules_lib.text import visible
from rulesync_cli.common import (
    FEED,
    FILE,
    FOLDER,
    epilog,
    json_option,
    print_json,
    unproven_option,
)
from rulesync_cli.shipped import usual_config
from rulesync_cli.show.console import stdout, wide_option

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.report.summary import Summary
    from rulesync_cli.embedded import Sync

_Given = TypeVar("_Given")

_OUT: Final = click.Path(file_okay=False, path_type=Path)


@click.command(
    epilog=epilog(
        "rulesync local --feed emerging.rules.tar.gz",
        "rulesync local --feed monday.tar.gz --feed tuesday.tar.gz --config mine.yaml --out out",
        "rulesync local --feed URL --feed URL --config before.yaml --config after.yaml --out out",
        "rulesync local --feeds feeds.yaml",
        codes="0 all syncs done; 1 a sync failed or was refused; 2 wrong usage",
    )
)
@click.option("--feed", "feeds", type=FEED, multiple=True, metavar="PATH_OR_URL",
              help="The feed's archive (.tar.gz, .zip, .rules and more): a path, or an http, https "
              "or file URL. Repeat it for successive syncs on the same embedded account; the "
              "last one is reused. Required without --feeds; with it, it is et/open.")  # fmt: skip
@click.option("--feeds", "lists", type=FILE, multiple=True, metavar="FILE",
              help="A list of feeds, as config/feeds.yaml. Their urls can be paths. Repeat it for "
              "successive syncs; the last one is reused.")  # fmt: skip
@click.option("--config", "configs", multiple=True, type=FILE, metavar="FILE",
              help="The allowlist. Repeat it for successive syncs; the last one is reused.  "
              "[default: config/categories.yaml or categories.yaml, else the shipped one]"
              )  # fmt: skip
@click.option("--local", "own", type=FOLDER, metavar="DIR",
              help="Folder with your own .rules files; each is a category local-<file>."
              )  # fmt: skip
@click.option("--policy", "policies", multiple=True, metavar="NAME",
              help="Attach the rule groups to this firewall policy of the embedded account, "
                   "created if it does not exist. Repeat it for more.")  # fmt: skip
@click.option("--allow-shrink", is_flag=True,
              help="Let these syncs remove more rules than max_shrink allows, and unblock more "
                   "than max_unblock allows."
              )  # fmt: skip
@unproven_option
@click.option("--out", default=Path("out"), show_default=True, type=_OUT, metavar="DIR",
              help="Where the results go: DIR/1 for the first sync, DIR/2 for the second …"
              )  # fmt: skip
@json_option
@wide_option
def local(  # noqa: PLR0913 - an argument for each option
    *,
    feeds: tuple[Address, ...],
    lists: tuple[Path, ...],
    configs: tuple[Path, ...],
    own: Path | None,
    policies: tuple[str, ...],
    allow_shrink: bool,
    unproven: bool,
    out: Path,
    as_json: bool,
) -> None:
    """Run both Lambda functions on an embedded AWS, without an account.

    Fetches the feed, builds the rule groups and applies them in an AWS that exists only while this
    command runs. Each sync writes the files of a build into its folder: rule-groups/ (exactly what
    was published), summary.json, plan.json, discarded.jsonl and .csv, changed.jsonl and
    report.html. Prints the summary. The first sync that fails or is refused ends the command.
    """
    from rulesync_cli.embedded import Sync, account, run

    if not feeds and not lists:
        raise click.UsageError("Missing option '--feed' or '--feeds'.")
    configs = configs or (usual_config(),)
    syncs = [
        Sync(
            feed=_nth(feeds, number),
            config=configs[min(number, len(configs)) - 1],
            own=own,
            allow_shrink=allow_shrink,
            out=out / str(number),
            feeds=_nth(lists, number),
        )
        for number in range(1, max(len(feeds), len(lists), len(configs)) + 1)
    ]
    _clear(out)
    try:
        with account(policies, unproven=unproven) as aws:
            for number, sync in enumerate(syncs, start=1):
                click.echo(f"sync {number} of {len(syncs)}: {visible(sync.source)}", err=True)
                run(sync, aws, _silent if as_json else _shown)
    finally:
        if as_json:
            print_json({"syncs": list(_summaries(syncs))})


def _nth(given: Sequence[_Given], number: int) -> _Given | None:
    """What holds for a sync, the last for good; None where nothing was given."""
    return given[min(number, len(given)) - 1] if given else None


def _shown(summary: Summary) -> None:
    from rulesync_cli.show.tables import render_summary

    render_summary(summary, stdout())


def _silent(_: Summary) -> None:
    """The summaries are printed together, at the end."""


def _summaries(syncs: Iterable[Sync]) -> Iterable[object]:
    import json

    paths = (sync.out / SUMMARY for sync in syncs)
    return (json.loads(path.read_bytes()) for path in paths if path.is_file())


def _clear(out: Path) -> None:
    """Remove what an earlier run left: folders with a number for a name and a summary inside."""
    import shutil

    for folder in out.iterdir() if out.is_dir() else ():
        if folder.name.isdecimal() and (folder / SUMMARY).is_file():
            shutil.rmtree(folder)
