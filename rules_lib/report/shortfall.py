"""What each reason comes down to: how many rules were discarded for the very same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from rules_lib.model import Reason
from rules_lib.outcome import Discarded

Shares: TypeAlias = Sequence[tuple[str, int]]
"""A name and its number of rules, the largest first."""

_SHOWN: Final = 6
_REST: Final = "others"


def shortfalls(discarded: Iterable[Discarded]) -> Mapping[Reason, Shares]:
    """For each reason the details that most rules share, and how many these are; last the rest.

    What is over the budget is counted by category, since there the category is what can be edited;
    for a variable without a value the summary knows better what declaring it brings.
    """
    counts: dict[Reason, Counter[str]] = {}
    for item in discarded:
        of = item.rule.category if item.reason is Reason.OVER_BUDGET else item.detail
        counts.setdefault(item.reason, Counter())[of] += 1
    counts.pop(Reason.UNDEFINED_VARIABLE, None)
    return {reason: _largest(count) for reason, count in counts.items()}


def _largest(counts: Counter[str]) -> Shares:
    largest = counts.most_common(_SHOWN)
    rest = counts.total() - sum(number for _, number in largest)
    return [*largest, *([(_REST, rest)] if rest else [])]
