"""`--wait`: the build that an upload starts is followed, and how it ended is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import click

from rules_lib.state.hold import Hold
from rules_lib.text import counted, visible, visible_lines
from rulesync_cli.common import held_words
from rulesync_cli.history.awaited import Ended, PushedInputs, await_build
from rulesync_cli.history.builds import PastBuild
from rulesync_cli.history.outcome import Outcome
from rulesync_cli.history.records import past_build_record
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rulesync_cli.preview import Preview

_EVERY: Final = 60
"""Seconds between two lines of progress where there is no terminal."""

_HELD: Final = 2
"""Exit code where a rollback holds, as of `status` where something waits."""


def pushed_inputs(found: Preview, before: frozenset[str]) -> PushedInputs:
    """What tells the build of an upload from others."""
    return PushedInputs(before, found.gathered.draft.sha256, found.gathered.own.sha256)


def follow(store: Store, pushed: PushedInputs, minutes: int) -> Ended | None:
    """Wait for the build; Ctrl-C ends the waiting, and not the build."""
    with _told_that_it_goes_on(), waiting("waiting for the build to start", _EVERY) as watch:
        return await_build(store, pushed, minutes * 60, watch)


@contextmanager
def _told_that_it_goes_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        tell("the upload is done and its build continues; `rulesync status --watch` follows it")
        raise


def ended_record(ended: Ended | None) -> dict[str, object]:
    """How it ended, as JSON shows it."""
    match ended:
        case None:
            return {"ended": "unfinished", "build": None}
        case Hold():
            return {"ended": "held", "build": None}
        case _:
            return {"ended": _how(ended), "build": past_build_record(ended)}


def _how(ended: PastBuild) -> str:
    """In a word; one that wrote a part of the rule groups is in force, and failed all the same."""
    if not ended.cause:
        return "applied"
    return "refused" if ended.outcome is Outcome.REFUSED else "failed"


def tell_end(ended: Ended | None, minutes: int) -> None:
    """Say how it ended.

    Raises:
        click.ClickException: badly, or not in time.
        SystemExit: a rollback holds.
    """
    match ended:
        case None:
            _fail(
                f"the build has not ended within {counted(minutes, 'minute')}; it may still be "
                "running: `rulesync status` shows it"
            )
        case Hold():
            tell(held_words(ended))
            raise SystemExit(_HELD)
        case _ if ended.cause:
            verb = "was refused" if _how(ended) == "refused" else "failed"
            _fail(f"build {ended.build} {verb}: {ended.cause}")
        case _:
            tell(f"build {visible(ended.build)} is {ended.outcome}")


def _fail(words: str) -> NoReturn:
    raise click.ClickException(visible_lines(words))
