"""Which variables a rule group declares to the service: those that its rules use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules_lib.groups import Variables

if TYPE_CHECKING:
    from rules_lib import allowlist
    from rules_lib.model import Converted


def declared_by(rules: Iterable[Converted], variables: allowlist.Variables) -> Variables:
    """Take from the allowlist the variables that these rules use.

    HOME_NET and EXTERNAL_NET go together: a group that sets the one must set the other.
    """
    used = frozenset().union(*(rule.variables for rule in rules)) & variables.declared.keys()
    pair = {"HOME_NET", "EXTERNAL_NET"}
    if "HOME_NET" in variables.declared and used & pair:
        used |= pair & variables.declared.keys()
    sets = {name: variables.declared[name] for name in sorted(used)}
    return Variables(
        ip_sets={name: v for name, v in sets.items() if variables.kinds[name] == "ip"},
        port_sets={name: v for name, v in sets.items() if variables.kinds[name] == "port"},
    )
