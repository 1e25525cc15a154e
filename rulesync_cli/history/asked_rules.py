"""Which of the published rules are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from rules_lib.allowlist.names import nearest
from rulesync_cli.history.published import PublishedRule


@dataclass(frozen=True, slots=True)
class RuleQuery:
    """What is asked for; what is empty asks for nothing.

    All of it must hold; of one that has several values, any. But of the words all.

    Attributes:
        words: pieces of the msg, in any case; all of them must stand there.
        sids: the rules themselves.
        cves: as `cve_named` gives them.
        categories: names, with `*` and `?` as the shell has them; as are the groups.
        actions: in lower case.
    """

    words: tuple[str, ...] = ()
    sids: frozenset[int] = frozenset()
    cves: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()
    actions: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()

    def of(self, rules: Iterable[PublishedRule]) -> Iterator[PublishedRule]:
        """Those of the rules that are asked for, in their order."""
        words = tuple(word.casefold() for word in self.words)
        return (rule for rule in rules if self._asks(rule, words))

    def _asks(self, rule: PublishedRule, words: tuple[str, ...]) -> bool:
        return (
            (not self.sids or rule.sid in self.sids)
            and (not self.actions or rule.action in self.actions)
            and (not self.categories or _is_one_of(rule.category, self.categories))
            and (not self.groups or _is_one_of(rule.group, self.groups))
            and (not words or all(word in rule.msg.casefold() for word in words))
            and (not self.cves or not self.cves.isdisjoint(rule.cves))
        )

    def unmet(self, rules: Iterable[PublishedRule]) -> Iterator[str]:
        """For each category and group that no rule has: so, and the nearest that one has."""
        rules = tuple(rules)
        for kind, asked, having in (
            ("category", self.categories, {rule.category for rule in rules}),
            ("rule group", self.groups, {rule.group for rule in rules}),
        ):
            for name in asked:
                if not any(fnmatchcase(one, name) for one in having):
                    meant = nearest(name, having)
                    yield f"no rule has {kind} {name}" + (f"; nearest: {meant}" if meant else "")


@lru_cache(maxsize=1024)
def _is_one_of(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
