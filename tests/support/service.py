"""A service that refuses rules, which counts how often it is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules_lib.deadline import Deadline
from rules_lib.proving.search import DEFAULT_OPTIONS, Refusal, SearchOptions, SearchResult, search
from support.firewall import rule

if TYPE_CHECKING:
    from rules_lib.model import Converted


@dataclass
class Service:
    """Refuses rules by their text, the first of the asked text first.

    Attributes:
        bad: sids of the rules that it refuses.
        named: of which of them it says which rule it is.
        asked: how often it was.
    """

    rules: Sequence[Converted]
    bad: Collection[int]
    named: Collection[int] = ()
    asked: int = 0
    _sids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sids = {rule.text: rule.sid for rule in self.rules}

    def __call__(self, text: str) -> str | None:
        """One dry run."""
        self.asked += 1
        for line in text.splitlines():
            if (sid := self._sids.get(line)) in self.bad:
                quoted = f"rule: {line[:-1]} gid:1234567890;), " if sid in self.named else ""
                return f"stateful rule is invalid, {quoted}reason: bad"
        return None

    def within(
        self, dry_runs: int, tell: Callable[[Refusal], None] = DEFAULT_OPTIONS.tell
    ) -> SearchOptions:
        """A search that has time for so many dry runs."""
        return SearchOptions(deadline=Deadline(lambda: dry_runs - self.asked, 0), tell=tell)


def whole(
    rules: Sequence[Converted], service: Service, options: SearchOptions = DEFAULT_OPTIONS
) -> list[Refusal]:
    """Search again without what was found, until the rest is accepted, as a build does."""
    found = list[Refusal]()
    while True:
        searched = search(rules, service, options)
        if not searched.refusals:
            return found
        found += searched.refusals
        rules = without(rules, searched)


def without(rules: Sequence[Converted], searched: SearchResult) -> list[Converted]:
    """The rules but for the refused ones."""
    gone = {refusal.rule.sid for refusal in searched.refusals}
    return [rule for rule in rules if rule.sid not in gone]


def many(count: int) -> list[Converted]:
    """Rules by their number, from 1."""
    return [rule(sid) for sid in range(1, count + 1)]
