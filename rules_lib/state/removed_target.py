"""`targets/<name>/state/removed.json`: a target that the file does not name any more."""

from __future__ import annotations

from rules_lib.bucket import REMOVED
from rules_lib.facts.targets import Target
from rules_lib.state.statefile import Moment, StateFile
from rules_lib.targets.values import NamedTarget  # pydantic reads the annotations at run time


class RemovedTarget(StateFile):
    """A target as the file named it last, so that its rule groups are found later too.

    Attributes:
        at: when it was removed; ISO 8601, UTC.
        entry: of the file.
        prefix: of its rule groups; empty where nobody knew.
        kind: of its policies.
    """

    KEY = REMOVED
    ADVICE = (
        "Restore the object's earlier version; or delete it, and the rule groups by hand "
        "(docs/uninstall.md)."
    )

    at: Moment
    entry: NamedTarget
    prefix: str
    kind: Target
