"""Which line of the allowlist gives a rule its mode, and why its action is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.fields import whole
from rules_lib.explain.story import Asked
from rules_lib.model import AnyRule, Converted, Mode, Rule
from rules_lib.stages.select import mode_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist, DropWhen
    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path

_NAMED: Final = ("off", "alert", "drop")
"""Lists under `rules` that give a sid its mode; it stands in no more than one of them."""


def asked_of(rule: AnyRule, allowlist: Allowlist, document: Document) -> Asked:
    """Say which mode a rule is asked for in, and which key says so.

    Args:
        rule: as the feed ships it.
        allowlist: what people ask for.
        document: the same file as read, for its lines.
    """
    mode = mode_of(rule, allowlist)
    own, sid = allowlist.setting_of(rule.category).mode, rule.sid
    if named := next((n for n in _NAMED if sid in getattr(allowlist.rules, n)), None):
        why = f"its sid stands under `rules: {named}:`"
        return Asked(mode, f"rules.{named}", _line_of_sid(document, named, sid), why)
    if own is not mode:
        why = f"`rules: on:` names its sid, so it alerts although its category is {own}"
        return Asked(mode, "rules.on", _line_of_sid(document, "on", sid), why)
    if allowlist.lists(rule.category):
        path: Path = ("categories", rule.category)
        why = f"the category is `{rule.category}: {mode}`"
        return Asked(mode, ".".join(map(str, path)), document.lines.get(path), why)
    why = f"the category is not listed, so `default: {mode}` holds"
    return Asked(mode, "default", document.lines.get(("default",)), why)


def _line_of_sid(document: Document, name: str, sid: int | None) -> int | None:
    listed = document.at("rules", name)
    places = enumerate(listed if isinstance(listed, list) else [])
    place = next((at for at, text in places if whole(text) == sid), None)
    return document.lines["rules", name] if place is None else document.lines["rules", name, place]


def why_action(converted: Converted, allowlist: Allowlist) -> str:
    """Say why a kept rule has the action that it has."""
    feed = converted.rule.header.action.lower()
    if converted.setter:
        return "its category is off; it was brought in to set a flowbit, and only marks the flow"
    if feed != "alert":
        return f"the feed ships it as {feed}, which stays as it is in either mode"
    if converted.mode is Mode.ALERT:
        return "alert mode leaves the action alone"
    return _why_in_drop_mode(converted, allowlist)


def _why_in_drop_mode(converted: Converted, allowlist: Allowlist) -> str:
    rule = converted.rule
    if rule.noalert:
        return "it only marks a flow (noalert): as drop it would block traffic and say nothing"
    condition = allowlist.setting_of(rule.category).drop_when
    if converted.action == "drop":
        if rule.sid in allowlist.rules.drop:
            return "drop mode, and its sid is named, whatever its metadata"
        return "drop mode, and `drop_when` holds" if condition else "drop mode turns alert into it"
    unmet = _unmet(rule, condition) if condition else ()
    return f"`drop_when` does not hold: {'; '.join(unmet)}"


def _unmet(rule: Rule, condition: DropWhen) -> list[str]:
    """The fields that keep a rule from dropping, each looked at alone."""
    asked = (
        ("signature_severity", rule.severity, "confidence", condition.signature_severity),
        ("confidence", rule.confidence, "signature_severity", condition.confidence),
    )
    unmet = []
    for name, has, other, wanted in asked:
        alone = condition.model_copy(update={other: None})
        if wanted is not None and not alone.holds(rule.severity, rule.confidence):
            found = has or f"not given (`missing: {condition.missing}`)"
            unmet.append(f"{name} is {found}, asked for: {', '.join(sorted(wanted))}")
    return unmet
