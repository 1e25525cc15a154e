"""What would change the fate of a rule, be it kept or not: in general, and for this very rule.

What holds for all rules with a reason is the report's own advice (`rules_lib.report.remedies`); the
rest is found by trying it on the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from rules_lib.build import prepare
from rules_lib.model import AnyRule, Mode, Reason, Rule, is_local
from rules_lib.outcome import Discarded
from rules_lib.report.remedies import REMEDIES, key_of_value, value_wanted
from rules_lib.ties import Mark
from rules_lib.why import ModeKey
from rulesync_cli.explain.story import Fate, LeftOut, RequestedMode, ToldTie

if TYPE_CHECKING:
    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted
    from rulesync_cli.explain.price import Price

_RISK: Final = "documented_unsupported"
_KEEPING: Final = ((_RISK,), ("threshold",), (_RISK, "threshold"))
"""Keys of the allowlist by which rules are kept in spite of a keyword, the fewest first."""

_LISTED: Final = (ModeKey.DROP, ModeKey.ALERT, ModeKey.OFF)
"""The lists of sids that give a rule that is enabled another mode than its category's."""

_DOES: Final = {
    "alert": "it alerts",
    "drop": "it drops",
    "reject": "it rejects",
    "pass": "it passes",
}


def left_out_of(discarded: Discarded, way_back: str, notes: Iterator[str]) -> LeftOut:
    """Tell of a discarded rule."""
    cause = REMEDIES[discarded.reason].cause
    return LeftOut(discarded.reason, discarded.detail, cause, way_back, tuple(notes))


def way_back_of(discarded: Discarded, inputs: Inputs, ties: tuple[ToldTie, ...]) -> str:
    """The reason's remedy; narrowed down where it is known what helps this very rule."""
    if discarded.reason is Reason.UNSUPPORTED_KEYWORD:
        return _keeping(discarded.rule, inputs)
    if discarded.reason is Reason.FLOWBIT_NEVER_SET and not any(tie.setters for tie in ties):
        return "A rule that sets it: from a later release of the feed, or one of your own."
    if discarded.reason is Reason.UNDEFINED_VARIABLE and discarded.missing:
        keys = " and ".join(map(key_of_value, discarded.missing))
        return f"Give a value to {keys} in the allowlist."
    return REMEDIES[discarded.reason].way_back


def _keeping(rule: AnyRule, inputs: Inputs) -> str:
    """Which settings have the service take the rule, found by trying them."""
    for keys in _KEEPING:
        trial = inputs.edited(**dict.fromkeys(keys, "keep"))
        if not prepare((rule,), trial).discarded:
            named = " and ".join(f"`{key}: keep`" for key in keys)
            risk = "; AWS says that it does not work" if _RISK in keys else ""
            return f"{named} in the allowlist{risk}."
    return "Nothing: no setting makes the service take the keyword."


def off_of(rule: AnyRule, asked: RequestedMode, notes: Iterator[str]) -> LeftOut:
    """Tell of an enabled rule that nobody asked for."""
    if asked.key == "rules.off":
        back = "Take its sid out of `rules: off:`."
    else:
        back = (
            f"Set `{rule.category}: alert` under `categories:`, or, for this rule alone, put its "
            f"sid under `rules: alert:` or `rules: drop:`."
        )
    return LeftOut(None, asked.why, "The allowlist does not want the rule.", back, tuple(notes))


def disabled_of(rule: AnyRule, asked: RequestedMode, notes: Iterator[str]) -> LeftOut:
    """Tell of a rule that the feed ships commented out."""
    detail = "the feed ships it disabled, and `rules: on:` does not name it"
    mode = Mode.ALERT if asked.mode is Mode.OFF else asked.mode
    if asked.key == "rules.off":
        back = "It is under `rules: off:` too; move it to `rules: on:`."
    else:
        back = f"`rules: on: [{rule.sid}]` enables it, in {mode} mode."
    cause = "Feeds disable rules that are old, slow or prone to false alarms."
    if is_local(rule.category):
        cause = "The line is commented out in your own file."
    return LeftOut(None, detail, cause, back, tuple(notes))


