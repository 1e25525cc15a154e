"""What the page's tables show, as lines of values that are parted by tabs.

Every text goes through `visible`, so that no tab and no line end is left in a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from rules_lib.model import AnyRule, Rule
from rules_lib.outcome import Discarded
from rules_lib.text import visible

if TYPE_CHECKING:
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.groups.rule_group import Group

LISTED: Final = 500
"""How many rules are listed of each kind of change; plan.json has the sids of all."""


def discard_rows(discarded: Iterable[Discarded], fresh: Collection[int]) -> Iterator[str]:
    """For each discarded rule: sid, rev, category, reason, detail, msg, text, and `new` or nothing.

    Args:
        discarded: all of them.
        fresh: sids of those that the last build did not discard.
    """
    for item in discarded:
        rule = item.rule
        rev, msg = (rule.rev, rule.msg) if isinstance(rule, Rule) else ("", "")
        new = "new" if rule.sid in fresh else ""
        sid = "" if rule.sid is None else rule.sid
        yield _row(sid, rev, rule.category, item.reason, item.detail, msg, rule.text, new)


def change_rows(changes: Iterable[RuleChange]) -> Iterator[str]:
    """For each changed rule: sid, kind, category, group, note, msg, text before, text after.

    Args:
        changes: sorted by kind; of each kind the first `LISTED` are given.
    """
    for _, of_kind in groupby(changes, key=attrgetter("kind")):
        for place, one in enumerate(of_kind):
            if place < LISTED:
                yield _row(
                    *(one.sid, one.kind, one.category, one.group),
                    *(one.note, one.msg, one.before, one.after),
                )


def place_rows(groups: Iterable[Group], off: Iterable[AnyRule]) -> Iterator[str]:
    """For each group and each off category: which it is, its name, and its sids."""
    for group in groups:
        yield _row("kept", group.name, _sids(rule.sid for rule in group.rules))
    for category, rules in groupby(off, key=attrgetter("category")):
        yield _row("off", category, _sids(rule.sid for rule in rules if rule.sid is not None))


def _sids(sids: Iterable[int]) -> str:
    return f" {' '.join(map(str, sids))} "


def _row(*values: str | int) -> str:
    return "\t".join(visible(str(value)) for value in values)
