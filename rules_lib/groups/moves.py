"""Rules that move from one rule group to another while a policy uses these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed, Slot


def exchanging(moves: Iterable[tuple[Slot, Slot]], deployed: Deployed) -> frozenset[Slot]:
    """Find the slots in use by a policy between which rules move.

    Their groups are replaced together, in the policy's one update: changed in place, one after the
    other, a rule would for a while be in both of them or in none.

    Args:
        moves: from which slot to which; often the same pair.
        deployed: the groups in force.
    """
    current = deployed.current
    slots = {slot for move in set(moves) for slot in move}
    return frozenset(slot for slot in slots if slot in current and current[slot].associations)
