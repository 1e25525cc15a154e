"""`targets/<name>/state/removed.json`: a target that the file does not name any more."""

from __future__ import annotations

from rules_lib.bucket import REMOVED
from rules_lib.facts.targets import Target
from rules_lib.state.statefile import Moment, StateFile
from rules_lib.targets.values import NamedTarget


class RemovedTarget(StateFile):
    """Where the rule groups of a target are, as the file said last, so that they are found later.

    Attributes:
        at: when it was removed; ISO 8601, UTC.
        region: as in the file, and so are those below.
        prefix: of its rule groups; empty where nobody knew.
        kind: of its policies.
    """

    KEY = REMOVED
    ADVICE = (
        "Restore the object's earlier version; or delete it, and the rule groups by hand "
        "(docs/uninstall.md)."
    )

    at: Moment
    region: str
    role: str
    policies: tuple[str, ...]
    allowlist: str
    prefix: str
    kind: Target

    def target(self, name: str) -> NamedTarget:
        """The target as far as its rule groups go.

        Args:
            name: of the target.
        """
        return NamedTarget(
            name=name,
            region=self.region,
            role=self.role,
            policies=self.policies,
            allowlist=self.allowlist,
        )
