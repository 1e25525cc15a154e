"""Rules that the feed has commented out: they are only counted when it is read, so read again."""

from __future__ import annotations

from collections.abc import Iterable

from rules_lib.model import AnyRule, FeedFile
from rules_lib.reading.ruleset import read_rules
from rules_lib.reading.sids import sids_in


def disabled_rules(files: Iterable[FeedFile], mention: str) -> tuple[AnyRule, ...]:
    """Every disabled rule whose line has `mention` in it, in the feed's order.

    Only such lines are read, so this costs a small part of reading the feed.

    Args:
        files: of the feed.
        mention: a piece of the rule's text, such as its sid or the name of a mark.
    """
    thin = tuple(
        FeedFile(file.category, _thinned(file.data, mention.encode()))
        for file in files
        if mention.encode() in file.data
    )
    enabled = {rule.place for rule in read_rules(thin).rules}
    woken = read_rules(thin, {sid for file in thin for sid in sids_in(file.data)}).rules
    return tuple(rule for rule in woken if rule.place not in enabled)


def _thinned(data: bytes, mention: bytes) -> bytes:
    """Leave lines without the mention blank, but for those that a backslash joins to another.

    So every line keeps its number, and every logical line that is left is whole.
    """
    lines = data.split(b"\n")
    joins = [line.rstrip().endswith(b"\\") for line in lines]
    return b"\n".join(
        line if mention in line or joined or follows else b""
        for line, joined, follows in zip(lines, joins, (False, *joins), strict=False)
    )
