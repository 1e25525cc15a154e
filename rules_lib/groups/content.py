"""What a rule group holds: its text read back by sid, and compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rules_lib.reading.rule import sid_of

_REV: Final = re.compile(r"[;(]\s*rev\s*:\s*(\d{1,18})\s*(?=;)", re.IGNORECASE | re.ASCII)
_BYPASS: Final = re.compile(r"[;(]\s*bypass\s*;", re.IGNORECASE | re.ASCII)
"""The option by which a rule has the engine look at a flow no further."""


@dataclass(frozen=True)  # no slots: a cached property keeps its value beside the fields
class GroupText:
    """The `RulesString` of a rule group, read once, by what is asked for."""

    text: str

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """One a line; blank lines are none."""
        return rules_in(self.text)

    @cached_property
    def by_sid(self) -> Mapping[int, str]:
        """The rules by their sid, in their order; those without one are left out."""
        return {sid: rule for rule in self.rules if (sid := sid_of(rule)) is not None}

    @cached_property
    def actions(self) -> Mapping[int, str]:
        """Sid -> action of these rules."""
        return {sid: action_of(rule) for sid, rule in self.by_sid.items()}

    @cached_property
    def acting(self) -> Mapping[int, str]:
        """The same of those that say what they match."""
        from rules_lib.reading.parser import is_silent  # noqa: PLC0415 - of a build alone

        return {sid: act for sid, act in self.actions.items() if not is_silent(self.by_sid[sid])}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one text has that another has not, by sid.

    Attributes:
        added: in the order of the text after.
        removed: in the order of the text before.
        changed: the same sid with another text, in the order of the text after.
        moved: the rules that both have stand in another order.
    """

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    moved: bool = False


def difference(before: str, after: str) -> Difference:
    """Compare two texts of a rule group, by sid."""
    return compare_rules(by_sid(before), by_sid(after))


def compare_rules(old: Mapping[int, str], new: Mapping[int, str]) -> Difference:
    """Compare the rules of two groups: sid -> text, in their order."""
    return Difference(
        added=tuple(sid for sid in new if sid not in old),
        removed=tuple(sid for sid in old if sid not in new),
        changed=tuple(sid for sid, text in new.items() if old.get(sid, text) != text),
        moved=[sid for sid in old if sid in new] != [sid for sid in new if sid in old],
    )


def by_sid(text: str) -> dict[int, str]:
    """The rules of a `RulesString` by their sid, in its order; rules without one are left out."""
    return dict(GroupText(text).by_sid)


def lets_through(rule: str) -> bool:
    """Whether what the rule matches is inspected no further, and not blocked."""
    return ends_inspection(action_of(rule), rule)


def ends_inspection(action: str, rule: str) -> bool:
    """The same, where the rule's action is known."""
    if action != "alert":
        return action == "pass"
    return "bypass" in rule.lower() and bool(_BYPASS.search(rule))  # the search is slower


def action_of(rule: str) -> str:
    """The action of a rule, in lower case; empty where there is no rule.

    Suricata takes an action in any case (`ActionStringToFlags` of 7.0.10 and 8.0), and so do we.
    """
    if not rule:
        return ""
    word = rule[: max(rule.find(" "), 0)]  # what is behind it is long, and not copied
    if not word.isalpha():  # it nearly always is, and to look for any white space takes longer
        word = rule.split(maxsplit=1)[0]
    return word.lower()


def rev_of(rule: str) -> int | None:
    """The revision that a rule's text gives; None where it gives none."""
    found = _REV.search(rule)
    return int(found[1]) if found else None


def rules_in(text: str) -> tuple[str, ...]:
    """The rules of a `RulesString`, one a line; blank lines are none."""
    return tuple(line for raw in text.split("\n") if (line := raw.strip()))
