"""What a summary stands on: the feed, and where its rules went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """The feed that was used; of a feed that could not be had, only the source is known.

    Attributes:
        source: path or URL.
        enabled: rules that the feed ships enabled, before `rules: on:` wakes any.
        disabled: rules that it ships commented out.
    """

    source: str
    version: str | None = None
    sha256: str | None = None
    enabled: int = 0
    disabled: int = 0

    def as_json(self) -> dict[str, object]:
        """`feed` of `summary.json`."""
        return {
            "version": self.version,
            "sha256": self.sha256,
            "enabled": self.enabled,
            "disabled": self.disabled,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Accounting:
    """Where every enabled rule went; the rest of `enabled` are the discarded ones.

    Attributes:
        enabled: what the feed ships enabled, and what `rules: on:` woke.
        setters_added: of the kept ones, those brought in from off categories to set marks.
    """

    enabled: int = 0
    kept: int = 0
    off: int = 0
    setters_added: int = 0

    def as_json(self, discarded: int) -> dict[str, int]:
        """`rules` of `summary.json`."""
        return {
            "enabled": self.enabled,
            "kept": self.kept,
            "discarded": discarded,
            "off": self.off,
            "setters_added": self.setters_added,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, int]) -> Accounting:
        """Read `rules` of `summary.json` back."""
        return cls(record["enabled"], record["kept"], record["off"], record["setters_added"])
