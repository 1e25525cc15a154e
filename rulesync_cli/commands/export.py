"""`rulesync export`: a build's rule groups as files of other tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rules_lib.errors import RefusedError
from rules_lib.text import count, counted, visible
from rulesync_cli.account import store_of
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import FOLDER, epilog, json_option, print_json
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.state.groupfile import Restored

_NAMES: Final = ("terraform", "cloudformation", "lza")
_LEAST: Final = 20_000
"""Bytes: room for one rule of any length beside a file's own text."""


@click.command(
    epilog=epilog(
        "rulesync export --format terraform --out network-firewall",
        "rulesync export --format cloudformation --build 20261124T031110Z-d8d3b8ca",
        "rulesync export out/1 --format cloudformation --max-bytes 51200",
        "rulesync export out/1 --format lza --lza-region eu-west-1",
    )
)
@click.argument("results", type=FOLDER, required=False)
@click.option("--format", "form", type=click.Choice(_NAMES), required=True,
              help="The tool that reads the files; `lza` is AWS's Landing Zone Accelerator."
              )  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("export"),
              show_default=True, metavar="DIR", help="Where the files go.")  # fmt: skip
@click.option("--max-bytes", type=click.IntRange(min=_LEAST), metavar="N",
              help="Split rule groups so that no file with rules is larger. Default: what the "
              "tool or the service takes.")  # fmt: skip
@click.option("--lza-region", "regions", multiple=True, metavar="REGION",
              help="With `lza`: a region to deploy to. Repeat it for more.")  # fmt: skip
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True,
              help="Without RESULTS: the stack's bucket.")  # fmt: skip
@click.option("--build", metavar="ID", default="",
              help="With --bucket: this build. Default: the one in force.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite a folder that has other files.")
@json_option
@aws_options
def export(  # noqa: PLR0913 - an argument for each option
    *,
    results: Path | None,
    form: str,
    out: Path,
    max_bytes: int | None,
    regions: tuple[str, ...],
    bucket: str | None,
    build: str,
    force: bool,
    as_json: bool,
) -> None:
    """Write a build's rule groups as files of another tool.

    For firewalls that something else deploys. RESULTS is a results folder of `rulesync local`;
    without it, the build in force is exported. The rules are exactly those of the build, with
    variables, capacities and priorities. Changes nothing in the account.
    """
    from rulesync_cli.export import FORMATS, exported_groups, remarks_on

    chosen = FORMATS[form]
    if chosen.needs_regions and not regions:
        raise click.UsageError("the accelerator has to be told regions: give --lza-region")
    with waiting("reading the build"):
        restored = _restored(results, bucket, build)
        most = max_bytes or chosen.most
        groups = exported_groups(
            restored, lambda declared: most - chosen.overhead(declared), chosen.size
        )
    chosen.refuse(groups)
    files = chosen.write(groups, regions)
    _write(files, out, force=force)
    remarks = tuple(remarks_on(form, groups))
    for remark in remarks:
        tell(f"warning: {remark}")
    if as_json:
        listed = [
            {"name": one.name, "lasting": one.lasting, "priority": one.priority,
             "capacity": one.capacity, "rules": len(one.rules)}
            for one in groups
        ]  # fmt: skip
        document = {"format": form, "written": [str(out / name) for name in files]}
        print_json(document | {"rule_groups": listed, "warnings": list(remarks)})
        return
    rules = count(sum(len(one.rules) for one in groups))
    click.echo(f"{visible(str(out))}: {counted(len(groups), 'rule group')}, {rules} rules")


def _restored(results: Path | None, bucket: str | None, build: str) -> Restored:
    from rules_lib.state.applied import applied_build
    from rulesync_cli.history.published import build_in_force, groups_in_folder

    if results:
        restored, _ = groups_in_folder(results)
        return restored
    if not bucket:
        raise click.UsageError("give a results folder, or the stack's bucket with --bucket")
    store = store_of(bucket)
    return applied_build(store, build or build_in_force(store)).restored


def _write(files: Mapping[str, bytes], out: Path, *, force: bool) -> None:
    """Write the files and nothing else: what an earlier export left in their folders goes."""
    import shutil

    folders = {name.split("/", 1)[0] for name in files if "/" in name}
    known = {*folders, *(name for name in files if "/" not in name)}
    strange = sorted({path.name for path in out.iterdir()} - known) if out.is_dir() else []
    if strange and not force:
        raise RefusedError(
            f"{out} has other files, such as {strange[0]}: give another folder, or --force"
        )
    for folder in folders:
        shutil.rmtree(out / folder, ignore_errors=True)
    for name, data in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(data)
