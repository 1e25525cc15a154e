"""Rules that act otherwise, the worst for traffic first: counted, and each by name on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.text import count, counted
from rulesync_cli.comment.markdown import code, first, fold

if TYPE_CHECKING:
    from rules_lib.deploy.rulewise import RuleChange

_Holds: TypeAlias = "Callable[[RuleChange], bool]"

_FIRST: Final = 20
"""Categories that are counted before all is folded away."""

_RISKS: Final[tuple[tuple[_Holds, str, str], ...]] = (
    (lambda one: one.blocks_anew, "newly blocks", "newly block"),
    (lambda one: one.unblocks, "no longer blocks", "no longer block"),
    (
        lambda one: one.passes_anew and not one.unblocks,
        "newly passes traffic",
        "newly pass traffic",
    ),
    (
        lambda one: one.kind == "action" and not one.blocks_anew | one.unblocks | one.passes_anew,
        "changes its action",
        "change their action",
    ),
)
"""Kinds of which no rule is of two."""


def risk_lines(changes: Sequence[RuleChange], most: int) -> Iterator[str]:
    """Name what people have to look at.

    Args:
        changes: every rule that is not deployed as it was.
        most: how many lines a list may have.
    """
    yield from ("", "#### Risks")
    kinds = [(tuple(filter(holds, changes)), one, many) for holds, one, many in _RISKS]
    if not any(rules for rules, _, _ in kinds):
        yield from ("", "No rule begins or ceases to block, and none newly passes traffic.")
    for rules, one, many in kinds:
        if rules:
            yield from _risk(rules, one if len(rules) == 1 else many, most)


def _risk(rules: Sequence[RuleChange], words: str, most: int) -> Iterator[str]:
    head = f"{counted(len(rules), 'rule')} {words}"
    ways = Counter((one.category, _way(one)) for one in rules).most_common()
    sums = [f"- {code(category)}: {count(number)} {way}" for (category, way), number in ways]
    yield from ("", f"**{head}:**", "", *first(sums, min(most, _FIRST), "line"))
    yield from fold(f"{head}, by name", first([_named(one) for one in rules], most, "rule"))


def _way(one: RuleChange) -> str:
    return f"{one.acted or 'new'} → {one.acts or 'gone'}"


def _named(one: RuleChange) -> str:
    fate = f" ({one.note})" if one.note and not one.acts else ""
    return f"- `{one.sid}` {_way(one)} {code(one.msg)}{fate}"
