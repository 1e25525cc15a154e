"""`rulesync report`: a build's page, fetched and opened."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from rules_lib.bucket import REPORT, RULE_GROUPS, build_key
from rules_lib.errors import StoreError
from rules_lib.text import visible
from rulesync_cli.account import store_of
from rulesync_cli.common import bucket_option, epilog, json_option, print_json
from rulesync_cli.completing import complete_build
from rulesync_cli.show.browser import shown_in_browser
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from rules_lib.aws.store import Store


@click.command(
    epilog=epilog(
        "rulesync report",
        "rulesync report 20261124T031110Z-d8d3b8ca",
        "rulesync report --out report.html",
    )
)
@click.argument("build", required=False, shell_complete=complete_build)
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the page to this file, and open nothing.")  # fmt: skip
@json_option
@bucket_option
def report(*, bucket: str, build: str | None, out: Path | None, as_json: bool) -> None:
    """Fetch a build's page and open it in the browser.

    Fetches the page of the build in force, or of BUILD, with the rule groups it links to, into a
    temporary folder. Without a screen, it only prints the path. Changes nothing.
    """
    from rulesync_cli.history.published import build_in_force

    with waiting("fetching the page") as watch:
        store = store_of(bucket)
        build = build or build_in_force(store)
        page = _page(store, build)
        if not out:
            watch("fetching the rule groups")
    path = out or _folder(store, build) / REPORT
    path.write_bytes(page)
    opened = out is None and shown_in_browser(path)
    if as_json:
        print_json({"build": build, "path": str(path), "opened": opened})
    else:
        click.echo(visible(str(path)))
    if out is None and not opened:
        click.echo("there is no screen to show it on: open the file yourself", err=True)


def _page(store: Store, build: str) -> bytes:
    """The page of a build.

    Raises:
        StoreError: there is none; says why.
    """
    from rulesync_cli.history.builds import past_build

    key = build_key(build, REPORT)
    stored = store.find(key)
    if stored:
        return stored.body
    past = past_build(store, build)
    cause = past.cause and f": {past.cause}"
    why = f"build {build} {past.outcome}{cause}" if past.summary else "`rulesync builds` lists them"
    raise StoreError(f"{store.address(key)} does not exist; {why}")


def _folder(store: Store, build: str) -> Path:
    """A folder for temporary files with the rule groups of a build, as the page links to them."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix=f"rulesync-{PurePosixPath(build).name}-"))
    groups = folder / RULE_GROUPS
    groups.mkdir()
    for entry in store.entries(build_key(build, RULE_GROUPS)):
        (groups / PurePosixPath(entry.key).name).write_bytes(store.get(entry.key))
    return folder
