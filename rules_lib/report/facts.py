"""What a summary stands on: the feeds, and where their rules went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # pydantic reads the annotations at run time


def is_none(value: object) -> bool:
    """Whether a field of `summary.json` is left out."""
    return value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFacts:
    """The first feed that was used; of a feed that could not be had, only the source is known.

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


_NOTHING = Accounting()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One of the feeds that people want.

    Attributes:
        name: as in `config/feeds.yaml`.
        prefix: of its categories.
        version: of the release in use; None where none has ever arrived, as are the sha256, the
            source and the time of the fetch.
        source: without credentials.
        enabled: rules that the release ships enabled, before `rules: on:` wakes any.
        disabled: rules that it ships commented out.
        rules: where its rules went, those included that were woken.
        categories: their names, in order.
        vendor: empty where it is not known, as is the licence.
        licence_url: where a licence of the vendor's own is to be read; empty for a usual one.
    """

    name: str
    prefix: str = ""
    version: str | None = None
    sha256: str | None = None
    source: str | None = None
    fetched_at: datetime | None = None
    enabled: int = 0
    disabled: int = 0
    rules: Accounting = _NOTHING
    categories: tuple[str, ...] = ()
    vendor: str = ""
    licence: str = ""
    licence_url: str = ""
