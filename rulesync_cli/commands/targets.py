"""`rulesync targets`: the accounts and regions that a stack serves, and what each has in force."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from rulesync_cli.account import whole_bucket
from rulesync_cli.common import epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.show.console import stdout, wide_option
from rulesync_cli.show.progress import waiting


@click.command(
    epilog=epilog(
        "rulesync targets",
        "rulesync targets --json | jq -r '.targets[] | select(.state == \"failing\") | .name'",
    )
)
@json_option
@wide_option
@whole_bucket_option
def targets(*, bucket: str, as_json: bool) -> None:
    """Show the targets by ring, and what each has in force.

    Reads config/targets.yaml of the bucket and two small files for each target. Asks no other
    account. Changes nothing.
    """
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
