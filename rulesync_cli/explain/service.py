"""What is in force of a rule now, against what is desired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rulesync_cli.explain.tokens import Piece, pieces_of

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed
    from rulesync_cli.explain.ledger import Ledger

Next = Literal["nothing", "add", "remove", "change", "move", "keep"]
"""What a sync would do to a rule; `nothing` where it is neither deployed nor desired."""


@dataclass(frozen=True, slots=True)
class InForce:
    """One rule in the account.

    Attributes:
        groups: names of the deployed groups that have it; more than one only where a replacement
            broke off.
        text: as deployed; empty where it is not.
        next: what a sync would do.
        pieces: the deployed text against the desired one, where these differ.
    """

    groups: tuple[str, ...]
    text: str
    next: Next
    pieces: tuple[Piece, ...] = ()


def in_force(sid: int, deployed: Deployed, ledger: Ledger) -> InForce:
    """Look a sid up in the deployed groups."""
    current = tuple(deployed.current.values())
    found = {
        group.name: (group, text)
        for group in (*(one for one in deployed.groups if one not in current), *current)
        if str(sid) in group.text and (text := group.content.by_sid.get(sid))
    }
    desired = next(((r, g) for r, g in ledger.kept.values() if r.sid == sid), None)
    if not found:
        return InForce((), "", "add" if desired else "nothing")
    held, text = list(found.values())[-1]
    if desired is None:
        return InForce(tuple(found), text, "remove")
    rule, group = desired
    if rule.text != text:
        return InForce(tuple(found), text, "change", pieces_of(text, rule.text))
    return InForce(tuple(found), text, "keep" if held.slot == group.slot else "move")
