"""Which line of the allowlist gives a rule its mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.allowlist.fields import whole
from rules_lib.why import ModeKey
from rulesync_cli.explain.story import RequestedMode

if TYPE_CHECKING:
    from rules_lib.allowlist.document import Document
    from rules_lib.model import AnyRule
    from rules_lib.outcome import GivenMode


def asked_of(given: GivenMode, rule: AnyRule, document: Document) -> RequestedMode:
    """Say which mode a rule is asked for in, and which line says so.

    Args:
        given: the mode, and which key gives it.
        rule: as the feed ships it.
        document: the allowlist's file as read, for its lines.
    """
    mode, key = given
    match key:
        case ModeKey.CATEGORY:
            line = document.lines.get((key, rule.category))
            why = f"the category is `{rule.category}: {mode}`"
            return RequestedMode(mode, f"{key}.{rule.category}", line, why)
        case ModeKey.DEFAULT:
            why = f"the category is not listed, so `default: {mode}` applies"
            return RequestedMode(mode, key.value, document.lines.get((key,)), why)
        case ModeKey.ON:
            why = "`rules: on:` lists its sid, so it alerts although its category is off"
        case ModeKey.OFF | ModeKey.ALERT | ModeKey.DROP:
            why = f"its sid is under `rules: {_list(key)}:`"
    return RequestedMode(mode, key.value, _line_of_sid(document, _list(key), rule.sid), why)


def _list(key: ModeKey) -> str:
    """The name of a list of sids."""
    return key.removeprefix("rules.")


def _line_of_sid(document: Document, name: str, sid: int | None) -> int | None:
    listed = document.at("rules", name)
    places = enumerate(listed if isinstance(listed, list) else [])
    place = next((at for at, text in places if whole(text) == sid), None)
    return document.lines["rules", name] if place is None else document.lines["rules", name, place]
