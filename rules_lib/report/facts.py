"""What a summary stands on: the feed, and where its rules went."""

from __future__ import annotations

from dataclasses import dataclass


def is_none(value: object) -> bool:
    """Whether a field of `summary.json` is left out."""
    return value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFacts:
    """The feed that was used; of a feed that could not be had, only the source is known.

    Attributes:
        source: path or URL.
        enabled: rules that the feed ships enabled, before `rules: on:` wakes any.
        disabled: rules that it ships commented out.
    """

    version: str | None = None
    sha256: str | None = None
    enabled: int = 0
    disabled: int = 0
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """Where every enabled rule went.

    Attributes:
        enabled: what the feed ships enabled, and what `rules: on:` woke.
        setters_added: of the kept ones, those brought in from off categories to set marks.
    """

    enabled: int = 0
    kept: int = 0
    discarded: int = 0
    off: int = 0
    setters_added: int = 0

    @property
    def lost(self) -> int:
        """How many rules nobody can account for: none, if all is right."""
        return self.enabled - self.kept - self.discarded - self.off
