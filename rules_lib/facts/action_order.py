"""How the IPS engine of a Next Generation policy ranks rules: by action, then as Suricata does.

The guide says: by action, then by `priority`. The engine puts five more between them, read in
detect-engine-sigorder.c at the tags suricata-7.0.10, 8.0.3 and 8.0.6 and measured with 8.0.8 in
firewall mode: what sets and does not check comes first, what checks and does not set comes last,
and of two that are alike in all of this and in `priority` the one with the lower sid comes first.
The order of the text, and the rule group, count for nothing.
"""

from __future__ import annotations

from typing import Final

ACTIONS_IN_TURN: Final = ("pass", "drop", "reject", "alert")
"""The actions, the first judged first [guide]; it is Suricata's own default too [source]."""

DEFAULT_PRIORITY: Final = 3
"""What a rule has that says none; the lower is judged first [source]."""

RULE_PRIORITY_MAX: Final = 65_535
"""The largest that a rule of a Next Generation policy may say; the smallest is 1 [guide]."""


def turn_of(action: str) -> int:
    """When a rule is judged by its action: the lower, the sooner."""
    return ACTIONS_IN_TURN.index(action)
