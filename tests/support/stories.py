"""Evidence for what is explained and counted, from feeds that are written in the test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules_lib.allowlist import Allowlist, CategorySetting, load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.build import Built, build, worked_out
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.groups.rule_group import Deployed
from rules_lib.model import Mode, Reason
from rules_lib.reading.ruleset import Ruleset, read_rules
from rulesync_cli.census import Cost, Portrait, census
from rulesync_cli.explain import Evidence, Explained, Story, explain
from support.inputs import inputs
from support.rules import CATEGORIES, feed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def evidence(
    files: Mapping[str, Sequence[str]],
    allowlist: str,
    deployed: Deployed | None = None,
    refusals: Mapping[str, str] | None = None,
) -> Evidence:
    """Take a feed and the text of an allowlist through all stages."""
    parsed = load_allowlist(allowlist, source="test", known=CATEGORIES)
    in_order = feed(files)
    ruleset = read_rules(in_order, parsed.rules.on)
    given = inputs(ruleset, parsed, deployed, refusals=refusals or {})
    return Evidence.of(in_order, read_document(allowlist), given, build(given))


def explained(
    sid: int,
    files: Mapping[str, Sequence[str]],
    refusals: Mapping[str, str] | None = None,
    **settings: Any,
) -> Explained:
    """Explain a sid; everything alerts unless the settings say otherwise."""
    text = json.dumps({"version": 1, "default": "alert", **settings})
    return explain(sid, evidence(files, text, refusals=refusals))


def story(sid: int, *lines: str, refusals: Mapping[str, str] | None = None, **set_: Any) -> Story:
    """The one story of a sid of a feed with one category."""
    (found,) = explained(sid, {"emerging-web": lines}, refusals, **set_).stories
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """What is built, and with which allowlist."""

    rules: Ruleset
    allowlist: Allowlist

    def built(self, *names: str) -> Built:
        """A whole build with these categories turned on."""
        on = dict.fromkeys(names, CategorySetting(mode=Mode.ALERT))
        edit = {"categories": {**self.allowlist.categories, **on}}
        with without_cyclic_gc():
            return build(inputs(self.rules, self.allowlist.model_copy(update=edit)))

    def with_room(self, capacity: int, rule_groups: int) -> Trial:
        """The same with another budget."""
        room = {"capacity": capacity, "rule_groups": rule_groups}
        firewall = self.allowlist.firewall.model_copy(update=room)
        return Trial(self.rules, self.allowlist.model_copy(update={"firewall": firewall}))

    def portraits(self, *names: str) -> tuple[Portrait, ...]:
        """The categories' portraits, with nothing deployed."""
        given = inputs(self.rules, self.allowlist)
        with without_cyclic_gc():
            return census(given, *worked_out(given), names)

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
