"""A feed and an allowlist, built before and after a category is turned on."""

from __future__ import annotations

from dataclasses import dataclass

from rules_lib.allowlist import Allowlist, CategorySetting
from rules_lib.build import Built, build
from rules_lib.model import Mode, Reason
from rules_lib.reading.ruleset import Ruleset
from rulesync_cli.census import Cost, Portrait, census
from support.inputs import inputs


@dataclass(frozen=True, slots=True)
class Trial:
    """What is built, and with which allowlist."""

    rules: Ruleset
    allowlist: Allowlist

    def built(self, *names: str) -> Built:
        """A whole build with these categories turned on."""
        on = dict.fromkeys(names, CategorySetting(mode=Mode.ALERT))
        edit = {"categories": {**self.allowlist.categories, **on}}
        return build(inputs(self.rules, self.allowlist.model_copy(update=edit)))

    def with_room(self, capacity: int, rule_groups: int) -> Trial:
        """The same with another budget."""
        room = {"capacity": capacity, "rule_groups": rule_groups}
        firewall = self.allowlist.firewall.model_copy(update=room)
        return Trial(self.rules, self.allowlist.model_copy(update={"firewall": firewall}))

    def portraits(self, *names: str) -> tuple[Portrait, ...]:
        """The categories' portraits, with nothing deployed."""
        return census(inputs(self.rules, self.allowlist), self.built(), names)

    def costs(self, *names: str) -> dict[str, Cost]:
        """What each category that is off would cost."""
        return {one.name: one.cost for one in self.portraits(*names) if one.cost}

    def measured(self, name: str, before: Built) -> Cost:
        """The same cost, but for its wishes, as the difference of two whole builds.

        Where all fits, its capacity and groups are those of the groups themselves.
        """
        after = self.built(name)
        own = {rule.sid for rule in self.rules.rules if rule.category == name}
        kept = {rule.sid for rule in after.kept if rule.rule.category == name}
        unfit = _unfit(after)
        pushed = unfit - _unfit(before) - own
        homes = [rule.category for rule in self.rules.rules if rule.sid in pushed]
        setters = {rule.sid for rule in after.kept if rule.setter}
        return Cost(
            rules=len(kept) + len(unfit & own),
            setters=len(setters - {rule.sid for rule in before.kept}),
            capacity=_reserved(after) - _reserved(before),
            rule_groups=len(after.groups) - len(before.groups),
            left_out=len(unfit & own),
            pushed_out={home: homes.count(home) for home in homes},
        )


def _unfit(built: Built) -> set[int | None]:
    return {item.rule.sid for item in built.discarded if item.reason is Reason.OVER_BUDGET}


def _reserved(built: Built) -> int:
    return sum(group.capacity for group in built.groups)
