"""Rule groups with Suricata's rules, as they are stored: of Classic policies, or of type IPS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

STRICT_ORDER: Final = "STRICT_ORDER"
DEFAULT_ORDER: Final = "DEFAULT_ACTION_ORDER"
STATEFUL: Final = "STATEFUL"
IPS: Final = "IPS"
CONTENT: Final = {STATEFUL: "RuleGroup", IPS: "IpsRuleGroup"}
"""Type of a group -> the member in which requests and answers have its rules [api]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is so with all that is stored; `content` is the structure as it was sent."""

    arn: str
    name: str
    id: str
    token: str
    content: Mapping[str, Any]
    description: str | None
    encryption: Mapping[str, str] | None
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup(Stored):
    """One rule group; `content` is its `RuleGroup` or `IpsRuleGroup`."""

    capacity: int
    consumed: int
    managed: bool = False
    kind: str = STATEFUL

    @property
    def order(self) -> str:
        """`STRICT_ORDER` or `DEFAULT_ACTION_ORDER`."""
        return rule_order(self.content)


def rule_order(content: Mapping[str, Any]) -> str:
    """The evaluation order of a `RuleGroup` structure; strict order has to be asked for."""
    return str(content.get("StatefulRuleOptions", {}).get("RuleOrder", DEFAULT_ORDER))
