"""Exceptions that do not do what they say, end soon, or have ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rules_lib.model import Mode
from rules_lib.report.feed_words import any_feed
from rules_lib.report.staging import SOON
from rules_lib.stages.narrow import narrow

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.allowlist import Allowlist, RuleException
    from rules_lib.build import Built
    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted, Discarded
    from rules_lib.reading.ruleset import Ruleset


def exceptions_told(inputs: Inputs, built: Built, *, has_feed: bool = True) -> Iterator[str]:
    """Say what people should know of each exception; of most there is nothing to say.

    Args:
        inputs: of the build.
        built: what came of them.
        has_feed: whether a feed is at hand, so that it is known what it lacks.
    """
    if not inputs.allowlist.exceptions:
        return
    kept = {rule.sid: rule for rule in built.kept}
    lost = {one.rule.sid: one for one in built.discarded}
    present = {rule.sid for rule in inputs.ruleset.rules}
    for one in inputs.allowlist.exceptions:
        name = f"exceptions: {one.sid}"
        if not one.holds_on(inputs.day):
            yield f"{name} ended on {one.until} and is without effect; remove it"
        elif one.sid in kept:
            yield from (f"{name} {told}" for told in _of_kept(one, kept[one.sid], inputs.allowlist))
            yield from (f"{name} {told}" for told in _ends_soon(one, inputs.day))
        elif has_feed or one.sid in present:
            yield f"{name} has no effect: {_why_not(one.sid, lost, inputs.ruleset)}"


def _why_not(sid: int, lost: Mapping[int | None, Discarded], ruleset: Ruleset) -> str:
    """Why an exception of a rule that is not kept does nothing."""
    if sid in lost:
        return f"its rule is discarded ({lost[sid].reason})"
    if any(rule.sid == sid for rule in ruleset.rules):
        return "its rule is off"
    return f"it is not an enabled rule of {any_feed(several=ruleset.several)} or of your own files"


def _of_kept(one: RuleException, rule: Converted, allowlist: Allowlist) -> Iterator[str]:
    """Why a published rule is as it was, and what else follows from its exception."""
    if rule.given.mode is Mode.AS_WRITTEN:
        yield f"has no effect: {rule.rule.category} is published as written"
        return
    if rule.action == "pass":
        yield "has no effect: it is a pass rule, and does not change"
        return
    header = rule.text[: rule.text.index("(")]
    passed_over = narrow(header, (one.without,), allowlist.variables.declared).passed_over
    if passed_over:
        yield (
            f"leaves {', '.join(passed_over)} in: whether the rule's header has addresses of that "
            "family is not known; set HOME_NET in the allowlist"
        )
    elif not rule.without:
        yield "has no effect: the rule's header names none of its hosts"
    if not one.why:
        yield "has no `why`: add the reason, for your colleagues"


def _ends_soon(one: RuleException, day: date) -> Iterator[str]:
    if one.until and one.until - day <= SOON:
        yield f"ends on {one.until}: from the next day on its rule counts for all hosts"
