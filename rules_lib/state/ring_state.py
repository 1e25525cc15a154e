"""`state/rings.json` and `state/promoted.json`: what each ring may take, and what people let it."""

from __future__ import annotations

from collections.abc import Mapping  # pydantic reads the annotations at run time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rules_lib.bucket import PROMOTED, RINGS
from rules_lib.state.edition import number_of
from rules_lib.state.statefile import Moment, StateFile
from rules_lib.targets.rings import Cut


class RingState(BaseModel):
    """What the targets of a ring may take.

    Attributes:
        edition: id of the edition.
        files: identifies people's files in it.
        since: ISO 8601, UTC.
        uncounted: targets of the ring before whose hits were not counted when this one took it.
    """

    model_config = ConfigDict(frozen=True)

    edition: str
    files: str
    since: Moment
    uncounted: Annotated[tuple[str, ...], Field(exclude_if=lambda names: not names)] = ()

    @property
    def cut(self) -> Cut:
        """What the rings go by."""
        return Cut(number_of(self.edition), self.files)


class RingsFile(StateFile):
    """What the targets of each ring may take.

    Attributes:
        rings: ring -> edition.
    """

    KEY = RINGS
    ADVICE = (
        "Restore the object's earlier version; or delete it: the first ring then takes the newest "
        "edition, and the others what bakes after that."
    )

    rings: Mapping[int, RingState] = {}


class Promoted(StateFile):
    """What people let a ring or a target have before its time.

    Attributes:
        rings: ring -> id of the edition.
        targets: name -> id of the edition.
    """

    KEY = PROMOTED
    ADVICE = "Restore the object's earlier version; or delete it, and promote again."

    rings: Mapping[int, str] = {}
    targets: Mapping[str, str] = {}
