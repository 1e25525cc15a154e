"""What AWS's Landing Zone Accelerator asks of `networkFirewall`, and how it reads rule files.

Written down from its configuration schema and its code, release of June 2026.
"""

from __future__ import annotations

import re
from typing import Any, Final


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _each(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_NAME: Final = {"type": "string", "minLength": 1}
_ORDER: Final = {"enum": ["DEFAULT_ACTION_ORDER", "STRICT_ORDER"]}
_SET: Final = _closed(("name", "definition"), name=_NAME, definition=_each(_NAME))
_RULES: Final = _closed(
    ("rulesSource",),
    rulesSource=_closed((), rulesFile=_NAME),
    ruleVariables=_closed(("ipSets", "portSets"), ipSets=_each(_SET), portSets=_each(_SET)),
    statefulRuleOptions=_ORDER,
)
_GROUP: Final = _closed(
    ("name", "regions", "capacity", "type"),
    name=_NAME,
    description=_NAME,
    regions=_each(_NAME),
    capacity={"type": "number"},
    type={"enum": ["STATEFUL", "STATELESS"]},
    ruleGroup=_RULES,
)
_ACTIONS: Final = ["aws:drop_strict", "aws:drop_established", "aws:alert_strict"]
_POLICY: Final = _closed(
    ("name", "firewallPolicy", "regions"),
    name=_NAME,
    regions=_each(_NAME),
    firewallPolicy=_closed(
        ("statelessDefaultActions", "statelessFragmentDefaultActions"),
        statelessDefaultActions=_each(_NAME),
        statelessFragmentDefaultActions=_each(_NAME),
        statefulDefaultActions=_each({"enum": [*_ACTIONS, "aws:alert_established"]}),
        statefulEngineOptions=_ORDER,
        statefulRuleGroups=_each(_closed((), name=_NAME, priority={"type": "number"})),
    ),
)
NETWORK_FIREWALL: Final[dict[str, Any]] = _closed(
    ("firewalls", "policies", "rules"),
    firewalls={"type": "array", "maxItems": 0},
    policies=_each(_POLICY),
    rules=_each(_GROUP),
)

_KNOWN: Final = {"alert", "pass", "drop", "reject", "rejectsrc", "rejectdst", "rejectboth"}


def rules_string(text: str) -> str:
    """What the accelerator makes of a rule file: the lines that begin with an action."""
    lines = re.split(r"\r?\n", text)
    return "\n".join(line for line in lines if line.split(" ")[0] in _KNOWN)