def ways_to_change(kept: Converted, inputs: Inputs) -> Iterator[str]:
    """What would give a kept rule another action, or leave it out; found by trying."""
    given = kept.given.key
    place = f" in place of `rules: {_list_of(given)}:`" if given in _LISTED else ""
    for key in _LISTED:
        if key is not given and (becomes := _tried(kept, key, inputs)):
            yield f"`rules: {_list_of(key)}: [{kept.sid}]`{place}: {becomes}"
    if kept.given.mode is Mode.AS_WRITTEN:
        yield "the action in its file"


def _list_of(key: ModeKey) -> str:
    return key.removeprefix("rules.")


def _tried(kept: Converted, key: ModeKey, inputs: Inputs) -> str:
    """What else becomes of a rule whose sid stands in that list alone; empty where nothing does."""
    lists, sid = inputs.allowlist.rules, frozenset({kept.sid})
    update = {_list_of(one): getattr(lists, _list_of(one)) - sid for one in _LISTED}
    update[_list_of(key)] |= sid
    tried = prepare(
        _beside(kept.rule, inputs), inputs.edited(rules=lists.model_copy(update=update))
    )
    then = next((rule for rule in tried.wanted if rule.sid == kept.sid), None)
    if then is None:
        left = any(one.rule.sid == kept.sid for one in tried.discarded)
        return "" if left else "it is left out"
    same = then.action == kept.action and not (kept.setter and then.text != kept.text)
    return "" if same else _DOES.get(then.action, then.action)


def _beside(rule: Rule, inputs: Inputs) -> tuple[AnyRule, ...]:
    """The rule, and where rules are judged by action those on which its action may depend."""
    if not rule.ties or not inputs.allowlist.firewall.target.in_action_order:
        return (rule,)
    return tuple(one for one in inputs.ruleset.rules if isinstance(one, Rule) and one.ties)


def if_asked(rule: AnyRule, inputs: Inputs) -> Iterator[str]:
    """What would stand in the way of a rule that is not asked for now, looked at alone."""
    named = {"off": frozenset(), "alert": frozenset({rule.sid})}
    asked = inputs.edited(rules=inputs.allowlist.rules.model_copy(update=named))
    for found in prepare((rule,), asked).discarded:
        yield f"even then it would be discarded as {found.reason}: {found.detail}"


def notes_on(
    discarded: Discarded, missing: Mapping[str, int], ties: tuple[ToldTie, ...], any_feed: str
) -> Iterator[str]:
    """What holds for this very rule beside its reason's remedy."""
    for name in discarded.missing:
        yield value_wanted(name, missing[name])
    if discarded.reason is Reason.FLOWBIT_NEVER_SET:
        yield from _setters(ties, any_feed)
    if other := discarded.winner:
        yield f"the rule that counts is discarded as {other.reason}: {other.detail}"


def _setters(ties: tuple[ToldTie, ...], any_feed: str) -> Iterator[str]:
    """Who could set the marks that nobody sets."""
    for tie in ties:
        if not tie.needs or any(one.fate is Fate.KEPT for one in tie.setters):
            continue
        mark = Mark(tie.kind, tie.name)
        if not tie.setters:
            yield f"no rule of {any_feed} sets {mark}, not even a disabled one"
        sleeping = ", ".join(str(one.sid) for one in tie.setters if one.fate is Fate.DISABLED)
        if sleeping:
            yield f"disabled in the feed, sets {mark}: `rules: on: [{sleeping}]`"
        for one in tie.setters:
            if one.fate is Fate.OFF:
                yield f"off, sets {mark}: take {one.sid} out of `rules: off:`"
            elif one.fate is Fate.DISCARDED:
                yield f"{one.sid} sets {mark} and is discarded too: `rulesync explain {one.sid}`"


def note_on_price(price: Price | None) -> Iterator[str]:
    """What a rule that is over budget would need."""
    if price is None:
        yield "no budget alone brings it back; see the detail"
        return
    yield (
        f"it is kept with `firewall: capacity: {price.capacity}` and "
        f"`rule_groups: {price.rule_groups}` or more, together with everything that is worth more"
    )
    if last := price.last:
        facts = ", ".join(filter(None, (last.severity, last.confidence, last.updated_at)))
        yield (
            f"the least valued rule that is kept is {last.sid} of {last.category}"
            f" ({facts or 'without metadata'})"
        )
