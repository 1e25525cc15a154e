"""The words of Network Firewall's API that we write and look for, from its botocore model."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

STRICT_ORDER: Final = "STRICT_ORDER"
"""`RuleOrder`: rule groups by their priority, rules as they stand."""

DEFAULT_ACTION_ORDER: Final = "DEFAULT_ACTION_ORDER"
"""`RuleOrder`: all rules by their action; such a group takes no priority."""

STATEFUL: Final = "STATEFUL"
"""`Type` of a rule group with Suricata's rules."""

IPS: Final = "IPS"
"""`Type` of a rule group with Suricata's rules for a Next Generation policy."""

MONITOR: Final = "MONITOR"
"""`PolicyMode`: what would be blocked is logged and counted, and nothing is blocked."""

ACCEPT_ACTION: Final = "ACCEPT"
"""`FirewallDefaultAction`: what the firewall engine's rules did not match goes on to the IPS."""

LETS_ON: Final = frozenset({ACCEPT_ACTION, "ALERT"})
"""The default actions by which traffic comes to the IPS engine; the others block it [run]."""

FORWARD_TO_STATEFUL: Final = "aws:forward_to_sfe"
"""The stateless action by which packets come to the stateful rules."""

AT_REST: Final = timedelta(seconds=10)
"""The service tells times in whole seconds: what was changed just now may change again in the same
second, unnoticed."""
