"""The feeds' files -> rules; of those that nobody asks for only their place and their sid.

A third of a feed or more is in categories that are off, and of most of its rules a build says no
more than that. Read like any other is still what may set a mark for a wanted rule, what the
allowlist names by its sid, and what shares a sid, as the one with the highest rev is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

from rules_lib.model import AnyRule, FeedOrigin, Mode, SidOnly
from rules_lib.reading.lines import Line
from rules_lib.reading.parser import parse
from rules_lib.reading.rule import sid_of
from rules_lib.reading.ruleset import IN_FULL, LineReader, Ruleset, read_rules

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.model import FeedFile
    from rules_lib.reading.recall import Recall


def read_needed(
    files: Iterable[FeedFile],
    allowlist: Allowlist,
    also: Collection[int] = (),
    recall: Recall | None = None,
) -> Ruleset:
    """Read what a build with this allowlist looks at; it comes to the same as from every word.

    Args:
        files: of the feeds, and people's own.
        allowlist: says which categories are off, and which disabled rules are wanted.
        also: sids whose rules are read in any case.
        recall: what was read before.
    """
    overrides = allowlist.rules
    named = overrides.named.union(also)
    sid_alone = LineReader(partial(_sid_or_rule, named), f"sids but of {sorted(named)}")

    def reader_for(category: str) -> LineReader:
        return sid_alone if allowlist.setting_of(category).mode is Mode.OFF else IN_FULL

    return read_rules(files, overrides.on, reader_for, recall)


def _sid_or_rule(named: Collection[int], category: str, line: Line, feed: FeedOrigin) -> AnyRule:
    lowered = line.text.lower()
    if not line.problem and not _may_tie(lowered) and lowered.count("sid") == 1:
        sid = sid_of(line.text)
        if sid is not None and sid not in named:
            return SidOnly(category, line.number, line.text, sid, feed)
    return parse(category, line, feed)


def _may_tie(lowered: str) -> bool:
    """Whether a line may set a mark: by flowbits, xbits, hostbits or flowint."""
    return "bits" in lowered or "flowint" in lowered
