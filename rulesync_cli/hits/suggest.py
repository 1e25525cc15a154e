"""What an allowlist would say if people followed the classes of hits."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.drop_when import DropWhen
from rules_lib.allowlist.reader import read_document
from rules_lib.errors import AllowlistError, SettingsError
from rules_lib.facts.metadata import CONFIDENCES, SEVERITIES
from rules_lib.model import Mode
from rulesync_cli.allowlist_text import as_it_is, with_category, with_sids
from rulesync_cli.hits.classes import SURE, WORTH_DROPPING, HitClass, WatchedRule, may_be_dropped

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

WHOLE_CATEGORY: Final = 10
"""From so many ready rules on a category is suggested as a whole, its other rules by sid."""

_OTHERS: Final = 0.25
"""So many others there may be for each ready rule; else the ready ones are named."""

_SEVERITIES: Final = tuple(one for one in SEVERITIES if one in WORTH_DROPPING)
_CONFIDENCES: Final = tuple(one for one in CONFIDENCES if one in SURE)
_DROP: Final = (
    f"{{mode: drop, drop_when: {{signature_severity: [{', '.join(_SEVERITIES)}], "
    f"confidence: [{', '.join(_CONFIDENCES)}], missing: alert}}}}"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit of an allowlist.

    Attributes:
        categories: that are to drop, where their rules say enough of themselves.
        drop: sids that are to drop.
        alert: sids that go on alerting in these categories.
        off: sids that are to be off.
    """

    categories: tuple[str, ...] = ()
    drop: tuple[int, ...] = ()
    alert: tuple[int, ...] = ()
    off: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to suggest."""
        return not (self.categories or self.drop or self.alert or self.off)

    def edited(self, text: str, source: str) -> str:
        """The file with the edit, and nothing else changed.

        Args:
            text: of the allowlist.
            source: its name, for errors.

        Raises:
            AllowlistError: the file has errors.
            SettingsError: the file has a form in which it cannot be edited.
        """
        before = as_it_is(text, source)
        after = text
        for name in self.categories:
            after = with_category(after, name, _DROP)
        for key in ("off", "alert", "drop"):
            after = with_sids(after, key, getattr(self, key))
        if _read_back(after, source) != self._wanted(before):
            raise SettingsError(f"{source} has a form in which it cannot be edited; do it by hand")
        return after

    def _wanted(self, before: Allowlist) -> Allowlist:
        settings = dict(before.categories)
        for name in self.categories:
            settings[name] = settings[name].model_copy(
                update={
                    "mode": Mode.DROP,
                    "drop_when": DropWhen(
                        signature_severity=frozenset(_SEVERITIES),
                        confidence=frozenset(_CONFIDENCES),
                    ),
                }
            )
        rules = before.rules.model_copy(
            update={
                key: getattr(before.rules, key) | frozenset(getattr(self, key))
                for key in ("off", "alert", "drop")
            }
        )
        return before.model_copy(update={"categories": settings, "rules": rules})


def _read_back(text: str, source: str) -> Allowlist | None:
    """What an edited file says; None where it has errors by now."""
    try:
        return as_it_is(text, source)
    except AllowlistError:
        return None


def plain_categories(text: str | bytes) -> frozenset[str]:
    """The categories that an allowlist lists with nothing but a mode."""
    listed = read_document(text).mapping("categories")
    return frozenset(name for name, value in listed.items() if isinstance(value, str))


def suggest_drops(
    rules: Iterable[WatchedRule], allowlist: Allowlist, plain: Collection[str]
) -> Suggestion:
    """Have the rules drop that are ready: by category where most of its rules are, else by sid.

    In a category that is to drop, its other rules that would drop then go on alerting.

    Args:
        rules: all that are in force.
        allowlist: for the sids that are to alert already.
        plain: categories that can be given another mode; see `plain_categories`.
    """
    ready, others = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for one in rules:
        if one.hit_class is HitClass.READY:
            ready[one.rule.category].append(one.rule.sid)
        elif may_be_dropped(one.rule) and one.rule.sid not in allowlist.rules.alert:
            others[one.rule.category].append(one.rule.sid)
    whole = tuple(
        name
        for name, sids in sorted(ready.items())
        if _is_whole(len(sids), len(others[name])) and name in plain
    )
    named = sorted(sid for name, sids in ready.items() if name not in whole for sid in sids)
    staying = sorted(sid for name in whole for sid in others[name])
    return Suggestion(categories=whole, drop=tuple(named), alert=tuple(staying))


def _is_whole(ready: int, others: int) -> bool:
    return ready >= WHOLE_CATEGORY and others <= _OTHERS * ready


def suggest_silence(rules: Iterable[WatchedRule]) -> Suggestion:
    """Switch the noisy rules off."""
    noisy = sorted(one.rule.sid for one in rules if one.hit_class is HitClass.NOISY)
    return Suggestion(off=tuple(noisy))


def edit_diff(before: str, after: str, name: str) -> str:
    """An edit as a unified diff."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name}, edited"
    )
    return "".join(lines)
