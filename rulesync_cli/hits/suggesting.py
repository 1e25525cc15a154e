"""A suggested edit, shown as a diff or written to a file; never over one unasked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rules_lib.text import counted, visible, visible_lines
from rulesync_cli.allowlist_text import as_it_is
from rulesync_cli.common import print_json
from rulesync_cli.consent import confirm
from rulesync_cli.hits.suggest import (
    Suggestion,
    edit_diff,
    plain_categories,
    suggest_drops,
    suggest_silence,
)

if TYPE_CHECKING:
    from rulesync_cli.hits.classes import WatchedRule


def tell_suggestion(  # noqa: PLR0913 - what the command was told
    watched: Sequence[WatchedRule],
    file: tuple[bytes, str],
    hit_class: str,
    out: Path | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Suggest an edit.

    Args:
        watched: all rules in force.
        file: the allowlist's text and its name.
        hit_class: whose rules the edit is about: ready or noisy.
        out: where the edited allowlist goes; None: the edit is printed as a diff.
        yes: a file that exists may be replaced.
        as_json: print JSON.

    Raises:
        AllowlistError: the allowlist has errors.
        NotApprovedError: the file exists, and nobody agreed to replace it.
    """
    data, name = file
    allowlist = as_it_is(data, name)
    if hit_class == "noisy":
        found = suggest_silence(watched)
    else:
        found = suggest_drops(watched, allowlist, plain_categories(data))
    text = data.decode()
    edited = found.edited(text, name)
    diff = edit_diff(text, edited, name)
    if out and not found.is_empty:
        _write(out, edited, yes=yes)
    if as_json:
        written = str(out) if out and not found.is_empty else None
        print_json({**asdict(found), "diff": diff, "written": written})
    elif not out:
        click.echo(visible_lines(diff), nl=False)
    for line in _words(found, hit_class):
        click.echo(line, err=True)
    if out and not found.is_empty:
        words = f"wrote {visible(str(out))}; `rulesync plan --config {visible(str(out))}`"
        click.echo(f"{words} shows what it would have blocked", err=True)


def _write(out: Path, edited: str, *, yes: bool) -> None:
    if out.exists():
        confirm(f"replace {visible(str(out))}?", yes=yes)
    out.write_bytes(edited.encode())


def _words(found: Suggestion, hit_class: str) -> Iterator[str]:
    if found.is_empty:
        yield f"nothing to suggest: no rule is {hit_class}"
        return
    if found.categories:
        named = ", ".join(map(visible, found.categories))
        yield f"to drop as a whole, new rules too: {named}"
    if found.alert:
        yield f"{counted(len(found.alert), 'rule')} of these go on alerting, by sid"
    if found.drop:
        yield f"to drop, by sid: {counted(len(found.drop), 'rule')}"
    if found.off:
        yield f"to be off: {counted(len(found.off), 'rule')}; these protect no longer"
    yield "no hits proves nothing: read the rules before you push this"
