"""Which line of the allowlist gives a rule its mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.fields import whole
from rules_lib.model import AnyRule, Mode
from rules_lib.stages.select import mode_of
from rulesync_cli.explain.story import RequestedMode

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path

_NAMED: Final = ("off", "alert", "drop")
"""Lists under `rules` that give a sid its mode; it stands in no more than one of them."""


def asked_of(rule: AnyRule, allowlist: Allowlist, document: Document) -> RequestedMode:
    """Say which mode a rule is asked for in, and which key says so.

    Args:
        rule: as the feed ships it.
        allowlist: what people ask for.
        document: the same file as read, for its lines.
    """
    mode = mode_of(rule, allowlist)
    own, sid = allowlist.setting_of(rule.category).mode, rule.sid
    given = _NAMED[:1] if mode is Mode.AS_WRITTEN else _NAMED
    if named := next((n for n in given if sid in getattr(allowlist.rules, n)), None):
        why = f"its sid stands under `rules: {named}:`"
        return RequestedMode(mode, f"rules.{named}", _line_of_sid(document, named, sid), why)
    if own is not mode:
        why = f"`rules: on:` names its sid, so it alerts although its category is {own}"
        return RequestedMode(mode, "rules.on", _line_of_sid(document, "on", sid), why)
    if allowlist.lists(rule.category):
        path: Path = ("categories", rule.category)
        why = f"the category is `{rule.category}: {mode}`"
        return RequestedMode(mode, ".".join(map(str, path)), document.lines.get(path), why)
    why = f"the category is not listed, so `default: {mode}` holds"
    return RequestedMode(mode, "default", document.lines.get(("default",)), why)


def _line_of_sid(document: Document, name: str, sid: int | None) -> int | None:
    listed = document.at("rules", name)
    places = enumerate(listed if isinstance(listed, list) else [])
    place = next((at for at, text in places if whole(text) == sid), None)
    return document.lines["rules", name] if place is None else document.lines["rules", name, place]
