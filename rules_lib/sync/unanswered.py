"""What `drop_when` asks of the metadata and no rule can answer: most likely a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.names import nearest
from rules_lib.facts import metadata
from rules_lib.model import Mode, Rule
from rules_lib.reading.metadata import CONFIDENCE, SEVERITY, metadata_values
from rules_lib.report.feed_words import any_feed
from rules_lib.stages.conditions import same

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.reading.ruleset import Ruleset

_SCALES: Final = {SEVERITY, CONFIDENCE}
"""Keys whose values the allowlist's own reader judges."""


def unanswered(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    """Name keys and values that are asked for and that no rule of the feed has.

    No error: a feed may cease to give a key, or begin to, and the allowlist is right all the same.
    """
    for name, setting in allowlist.categories.items():
        asked = setting.drop_when.values if setting.drop_when else {}
        for key in asked.keys() - _SCALES:
            without = setting.drop_when.without(key) if setting.drop_when else Mode.ALERT
            for told in _told(key, asked[key], without, ruleset):
                yield f"categories: {name}: drop_when: {told}"


def _told(key: str, wanted: Iterable[str], without: Mode, ruleset: Ruleset) -> Iterator[str]:
    missing = {same(value): value for value in wanted}
    seen: dict[str, str] = {}
    for rule in ruleset.rules:
        if not missing:
            return
        for value in metadata_values(rule.text, key) if isinstance(rule, Rule) else ():
            seen[same(value)] = value
            missing.pop(same(value), None)
    none = f"no rule of {any_feed(several=ruleset.several)} has {key}"
    if not seen:
        near = nearest(key, metadata.KEYS - {key})
        yield f"{none} in its metadata, so {_EFFECT[without]}{_hint(near)}"
    elif missing:
        for value in sorted(missing.values()):
            near = nearest(value, seen.values())
            yield f"{none} {value} in its metadata{_hint(near)}"


_EFFECT: Final = {
    Mode.ALERT: "all of the category alerts (`missing: alert`)",
    Mode.DROP: "it keeps no rule from dropping (`missing: drop`)",
}


def _hint(near: str) -> str:
    return f"; nearest: {near}" if near else ""
