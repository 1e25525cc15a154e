"""EventBridge to Lambda, and the wildcard filter: both are missing in moto."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.events.models import EventPattern, Rule

if TYPE_CHECKING:
    from localaws.stacks.functions import Invoker

_Send = Callable[[Rule, Any, bool], None]
_Match = Callable[[Any, dict[str, Any]], bool]


def sender(invoker: Invoker, send: _Send) -> _Send:
    """Make a rule's way to its targets: functions by us, all others as moto has it.

    Args:
        invoker: runs functions.
        send: moto's way.
    """

    def send_to_targets(rule: Rule, event: Any, transform_input: bool = True) -> None:
        scheduled = not rule.event_pattern.get_pattern()
        if scheduled or rule.state != "ENABLED" or not rule.event_pattern.matches_event(event):
            return
        arns = [target["Arn"] for target in rule.targets]
        for arn in arns:
            if ":lambda:" in arn:
                invoker.deliver(rule.account_id, arn, _as_delivered(event))
        if not all(":lambda:" in arn for arn in arns):
            send(rule, event, transform_input)

    return send_to_targets


def matcher(match: _Match) -> _Match:
    """Make a filter's test: `wildcard` by us, all others as moto has it."""

    def does_item_match(item: Any, pattern: dict[str, Any]) -> bool:
        if "wildcard" not in pattern:
            return match(item, pattern)
        expression = ".*".join(map(re.escape, pattern["wildcard"].split("*")))
        return isinstance(item, str) and re.fullmatch(expression, item) is not None

    return does_item_match


def _as_delivered(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its time as text: moto has seconds since 1970."""
    moment = datetime.fromtimestamp(float(event["time"]), UTC)
    return {**event, "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


MATCH: _Match = EventPattern._does_item_match_named_filter  # noqa: SLF001  # moto's only hook
SEND: _Send = Rule.send_to_targets
