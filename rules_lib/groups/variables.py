"""What a rule group declares to the service: the variables and references that its rules use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules_lib.facts.limits import BUILT_IN_VARIABLES
from rules_lib.groups.references import used_by
from rules_lib.groups.rule_group import GroupVariables

if TYPE_CHECKING:
    from rules_lib import allowlist
    from rules_lib.allowlist import Allowlist
    from rules_lib.outcome import Converted


def declared_by(rules: Iterable[Converted], allowlist: Allowlist) -> GroupVariables:
    """Take from the allowlist what these rules use."""
    variables = allowlist.variables
    names = with_pair(frozenset().union(*(rule.variables for rule in rules)), variables)
    sets = {name: variables.declared[name] for name in sorted(names & variables.declared.keys())}
    references = sorted(used_by(names, variables)) if allowlist.references else ()
    return GroupVariables(
        ip_sets={name: v for name, v in sets.items() if variables.kinds[name] == "ip"},
        port_sets={name: v for name, v in sets.items() if variables.kinds[name] == "port"},
        references={name: allowlist.references[name] for name in references},
    )


def with_pair(names: frozenset[str], variables: allowlist.AllowlistVariables) -> frozenset[str]:
    """HOME_NET and EXTERNAL_NET go together: a group that sets the one must set the other."""
    if "HOME_NET" in variables.declared and not names.isdisjoint(BUILT_IN_VARIABLES):
        return names | BUILT_IN_VARIABLES
    return names


class UsedReferences(dict[frozenset[str], frozenset[str]]):
    """Names in a rule's header -> ARNs of the reference sets that its group must declare for it."""

    def __init__(self, allowlist: Allowlist) -> None:
        super().__init__()
        self._allowlist = allowlist

    def __missing__(self, names: frozenset[str]) -> frozenset[str]:
        variables, arns = self._allowlist.variables, self._allowlist.references
        used = used_by(with_pair(names, variables), variables) if arns else ()
        self[names] = frozenset(arns[name] for name in used)
        return self[names]
