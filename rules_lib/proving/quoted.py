"""Which rule an answer of the service quotes.

The service quotes a rule with its own ` gid:1234567890;` before the last parenthesis (measured by a
third party in us-east-1, September 2026), so it is compared, and shown to people, without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from rules_lib.reading.rule import sid_of

if TYPE_CHECKING:
    from rules_lib.outcome import Converted

_QUOTES: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (r"rule: (.*), reason: ", r"parameter: \[(.*)\]", r'Duplicate signature "(.*)"')
)
_OWN_GID: Final = re.compile(r"\s*\bgid:\s*\d{1,10};\s*(?=\)\s*\Z)", re.ASCII)


class Quoted:
    """The rules of a group, by what the service may quote of them."""

    def __init__(self, rules: Iterable[Converted]) -> None:
        self._by_text = {rule.text: rule for rule in rules}
        self._by_sid = {rule.sid: rule for rule in self._by_text.values()}

    def rule_in(self, words: str) -> Converted | None:
        """The rule that an answer quotes; None where it quotes none of these."""
        for quote in _quotes(words):
            plain = _OWN_GID.sub("", quote)
            if found := self._by_text.get(quote) or self._by_text.get(plain):
                return found
            sid = sid_of(plain)
            if sid is not None and sid in self._by_sid:
                return self._by_sid[sid]
        return None


def shortened(words: str, rule: Converted) -> str:
    """The service's words, with the rule's text in them as `…`, however it is quoted."""
    words = words.replace(rule.text, "…")
    for quote in _quotes(words):
        if _OWN_GID.sub("", quote) == rule.text or sid_of(quote) == rule.sid:
            words = words.replace(quote, "…")
    return words


def _quotes(words: str) -> Iterator[str]:
    return (match[1] for pattern in _QUOTES if (match := pattern.search(words)))
