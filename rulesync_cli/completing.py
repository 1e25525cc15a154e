"""What a shell offers where a build is to be named."""

from __future__ import annotations

import os
from itertools import islice
from typing import Final

import click
from click.shell_completion import CompletionItem

from rules_lib.errors import RulesyncError
from rulesync_cli.account import store_of
from rulesync_cli.chosen import chosen_again

_COMPLETED: Final = 10
"""How many builds a completion offers: it asks for each, and somebody waits."""


def complete_build(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete an applied build's id, the newest first; none where the bucket cannot be read."""
    bucket = ctx.params.get("bucket") or os.environ.get("RULESYNC_BUCKET")
    if not bucket:
        return []
    from rules_lib.state.applied import applied_builds  # noqa: PLC0415 - not for a help text

    try:
        with chosen_again(ctx):
            names = tuple(islice(applied_builds(store_of(bucket), begun), _COMPLETED))
    except RulesyncError:
        return []
    return [CompletionItem(name) for name in names]
