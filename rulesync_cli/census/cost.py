"""What it would cost to turn a category on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What `NAME: alert` would do, nothing else changed; a category without a line gets the last.

    Attributes:
        rules: of the category, that can be published once it is on.
        setters: rules of other off categories that would be brought in for these.
        capacity: by which all wanted rules would need more of the budget, with headroom.
        rule_groups: by which the groups would be more.
        left_out: of `rules`, those that the budget would have no room for.
        pushed_out: category -> rules that are kept now and would have to go.
    """

    rules: int
    setters: int
    capacity: int
    rule_groups: int
    left_out: int
    pushed_out: Mapping[str, int]

    @property
    def fits(self) -> bool:
        """Whether the budget has room for all of it."""
        return not self.left_out and not self.pushed_out
