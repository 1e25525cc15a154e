"""Rules with sids from a range that is kept for others: one day theirs may have the same sid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules_lib.facts.sids import OWN_SIDS, SID_RANGES, SidRange
from rules_lib.model import is_local
from rules_lib.text import counted

if TYPE_CHECKING:
    from rules_lib.reading.ruleset import Ruleset


def sids_of_others(ruleset: Ruleset) -> Iterator[str]:
    """Say once, for each feed and for people's own, how many rules have sids of another's range.

    It is told where several feeds are in use. Whoever has one knows whose sids are whose.

    Args:
        ruleset: people's own rules, and all feeds in use.
    """
    used = ruleset.feeds
    if len(used) < 2:  # noqa: PLR2004 - several
        return
    for known in SID_RANGES:
        owners = [name for name in used if name in known.feeds]
        if owners:
            yield from _within(ruleset, known, owners)
    own = sum(rule.sid in OWN_SIDS for rule in ruleset.rules if is_local(rule.category))
    if own:
        for name, number in _counted(ruleset, OWN_SIDS).items():
            if name:
                yield (
                    f"feed {name} has {counted(number, 'rule')} with sids from {OWN_SIDS}, as "
                    f"{counted(own, 'rule')} of your own have; on the same sid yours is used"
                )


def _within(ruleset: Ruleset, known: SidRange, owners: list[str]) -> Iterator[str]:
    """Those that have no part in a range."""
    owner = " and ".join(owners)
    for name, number in _counted(ruleset, known).items():
        if name in known.feeds:
            continue
        whose = f"feed {name} has" if name else "your own files have"
        yield (
            f"{whose} {counted(number, 'rule')} with sids from {known}, the range of {owner}: on "
            "the same sid only one rule is used (duplicate-sid)"
            + ("" if name else f"; use sids from {OWN_SIDS}")
        )


def _counted(ruleset: Ruleset, known: SidRange) -> Counter[str]:
    """Feed, empty for people's own -> its rules in a range."""
    return Counter(
        rule.feed.name
        for category in ruleset.categories
        for rule in category.rules
        if rule.sid in known
    )
