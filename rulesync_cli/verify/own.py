"""People's own rules in a real Suricata, as they would be published, before they are uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.stages.keywords import unknown_keywords
from rulesync_cli.verify.load import Loading, load_group
from rulesync_cli.verify.loadable import Loadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rules_lib.build import Built
    from rules_lib.groups.rule_group import Group
    from rules_lib.model import FeedPosition, Rule
    from rulesync_cli.verify.suricata import Suricata

_OF_OTHERS: Final = "is checked but not set"
"""Of a mark that the feed sets; whether any rule does is settled by the build."""


@dataclass(frozen=True, slots=True)
class Word:
    """What the engine said of one rule."""

    rule: Rule
    words: str


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """What the engine said of people's own rules.

    Attributes:
        version: of the engine.
        rules: how many it loaded.
        faults: of rules that it does not load, in the order of the files.
        unasked: rules that only the service can judge, wholly or in part.
        warnings: of rules that it loads; they name the rule themselves.
        errors: that name no rule.
    """

    version: str
    rules: int
    faults: tuple[Word, ...]
    unasked: tuple[Word, ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]


def ask(engine: Suricata, built: Built) -> EngineAnswer:
    """Load people's own rules: group by group, as each is published, with the group's variables.

    Rules with a keyword that nobody knows are not asked about: the service judges them.

    Raises:
        EngineError: the engine could not be run.
    """
    answers = [_loaded(engine, group) for group in built.groups if any(_own(group))]
    faults = (word for rules, found in answers for word in _faults(rules, found))
    unasked = (
        Word(rules[one.line - 1], one.words) for rules, found in answers for one in found.unasked
    )
    return EngineAnswer(
        version=engine.version,
        rules=sum(found.loaded for _, found in answers),
        faults=tuple(sorted(faults, key=_place)),
        unasked=tuple(sorted(unasked, key=_place)),
        warnings=tuple(
            words for _, found in answers for words in found.warnings if _OF_OTHERS not in words
        ),
        errors=tuple(words for _, found in answers for words in found.errors),
    )


def _own(group: Group) -> Iterator[tuple[Rule, str]]:
    return (
        (one.rule, one.text)
        for one in group.rules
        if one.rule.is_local and not unknown_keywords(one.rule.keywords)
    )


def _loaded(engine: Suricata, group: Group) -> tuple[Sequence[Rule], Loading]:
    rules, texts = zip(*_own(group), strict=True)
    return rules, load_group(engine, Loadable(group.name, group.priority, texts, group.variables))


def _faults(rules: Sequence[Rule], found: Loading) -> Iterable[Word]:
    for one in found.refusals:
        yield Word(rules[one.line - 1], f"refuses it: {one.words}")
    for lost in found.astray:
        what = "loads it as two rules" if lost.loaded else "does not load it"
        yield Word(rules[lost.line - 1], f"{what}: {lost.words}")


def _place(word: Word) -> FeedPosition:
    return word.rule.place
