"""`state/edition.json`, and `editions/<id>/edition.json`: what targets may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from rules_lib.bucket import EDITION, NEWEST_EDITION, edition_key
from rules_lib.state.statefile import Moment, StateFile

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

EDITION_FORM = "[0-9]{6,}-[0-9a-f]{8}"


class Edition(StateFile):
    """What a build is made from, as it was at one time.

    Attributes:
        id: its number and a hash; names its folder below `editions/`.
        at: when it was made; ISO 8601, UTC.
        files: identifies people's files in it.
        sha256: identifies all of it.
        manifests: keys of the feeds of which the newest may be taken.
    """

    KEY = NEWEST_EDITION
    ADVICE = "Delete the object: the next run makes an edition of what the bucket has."

    id: Annotated[str, Field(pattern=f"^{EDITION_FORM}$")]
    at: Moment
    files: str
    sha256: str
    manifests: tuple[str, ...]

    @property
    def number(self) -> int:
        """Of two editions, the one that was made later has the greater."""
        return number_of(self.id)

    @classmethod
    def stored(cls, store: Store, edition: str) -> Self:
        """Read an edition by its id.

        Raises:
            StoreError: it is gone, or cannot be read.
        """
        return cls.parse(store.get(edition_key(edition, EDITION)))


def edition_id(number: int, sha256: str) -> str:
    """Name an edition."""
    return f"{number:06d}-{sha256[:8]}"


def number_of(edition: str) -> int:
    """The number of an edition, by its id; 0 where it is none."""
    digits = edition.partition("-")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
