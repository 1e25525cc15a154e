"""The capacity budget as a picture: which part of it each category fills, and what did not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rules_lib.report.category_line import CategoryLine
from rules_lib.report.group_line import SummaryGroup
from rules_lib.text import count, portion


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the bar.

    Attributes:
        kind: drop or alert where rules stand, `spare` where groups keep room, `unfit` beyond.
        start: in percent of the bar, as is `width`.
    """

    label: str
    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """The bar and the numbers beside it, in units of capacity (1 a rule).

    Attributes:
        unfit: rules that there was no room for.
        limit: where the budget ends in percent of the bar.
    """

    total: int
    reserved: int
    used: int
    unfit: int
    limit: float
    segments: tuple[Segment, ...]

    @property
    def free(self) -> int:
        """What no rule group reserves."""
        return max(0, self.total - self.reserved)

    @property
    def over(self) -> int:
        """What is reserved beyond the budget."""
        return max(0, self.reserved - self.total)


def budget_of(
    groups: Iterable[SummaryGroup], categories: Sequence[CategoryLine], total: int
) -> BudgetBar:
    """Lay the categories out along the budget, and behind its end what did not fit.

    Args:
        groups: of the summary; deleted ones reserve nothing.
        categories: in the order in which they are to be drawn.
        total: what the allowlist grants.
    """
    standing = [group for group in groups if not group.deleted]
    reserved = sum(group.capacity for group in standing)
    used = sum(group.rules for group in standing)
    unfit = sum(line.unfit for line in categories)
    end = max(total, reserved)
    scale = max(end + unfit, 1)
    return BudgetBar(
        total=total,
        reserved=reserved,
        used=used,
        unfit=unfit,
        limit=portion(total, scale),
        segments=(
            *_laid(_kept(categories), 0, scale),
            *_laid(
                [("reserved, so that the rule groups can grow", "spare", reserved - used)],
                used,
                scale,
            ),
            *_laid(_unfit(categories), end, scale),
        ),
    )


def _kept(categories: Iterable[CategoryLine]) -> Iterator[tuple[str, str, int]]:
    for line in categories:
        yield f"{line.name}: {count(line.blocking)} drop", "drop", line.blocking
        alerting = line.kept - line.blocking
        yield f"{line.name}: {count(alerting)} alert", "alert", alerting


def _unfit(categories: Iterable[CategoryLine]) -> Iterator[tuple[str, str, int]]:
    return (
        (f"{line.name}: no room for {count(line.unfit)}", "unfit", line.unfit)
        for line in categories
    )


def _laid(pieces: Iterable[tuple[str, str, int]], start: int, scale: int) -> Iterator[Segment]:
    pieces = [piece for piece in pieces if piece[2] > 0]
    starts = accumulate((size for _, _, size in pieces), initial=start)
    for (label, kind, size), place in zip(pieces, starts, strict=False):
        yield Segment(label, kind, portion(place, scale), portion(size, scale))
