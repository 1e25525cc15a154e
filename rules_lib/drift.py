"""What somebody else did to our groups since the newest build; the next sync puts it right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rules_lib.content import rules_in

if TYPE_CHECKING:
    from rules_lib.groups import DeployedGroup, Group


def digest_of(group: Group | DeployedGroup) -> str:
    """Identify what a group holds: its rules in their order, and its variables."""
    held = [
        rules_in(group.text),
        sorted((name, list(values)) for name, values in group.variables.ip_sets.items()),
        sorted((name, list(values)) for name, values in group.variables.port_sets.items()),
    ]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def drift_of(recorded: Mapping[str, str], deployed: Mapping[str, DeployedGroup]) -> Iterator[str]:
    """Name the groups that are not as the newest build left them.

    Args:
        recorded: name -> digest of what the newest build left.
        deployed: by name.
    """
    for name, digest in sorted(recorded.items()):
        group = deployed.get(name)
        if group is None:
            yield f"rule group {name} was deleted by somebody else; it is made again"
        elif digest_of(group) != digest:
            yield f"rule group {name} was edited by somebody else; it is put right"
