"""The capacity budget as a picture: which part of it each rule group fills or reserves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rules_lib.report.group_line import GroupEntry
from rules_lib.report.text import count, portion


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the bar.

    Attributes:
        kind: drop or alert where rules stand, `drop spare` or `alert spare` where none do yet.
        start: in percent of the bar, as is `width`.
    """

    label: str
    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Budget:
    """The bar and the numbers beside it, in units of capacity (1 a rule).

    Attributes:
        limit: where the budget ends in percent of the bar; 100 unless more is reserved than that.
    """

    total: int
    reserved: int
    used: int
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


def budget_of(groups: Sequence[GroupEntry], total: int) -> Budget:
    """Lay the rule groups out along the budget, in their order; deleted ones have no place."""
    standing = [group for group in groups if not group.deleted]
    reserved = sum(group.capacity for group in standing)
    scale = max(total, reserved, 1)
    return Budget(
        total=total,
        reserved=reserved,
        used=sum(group.rules for group in standing),
        limit=portion(total, scale),
        segments=tuple(_segments(standing, scale)),
    )


def _segments(groups: Sequence[GroupEntry], scale: int) -> Iterator[Segment]:
    starts = accumulate((group.capacity for group in groups), initial=0)
    for group, start in zip(groups, starts, strict=False):
        label = f"{group.name}: {count(group.rules)} of {count(group.capacity)}"
        spare = group.capacity - group.rules
        kind = str(group.mode)
        yield Segment(label, kind, portion(start, scale), portion(group.rules, scale))
        yield Segment(
            label, f"{kind} spare", portion(start + group.rules, scale), portion(spare, scale)
        )
