"""Marks of one rule: who sets them, who checks them, and which rules they tie together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rules_lib.model import Rule
from rulesync_cli.explain.disabled import disabled_rules
from rulesync_cli.explain.story import Fate, Relative, ToldTie

if TYPE_CHECKING:
    from rules_lib.model import FeedFile
    from rules_lib.reading.ruleset import Ruleset
    from rules_lib.ties import Mark, Tie
    from rulesync_cli.explain.ledger import Ledger


def ties_of(
    rule: Rule, ruleset: Ruleset, files: Iterable[FeedFile], ledger: Ledger
) -> tuple[ToldTie, ...]:
    """Say of every mark of a rule who else uses it, and how.

    Args:
        rule: enabled or not.
        ruleset: the enabled rules.
        files: where disabled setters are looked for.
        ledger: what became of the enabled ones.
    """
    marks = dict.fromkeys(mark for tie in rule.ties for mark in tie.marks)
    if not marks:
        return ()
    users = [
        other
        for other in ruleset.rules
        if isinstance(other, Rule) and other.ties and other.place != rule.place
    ]
    return tuple(_told(mark, rule, users, files, ledger) for mark in marks)


def _told(
    mark: Mark, rule: Rule, others: Sequence[Rule], files: Iterable[FeedFile], ledger: Ledger
) -> ToldTie:
    by_role: dict[str, list[Relative]] = defaultdict(list)
    for other in others:
        for role in dict.fromkeys(map(_role, _using(other, mark))):
            by_role[role].append(ledger.relative(other))
    setters = by_role["setter"]
    if all(one.fate is not Fate.KEPT for one in setters):
        setters += [
            ledger.relative(one)
            for one in disabled_rules(files, mark.name)
            if isinstance(one, Rule) and one.place != rule.place
            if any(tie.sets for tie in _using(one, mark))
        ]
    own = tuple(_using(rule, mark))
    return ToldTie(
        kind=mark.kind,
        name=mark.name,
        commands=tuple(dict.fromkeys(tie.command for tie in own)),
        needs=any(tie.needs for tie in own),
        setters=tuple(setters),
        checkers=tuple(by_role["checker"]),
        changers=tuple(by_role["changer"]),
    )


def _using(rule: Rule, mark: Mark) -> Iterator[Tie]:
    return (tie for tie in rule.ties if mark in tie.marks)


def _role(tie: Tie) -> str:
    if tie.sets:
        return "setter"
    return "checker" if tie.checks else "changer"
