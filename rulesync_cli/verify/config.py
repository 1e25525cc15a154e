"""The engine's configuration: what a group declares, and nothing that this machine adds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import GroupVariables

REFERENCES: Final = "reference.config"
"""Name of the file beside the configuration that declares the kinds of references."""

ACTION_ORDER: Final = ("pass", "alert", "drop", "reject")
"""Where nothing asks for another: a silent `alert` sets its mark before a `drop` checks it."""

_OFF_BY_DEFAULT: Final[dict[str, dict[str, Any]]] = {
    "modbus": {"enabled": True},
    "dnp3": {"enabled": True, "detection-ports": {"dp": 20000}},
    "enip": {"enabled": True, "detection-ports": {"dp": 44818, "sp": 44818}},
}
"""Protocols that a plain Suricata leaves off (7.0.10: all three, 8.0.8: modbus and dnp3).

Without a port the parser of dnp3 is not registered at all, `enabled` or not; 20000 is the port that
IANA has for it, as 44818 is for enip.
"""
_REFERENCE: Final = re.compile(r"\breference\s*:\s*([^\s,;:]+)\s*,", re.IGNORECASE)


_SOON_READY: Final = {"mpm-algo": "ac", "spm-algo": "bm"}
"""How patterns are looked for where little is inspected: by Aho-Corasick and Boyer-Moore.

They find what Hyperscan finds. A whole release is loaded in a sixth of the time, and takes twice
the memory (Suricata 7.0.10 and 8.0.8)."""


def configuration(
    variables: GroupVariables,
    action_order: tuple[str, ...] = ACTION_ORDER,
    *,
    much_traffic: bool = False,
) -> str:
    """Write a suricata.yaml: these variables, and none of the files in /etc/suricata.

    What the service sets beyond variables is not published, so the engine's own defaults hold, but
    for three: packets are dropped by rules alone, never for the state of their stream; protocols
    that the service has and a plain Suricata leaves off are on; events go to `eve.json`.

    Args:
        variables: HOME_NET and EXTERNAL_NET among them.
        action_order: of rules that match the same packet.
        much_traffic: patterns are looked for as the engine does by default, which takes longer to
            be ready and less for each packet.
    """
    document = {
        **({} if much_traffic else _SOON_READY),
        "vars": {
            "address-groups": _lists(variables.ip_sets.items()),
            "port-groups": _lists(variables.port_sets.items()),
        },
        "action-order": list(action_order),
        "exception-policy": "ignore",
        "stream": {"drop-invalid": False},
        "app-layer": {"protocols": _OFF_BY_DEFAULT},
        "stats": {"enabled": False},
        "logging": {
            "default-log-level": "info",
            "outputs": [{"console": {"enabled": True, "type": "json"}}],
        },
        "outputs": [{"eve-log": _EVENTS}],
        "classification-file": "/dev/null",
        "threshold-file": "/dev/null",
        "reference-config-file": REFERENCES,
    }
    return f"%YAML 1.1\n---\n{yaml.safe_dump(document, sort_keys=False)}"


_EVENTS: Final[dict[str, Any]] = {
    "enabled": True,
    "filename": "eve.json",
    "types": ["alert", {"drop": {"alerts": True, "flows": "all"}}],
}


def reference_config(rules: Iterable[str]) -> str:
    """Declare every kind of reference that the rules have; an unknown kind would be a warning."""
    kinds = {match.lower() for rule in rules for match in _REFERENCE.findall(rule)}
    return "".join(f"config reference: {kind} https://\n" for kind in sorted(kinds))


def _lists(sets: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    return {name: f"[{','.join(values)}]" for name, values in sets}
