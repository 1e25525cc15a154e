"""The releases that a build was made from, as it is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from rules_lib.facts.feeds import ET_OPEN

if TYPE_CHECKING:
    from rules_lib.report.summary import Summary


class UsedRelease(BaseModel):
    """A feed's release that a build was made from.

    Attributes:
        name: of the feed.
        prefix: of its categories.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    sha256: str
    prefix: str = ""


def only_release(version: str | None, sha256: str | None) -> tuple[UsedRelease, ...]:
    """The release of a build from before there were several feeds; none where there was none."""
    if version and sha256:
        return (UsedRelease(name=ET_OPEN, version=version, sha256=sha256),)
    return ()


def releases_of(summary: Summary) -> tuple[UsedRelease, ...]:
    """The releases that a build was made from, whichever version wrote its summary."""
    if not summary.feeds:
        return only_release(summary.feed.version, summary.feed.sha256)
    return tuple(
        UsedRelease(name=one.name, version=one.version, sha256=one.sha256, prefix=one.prefix)
        for one in summary.feeds
        if one.version and one.sha256
    )
