"""A category turned on, and the rules that this may alter, prepared with that edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rules_lib.allowlist import CategorySetting
from rules_lib.build import Prepared, prepare
from rules_lib.model import AnyRule, FeedPosition, Mode

if TYPE_CHECKING:
    from rules_lib.inputs import Inputs
    from rules_lib.reading.ruleset import Category
    from rules_lib.stages.tenure import Tenure


@dataclass(frozen=True, slots=True)
class CategoryTrial:
    """What `NAME: alert` makes of the rules that it touches.

    Attributes:
        inputs: with the line in the allowlist.
        places: of the category's rules, and of what else has their sids: of one sid another rule
            may count then.
        then: what becomes of these.
    """

    name: str
    inputs: Inputs
    places: frozenset[FeedPosition]
    then: Prepared


@dataclass(frozen=True, slots=True)
class Namesakes:
    """The rules of a feed by category, and those that share a sid with another.

    Attributes:
        by_sid: of sids that several rules have.
        tenure: of the rules, which no edit alters.
    """

    by_category: Mapping[str, Sequence[AnyRule]]
    by_sid: Mapping[int, Sequence[AnyRule]]
    tenure: Tenure

    @classmethod
    def of(cls, categories: Iterable[Category], tenure: Tenure) -> Self:
        """Sort a feed's rules."""
        by_sid: dict[int, list[AnyRule]] = defaultdict(list)
        by_category = {one.name: one.rules for one in categories}
        for rules in by_category.values():
            for rule in rules:
                if (sid := rule.sid) is not None:
                    by_sid[sid].append(rule)
        repeated = {sid: found for sid, found in by_sid.items() if len(found) > 1}
        return cls(by_category, repeated, tenure)

    def tried(self, name: str, inputs: Inputs) -> CategoryTrial:
        """Turn a category on; a line of the allowlist that is there keeps its place."""
        on = CategorySetting(mode=Mode.ALERT)
        edited = inputs.edited(categories={**inputs.allowlist.categories, name: on})
        rules = self._touched(name)
        then = prepare((rules[place] for place in sorted(rules)), edited, self.tenure)
        return CategoryTrial(name, edited, frozenset(rules), then)

    def _touched(self, name: str) -> dict[FeedPosition, AnyRule]:
        own = self.by_category[name]
        others = (other for rule in own for other in self.by_sid.get(rule.sid or 0, ()))
        return {rule.place: rule for rule in (*own, *others)}
