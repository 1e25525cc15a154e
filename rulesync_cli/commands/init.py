"""`rulesync init`: the shipped allowlist and its schema, to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from rules_lib.text import visible
from rulesync_cli.common import epilog, json_option, print_json
from rulesync_cli.shipped import ALLOWLIST_NAME, shipped_folder, shipped_variants

_SCHEMA: Final = "categories.schema.json"
_LIST_SCHEMA: Final = "feeds.schema.json"
_USUAL: Final = "usual"


@click.command(
    epilog=epilog(
        "rulesync init",
        "rulesync init --variant strict",
        "rulesync init config --force",
        codes="0 written; 1 a file exists already or cannot be written; 2 wrong usage",
    )
)
@click.argument("folder", metavar="[DIR]", default=".",
                type=click.Path(file_okay=False, path_type=Path))  # fmt: skip
@click.option("--variant", default=_USUAL, show_default=True, metavar="NAME",
              help="Which of the shipped allowlists: usual, strict, or beside-aws-managed."
              )  # fmt: skip
@click.option(
    "--feeds",
    is_flag=True,
    help="Write a list of feeds to begin with, feeds.yaml, and its schema instead.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@json_option
def init(*, folder: Path, variant: str, feeds: bool, force: bool, as_json: bool) -> None:
    """Write the shipped allowlist and its schema.

    Writes categories.yaml and categories.schema.json into DIR, by default the current folder. If
    one of them exists and differs, nothing is written. Needs no account.
    """
    files = _list_files() if feeds else _files(variant)
    if not force:
        _refuse_overwriting(folder, files)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    written = [str(folder / name) for name in files]
    if as_json:
        print_json({"variant": None if feeds else variant, "written": written})
    for path in written:
        click.echo(f"wrote {visible(path)}", err=True)
    if not as_json:
        option = "--feeds " if feeds else ""
        click.echo(
            f"edit {visible(written[0])}, then `rulesync check {option}{visible(written[0])}`"
        )


def _files(variant: str) -> dict[str, bytes]:
    import json

    from rulesync_cli.editors import json_schema

    known = shipped_variants()
    if variant not in known:
        names = ", ".join(known)
        raise click.BadParameter(f"there is no {variant!r}: {names}", param_hint="--variant")
    schema = json.dumps(json_schema(), indent=2).encode() + b"\n"
    return {ALLOWLIST_NAME: known[variant].read_bytes(), _SCHEMA: schema}


def _list_files() -> dict[str, bytes]:
    import json

    from rulesync_cli.editors import feeds_schema
    from rulesync_cli.feed_list import LIST_NAME

    schema = json.dumps(feeds_schema(), indent=2).encode() + b"\n"
    return {LIST_NAME: (shipped_folder() / LIST_NAME).read_bytes(), _LIST_SCHEMA: schema}


def _refuse_overwriting(folder: Path, files: dict[str, bytes]) -> None:
    """Let nobody's edits go.

    Raises:
        click.ClickException: a file is there, and is not what would be written.
    """
    there = [
        str(folder / name)
        for name, data in files.items()
        if (folder / name).exists() and (folder / name).read_bytes() != data
    ]
    if there:
        raise click.ClickException(
            f"already there: {', '.join(there)}; nothing was written. --force overwrites"
        )
