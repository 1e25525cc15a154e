"""One sid, several rules that are asked for: which of them counts, and what became of the sid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rules_lib.model import AnyRule, Malformed, Mode, Reason, Rule
from rules_lib.outcome import Discarded
from rules_lib.reading import requirements

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist


def settle_duplicates(rules: Iterable[AnyRule], allowlist: Allowlist) -> dict[int, Rule]:
    """For each sid the rule that keeps it: people's own, then by feed, the highest rev, the first.

    One that the engine passes over, for what it requires, never takes the place of another; nor
    does one whose category is off, and that is asked for by its sid alone, like the other.

    Args:
        rules: those that are asked for, in the feeds' order; a line that is no rule competes with
            none.
        allowlist: says which categories are off.
    """

    def rank(rule: Rule) -> tuple[bool, bool, bool, int, int]:
        is_on = allowlist.setting_of(rule.category).mode is not Mode.OFF
        usable = not requirements.unmet(rule.keywords)
        return usable, is_on, rule.is_local, -rule.feed.order, rule.rev

    winners: dict[int, Rule] = {}
    for rule in rules:
        if isinstance(rule, Rule) and rule.sid is not None:
            rival = winners.get(rule.sid)
            if rival is None or rank(rule) > rank(rival):
                winners[rule.sid] = rule
    return winners


def discard_duplicate(rule: Rule, winner: Rule) -> Discarded:
    """Discard a rule whose sid another one keeps; where they are of two feeds, both are named."""
    where = f"{_sid_of_two(rule, winner)} is also in {_place_of(winner, rule)}"
    detail = f"{where}, as rev {winner.rev}; that one is used"
    return Discarded(rule, Reason.DUPLICATE_SID, detail)


def _sid_of_two(rule: Rule | Malformed, winner: Rule | Malformed) -> str:
    apart = rule.feed.name and winner.feed.name not in {"", rule.feed.name}
    return f"sid {rule.sid} of feed {rule.feed.name}" if apart else f"sid {rule.sid}"


def _place_of(winner: Rule | Malformed, rule: Rule | Malformed) -> str:
    place = f"{winner.category}, line {winner.line}"
    apart = winner.feed.name and rule.feed.name not in {"", winner.feed.name}
    return f"{place} of feed {winner.feed.name}" if apart else place


def _discarded_winners(discarded: Sequence[Discarded]) -> dict[int, Discarded]:
    """The rules that kept a sid from another and were themselves discarded later, by sid."""
    losers = {one.rule.sid for one in discarded if one.reason is Reason.DUPLICATE_SID}
    return {
        one.rule.sid: one
        for one in discarded
        if one.rule.sid is not None and one.rule.sid in losers
        if isinstance(one.rule, Rule) and one.reason is not Reason.DUPLICATE_SID
    }


def with_true_details(discarded: Sequence[Discarded]) -> tuple[Discarded, ...]:
    """Say of each duplicate whether the rule that counts is used after all.

    Args:
        discarded: by all stages.
    """
    vain = _discarded_winners(discarded)
    return tuple(_amended(one, vain.get(one.rule.sid or 0)) for one in discarded)


def _amended(one: Discarded, winner: Discarded | None) -> Discarded:
    if winner is None or one.reason is not Reason.DUPLICATE_SID:
        return one
    detail = (
        f"{_sid_of_two(one.rule, winner.rule)} is also in {_place_of(winner.rule, one.rule)}; that "
        f"one counts, and is itself discarded ({winner.reason}), so no rule of this sid is in force"
    )
    return replace(one, detail=detail, winner=winner)
