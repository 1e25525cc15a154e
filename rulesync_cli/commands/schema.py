"""`rulesync schema`: the JSON Schema of the allowlist, for editors."""

from __future__ import annotations

import click

from rulesync_cli.common import epilog, print_json


@click.command(
    epilog=epilog(
        "rulesync schema > categories.schema.json", "rulesync schema --feeds > feeds.schema.json"
    )
)
@click.option("--feeds", is_flag=True, help="That of the list of feeds instead.")
def schema(*, feeds: bool) -> None:
    """Print the JSON Schema of the allowlist, for editors.

    Editors use it to complete and check the file. Save it beside the file, as
    categories.schema.json.
    """
    from rulesync_cli.editors import feeds_schema, json_schema

    print_json(feeds_schema() if feeds else json_schema())
