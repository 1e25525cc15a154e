"""The build that an upload starts, awaited: which of the builds it is, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.bucket import BUILDS
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.state.turn import TurnHolder
from rulesync_cli.history.builds import PastBuild, past_build
from rulesync_cli.history.outcome import Outcome

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

_PAUSE: Final = 5
"""Seconds between two looks; each is a handful of requests."""

Ended: TypeAlias = PastBuild | Hold
"""How it ended: with a build, or not at all, as a rollback holds."""


@dataclass(frozen=True, slots=True)
class PushedInputs:
    """What was uploaded, by which its build is told from others.

    Attributes:
        before: builds that had ended before the upload.
        allowlist: SHA-256 of the bucket's allowlist since.
        own: identifies people's own rules since (see `OwnFiles.sha256`).
    """

    before: frozenset[str]
    allowlist: str
    own: str

    def went_into(self, build: PastBuild, latest: Latest | None) -> bool:
        """Whether a build was made from it.

        A file that is uploaded starts a build of its own, which may come before the last file has.
        A build that failed does not say from which own rules it was made.
        """
        if build.allowlist not in {"", self.allowlist}:
            return False
        return latest is None or latest.build != build.build or latest.own in {"", self.own}


def builds_before(store: Store) -> frozenset[str]:
    """The builds that have ended: one that runs may still read what is about to be uploaded.

    Raises:
        StoreError: the bucket cannot be read.
    """
    names = store.folders(BUILDS)
    newest = past_build(store, names[-1]) if names else None
    is_open = newest is not None and newest.outcome is Outcome.UNFINISHED
    return frozenset(names[:-1] if is_open else names)


def await_build(
    store: Store, pushed: PushedInputs, seconds: float, watch: Callable[[str], None]
) -> Ended | None:
    """Wait until the build of an upload has ended; None where it takes longer than that.

    Args:
        store: the bucket.
        pushed: what was uploaded.
        seconds: how long at most.
        watch: is told what is being waited for.

    Raises:
        StoreError: the bucket cannot be read.
    """
    end = monotonic() + seconds
    while True:
        if ended := _look(store, pushed, watch):
            return ended
        if monotonic() + _PAUSE > end:
            return None
        sleep(_PAUSE)


def _look(store: Store, pushed: PushedInputs, watch: Callable[[str], None]) -> Ended | None:
    if hold := Hold.find(store):
        return hold
    turn = TurnHolder.find(store)
    if turn and turn.until > datetime.now(UTC):
        watch("a build is running")
        return None  # and may start over, for what has arrived meanwhile
    watch("waiting for the build to start")
    latest = Latest.find(store)
    for name in reversed(store.folders(BUILDS)):
        if name in pushed.before:  # also between ours, as ids tell no order within a second
            continue
        build = past_build(store, name, latest.build if latest else "")
        if build.summary and pushed.went_into(build, latest):
            return build
    return None
