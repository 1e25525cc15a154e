"""Why a kept rule has the action that it has: of use to whoever asks for one, and to the guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.model import Converted, Mode
from rules_lib.stages.conditions import conditions_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist


def why_action(converted: Converted, allowlist: Allowlist) -> str:
    """Say why a kept rule has the action that it has."""
    feed = converted.rule.header.action.lower()
    if converted.setter:
        return "its category is off; it was brought in to set a mark, and says nothing itself"
    if converted.mode is Mode.AS_WRITTEN:
        return "its file is published as written, so the action is the one that stands there"
    if feed != converted.action == "alert":
        return f"it is shipped as {feed}, and its sid stands under `rules: alert:`"
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
    if rule.alert_only:
        return "its metadata say `deployment alert_only`: it is not meant to block"
    conditions = conditions_of(rule, condition) if condition else ()
    unmet = "; ".join(f"{one}" for one in conditions if not one.holds)
    return f"`drop_when` does not hold: {unmet}"
