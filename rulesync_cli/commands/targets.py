"""`rulesync targets`: the accounts and regions that a stack serves, and what each has in force."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime
from typing import Final

import click
from click.core import ParameterSource

from rulesync_cli.account import whole_bucket
from rulesync_cli.commands.targets_adopt import adopt
from rulesync_cli.commands.targets_remove import remove
from rulesync_cli.commands.targets_rename import rename
from rulesync_cli.common import epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.show.console import stdout, wide_option
from rulesync_cli.show.progress import waiting

_VERB: Final = "rulesync.verb"


class _OrAVerb(click.Group):
    """A command that shows something by itself, and has verbs that change it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look first whether a verb follows."""
        _, words, _ = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_VERB] = bool(words)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its options, of which none is required where a verb follows, which has its own."""
        params = super().get_params(ctx)
        return [_optional(one) for one in params] if ctx.meta.get(_VERB) else params


def _optional(param: click.Parameter) -> click.Parameter:
    found = copy(param)
    found.required = False
    return found


@click.group(
    cls=_OrAVerb,
    invoke_without_command=True,
    commands=(remove, rename, adopt),
    epilog=epilog(
        "rulesync targets",
        "rulesync targets --json | jq -r '.targets[] | select(.state == \"failing\") | .name'",
    ),
)
@json_option
@wide_option
@whole_bucket_option
@click.pass_context
def targets(ctx: click.Context, *, bucket: str, as_json: bool) -> None:
    """Show the targets by ring, and what each has in force.

    Reads config/targets.yaml of the bucket and two small files for each target, and the hits of
    those for which a ring waits. Asks no other account. Changes nothing.
    """
    if verb := ctx.invoked_subcommand:
        given = ctx.get_parameter_source("bucket") is ParameterSource.COMMANDLINE
        if given or as_json:
            raise click.UsageError(f"give --bucket and --json after `{verb}`")
        return
    _show(bucket, as_json=as_json)


def _show(bucket: str, *, as_json: bool) -> None:
    from rules_lib.fleet.rights import read_rights
    from rules_lib.fleet.table import fleet_table
    from rules_lib.fleet.targets_file import targets_in
    from rulesync_cli.show.fleet import render_fleet

    now = datetime.now(UTC)
    with waiting("reading the targets"):
        root = whole_bucket(bucket)
        table = fleet_table(read_rights(root, targets_in(root), now), now)
    if as_json:
        print_json(table.document())
    else:
        render_fleet(table, stdout())
