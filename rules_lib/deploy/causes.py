"""Why deployed rules would no longer block: so many for this cause, so many for that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.outcome import Converted

_NAMED: Final = 3
"""How many causes are told; rules with others are counted."""

_METADATA: Final = re.compile(r"[;(]\s*metadata\s*:\s*([^;]*)", re.IGNORECASE | re.ASCII)


def cause_of(change: RuleChange, kept: Mapping[int, Converted]) -> str:
    """Say what a rule that no longer blocks does instead, and why.

    Args:
        change: what happens to it.
        kept: the published rules by sid.
    """
    if not change.after:
        return f"gone ({change.note})"
    cause = kept[change.sid].cause
    lost = _keys(change.before) - _keys(change.after)
    missing = sorted(one.key for one in cause.unmet if one.key in lost)
    why = f"the feed no longer gives {' or '.join(missing)}" if missing else str(cause)
    return f"{change.acts} now: {why}"


def counted_causes(causes: Iterable[str]) -> str:
    """Count the causes, the most frequent first."""
    counts = Counter(causes)
    return "; ".join(_lines(counts))


def _lines(counts: Counter[str]) -> Iterator[str]:
    named = counts.most_common(_NAMED)
    yield from (f"{number:,} {cause}" for cause, number in named)
    if rest := counts.total() - sum(number for _, number in named):
        yield f"{rest:,} for other causes"


def _keys(text: str) -> set[str]:
    """Keys of a rule's metadata, in lower case."""
    entries = ",".join(_METADATA.findall(text)).lower().split(",")
    return {entry.split()[0] for entry in entries if entry.strip()}
