"""`targets/<name>/state/copied-from.json`: what the folder of a target was copied from."""

from __future__ import annotations

from typing import Literal, TypeAlias

from rules_lib.bucket import COPIED_FROM
from rules_lib.state.statefile import Moment, StateFile

CopyStage: TypeAlias = Literal["copying", "copied", "done"]


class CopiedFolder(StateFile):
    """A folder that was copied, or is only copied in part.

    Attributes:
        source: name of the target that it was copied from; empty: the stack itself.
        at: when that began last; ISO 8601, UTC.
        stage: `copying`; then `copied`, so that the file may name the target; then `done`.
    """

    KEY = COPIED_FROM
    ADVICE = "Restore the object's earlier version; or delete it, and the folder, and begin again."

    source: str
    at: Moment
    stage: CopyStage
