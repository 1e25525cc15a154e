"""What one build leaves for the next: the newest applied build, and what the service refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, RootModel, ValidationError

from rules_lib.bucket import HOLD, LATEST, REFUSALS
from rules_lib.errors import StoreError
from rules_lib.misfits import misfits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules_lib.aws.store import Stored


def _aware(text: str) -> str:
    """Let no time pass that cannot be told."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("no time zone")
    return text


Moment = Annotated[str, AfterValidator(_aware)]
"""ISO 8601, with its time zone."""


class StateFile(BaseModel):
    """A small JSON file of the bucket; subclasses say which, by `KEY`.

    Attributes:
        ADVICE: what people do about one that cannot be read, and what that means.
    """

    KEY: ClassVar[str]
    ADVICE: ClassVar[str]
    model_config = ConfigDict(frozen=True)

    def to_json(self) -> bytes:
        """Render the file."""
        return self.model_dump_json(indent=2).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the file.

        Raises:
            StoreError: it is not of this form.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise StoreError(f"{cls.KEY} cannot be read: {misfits(error)}. {cls.ADVICE}") from error


class Cache(StateFile):
    """A file that only spares work: one that cannot be read is as good as none."""

    ADVICE = "It is ignored, and written anew."

    @classmethod
    def recall(cls, stored: Stored | None) -> tuple[Self | None, tuple[str, ...]]:
        """Read the file, if it is there and can be read; with a warning where it cannot."""
        try:
            return (cls.parse(stored.body) if stored else None), ()
        except StoreError as error:
            return None, (str(error),)


class Latest(StateFile):
    """The newest build whose groups are in force.

    Attributes:
        build: its id, and so its folder under `builds/`.
        version: of its feed.
        sha256: of its feed.
        applied_at: ISO 8601, UTC.
        categories_seen: names that this or an earlier feed had; a file that lists one is no typo.
        allowlist: SHA-256 of its allowlist.
        prefix: of its groups.
        groups: name -> slot of each of its groups.
        discarded: how many rules it discarded, by reason; None where an earlier version wrote it.
        discards: mark of the newest copy under `discarded/` (see `history.discards`).
    """

    KEY = LATEST
    ADVICE = (
        "Restore the object's earlier version; or delete it: the next build then compares with no "
        "earlier one, and a category that only older feeds had is taken for a mistyped one."
    )

    build: str
    version: str
    sha256: str
    applied_at: str
    categories_seen: tuple[str, ...] = ()
    allowlist: str = ""
    prefix: str = ""
    groups: Mapping[str, str] = {}
    discarded: Mapping[str, int] | None = None
    discards: str = ""


class Hold(StateFile):
    """A rollback holds the groups as they are until somebody resumes.

    Attributes:
        build: whose groups were put back.
        since: ISO 8601, UTC.
    """

    KEY = HOLD
    ADVICE = (
        "A rollback holds: restore the object's earlier version, or roll back once more; "
        "`rulesync resume` deletes it and lets syncs go on."
    )

    build: str
    since: str


class Refused(BaseModel):
    """A rule that the service refused, and its words."""

    model_config = ConfigDict(frozen=True)

    sid: int
    words: str


class Refusals(Cache, RootModel[dict[str, Refused]]):
    """Every refusal by the fingerprint of the refused text (see `stages.convert`)."""

    KEY = REFUSALS

    @property
    def words(self) -> Mapping[str, str]:
        """Fingerprint -> what the service said."""
        return {fingerprint: refused.words for fingerprint, refused in self.root.items()}

    def plus(self, more: Mapping[str, Refused]) -> Refusals:
        """Remember more of them."""
        return Refusals({**self.root, **more})

    def of(self, sids: Iterable[int]) -> Refusals:
        """Forget those whose rules the feed no longer has."""
        present = frozenset(sids)
        return Refusals({key: r for key, r in self.root.items() if r.sid in present})

    def to_json(self) -> bytes:
        """Render the file, in a fixed order."""
        return Refusals(dict(sorted(self.root.items()))).model_dump_json(indent=2).encode() + b"\n"
