"""Rules that count matches before they act, where the engine may act on what they only count.

Suricata 8.0.8 in firewall mode drops a packet of a drop rule that does not count yet, and logs
nothing [measured in tests/engine, November 2026]: of rules on packets, not of those on HTTP. Nobody
says whether a Next Generation policy does, so none of these rules blocks there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules_lib.facts.limits import BLOCKING
from rules_lib.reading.rule import cut

if TYPE_CHECKING:
    from rules_lib.outcome import Converted

_COUNTING: Final = frozenset({"threshold", "detection_filter"})
_LIMITS: Final = re.compile(r"(?:.*,)?\s*type\s+limit\s*(?:,.*)?", re.IGNORECASE | re.DOTALL)
"""A `threshold` that counts what is logged alone: the first match acts already."""


def counts_first(rule: Converted) -> bool:
    """Whether a rule blocks, and lets a number of matches pass before it does."""
    return (
        rule.action in BLOCKING
        and not rule.rule.keywords.isdisjoint(_COUNTING)
        and _counts(rule.text)
    )


def _counts(text: str) -> bool:
    parts = cut(text)
    named = ((name.lower(), value) for _, name, value in parts.found)
    return any(
        name == "detection_filter" or not _LIMITS.fullmatch(value)
        for name, value in named
        if name in _COUNTING
    )
