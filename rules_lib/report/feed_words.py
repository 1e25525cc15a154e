"""Releases as people are told of them: `feed 1002`, or `feeds et/open 1002, ours 7`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rules_lib.text import visible


class NamedRelease(Protocol):
    """A feed, and its release if it has one."""

    @property
    def name(self) -> str:
        """The feed's."""

    @property
    def version(self) -> str | None:
        """None where no release has ever arrived."""


def feeds_in_words(feeds: Iterable[NamedRelease], otherwise: str = "-") -> str:
    """Name the releases in use; with the feeds' names where there are several.

    Args:
        feeds: of a build.
        otherwise: stands for the version where none is known.
    """
    used = [feed for feed in feeds if feed.version]
    if len(used) > 1:
        return f"feeds {versions_in_words(used)}"
    return f"feed {visible(used[0].version or '') if used else visible(otherwise)}"


def any_feed(*, several: bool) -> str:
    """Of what a rule is none that is not there."""
    return "any feed" if several else "this feed"


def versions_in_words(used: Sequence[NamedRelease]) -> str:
    """The versions; with the feeds' names where there are several."""
    if len(used) == 1:
        return visible(used[0].version or "-")
    return ", ".join(visible(f"{one.name} {one.version or '-'}") for one in used)
