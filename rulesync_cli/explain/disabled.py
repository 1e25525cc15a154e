"""Rules that the feed has commented out: they are only counted when it is read, so read again."""

from __future__ import annotations

from collections.abc import Iterable

from rules_lib.model import AnyRule, FeedFile
from rules_lib.reading.ruleset import read_rules
from rules_lib.reading.sids import sids_in
from rulesync_cli.explain.lines import mentioning


def disabled_rules(files: Iterable[FeedFile], mention: str) -> tuple[AnyRule, ...]:
    """Every disabled rule whose line has `mention` in it, in the feed's order.

    Only such lines are read, so this costs a small part of reading the feed.

    Args:
        files: of the feed.
        mention: a piece of the rule's text, such as its sid or the name of a mark.
    """
    wanted = mention.encode()
    thin = tuple(mentioning((file for file in files if wanted in file.data), (wanted,)))
    enabled = {rule.place for rule in read_rules(thin).rules}
    woken = read_rules(thin, {sid for file in thin for sid in sids_in(file.data)}).rules
    return tuple(rule for rule in woken if rule.place not in enabled)
