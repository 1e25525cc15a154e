"""The engine's configuration: what a group declares, and nothing that this machine adds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

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
_REFERENCE: Final = re.compile(r"reference(?<=\breference)\s*:\s*([^\s,;:]+)\s*,")
"""Begins with a plain word, which is found at once."""


_MUCH: Final = 2**28
"""Bytes of captures above which it pays to look for patterns as the engine does by default."""

_LITTLE: Final = 2**20
"""Bytes of captures up to which it does not pay to make room for many flows beforehand."""

_SOON_READY: Final[dict[str, Any]] = {
    "mpm-algo": "ac",
    "spm-algo": "bm",
    "detect": {
        "profile": "custom",
        "custom-values": {"toclient-groups": 2, "toserver-groups": 2},
    },
}
"""How patterns are looked for where not much is inspected.

Aho-Corasick and Boyer-Moore find what Hyperscan finds. A whole release is loaded in a sixth of the
time, and takes twice the memory (Suricata 7.0.10 and 8.0.8). That the engine keeps rules for four
groups of ports apart, and not for 95, saves 8.0.8 a tenth of what is left."""

_FEW_FLOWS: Final[dict[str, Any]] = {
    "max-pending-packets": 16,
    "flow": {"hash-size": 1024, "prealloc": 100},
    "defrag": {"hash-size": 256, "trackers": 100, "max-frags": _LITTLE // 50},
    "host": {"hash-size": 256, "prealloc": 10},
    "ippair": {"hash-size": 256, "prealloc": 10},
}
"""How much room is made beforehand, for each capture anew; for what is more, as it comes.

More fragments than these, of 50 bytes each, there cannot be. The engine finds the same. 238
captures of one flow each take 1.7 s of a core in place of 3.0."""

_FEW_STREAMS: Final[dict[str, Any]] = {
    "prealloc-sessions": 4,
    "reassembly": {"segment-prealloc": 4},
}
"""The same for what is kept of TCP."""


def configuration(
    variables: GroupVariables,
    action_order: tuple[str, ...] = ACTION_ORDER,
    *,
    traffic: int = 0,
) -> str:
    """Write a suricata.yaml: these variables, and none of the files in /etc/suricata.

    It is in JSON, which YAML includes and which is written in a hundredth of the time.

    What the service sets beyond variables is not published, so the engine's own defaults hold, but
    for three: packets are dropped by rules alone, never for the state of their stream; protocols
    that the service has and a plain Suricata leaves off are on; events go to `eve.json`.

    Args:
        variables: HOME_NET and EXTERNAL_NET among them.
        action_order: of rules that match the same packet.
        traffic: bytes of captures that are to be inspected. The fewer, the sooner the engine is
            ready, and the longer a packet may take.
    """
    document = {
        **({} if traffic > _MUCH else _SOON_READY),
        **({} if traffic > _LITTLE else _FEW_FLOWS),
        "vars": {
            "address-groups": _lists(variables.ip_sets.items()),
            "port-groups": _lists(variables.port_sets.items()),
        },
        "action-order": list(action_order),
        "exception-policy": "ignore",
        "stream": {"drop-invalid": False, **({} if traffic > _LITTLE else _FEW_STREAMS)},
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
    return f"%YAML 1.1\n---\n{json.dumps(document, indent=1, ensure_ascii=False)}\n"


_EVENTS: Final[dict[str, Any]] = {
    "enabled": True,
    "filename": "eve.json",
    "types": ["alert", {"drop": {"alerts": True, "flows": "all"}}],
}


def reference_config(rules: Iterable[str]) -> str:
    """Declare every kind of reference that the rules have; an unknown kind would be a warning."""
    kinds = {kind for rule in rules for kind in _REFERENCE.findall(rule.lower())}
    return "".join(f"config reference: {kind} https://\n" for kind in sorted(kinds))


def _lists(sets: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    return {name: f"[{','.join(values)}]" for name, values in sets}
