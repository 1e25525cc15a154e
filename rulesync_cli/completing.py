"""What a shell offers where a build or a target is to be named."""

from __future__ import annotations

import os
from itertools import islice
from typing import Final

import click
from click.shell_completion import CompletionItem

from rules_lib.errors import RulesyncError
from rulesync_cli.account import store_of, whole_bucket
from rulesync_cli.chosen import chosen_again

_COMPLETED: Final = 10
"""How many builds a completion offers: it asks for each, and somebody waits."""


def complete_build(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete an applied build's id, the newest first; none where the bucket cannot be read."""
    bucket = _bucket(ctx)
    if not bucket:
        return []
    from rules_lib.state.applied import applied_builds  # noqa: PLC0415 - not for a help text

    try:
        with chosen_again(ctx):
            names = tuple(islice(applied_builds(store_of(bucket), begun), _COMPLETED))
    except RulesyncError:
        return []
    return [CompletionItem(name) for name in names]


def complete_target(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a target's name, in the file's order; none where the file cannot be read."""
    bucket = _bucket(ctx)
    if not bucket:
        return []
    from rules_lib.fleet.targets_file import targets_in  # noqa: PLC0415 - not for a help text

    try:
        with chosen_again(ctx):
            names = targets_in(whole_bucket(bucket)).names
    except RulesyncError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(begun)]


def _bucket(ctx: click.Context) -> str:
    return str(ctx.params.get("bucket") or os.environ.get("RULESYNC_BUCKET", ""))
