"""A rule group as the engine is to load it, wherever it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from rules_lib.bucket import rules_name
from rules_lib.errors import StoreError
from rules_lib.groups.content import rules_in
from rules_lib.groups.rule_group import Group, GroupVariables
from rules_lib.state.groupfile import StoredGroup

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed, DeployedGroup

HOME_NET: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Stands in for the firewall policy's HOME_NET where a group declares none: private addresses."""


_STAND_IN: Final = "192.0.2.{}"
"""Of a network that is kept for documentation (RFC 5737)."""


@dataclass(frozen=True, slots=True)
class Loadable:
    """A rule group: its name, its place in a policy (lowest first), its rules and variables.

    Attributes:
        priority: 0 in a policy that has no places, and judges rules by their action.
    """

    name: str
    priority: int
    rules: tuple[str, ...]
    variables: GroupVariables

    @classmethod
    def of(cls, group: Group) -> Self:
        """Take a desired group."""
        rules = tuple(rule.text for rule in group.rules)
        return cls(group.name, group.priority, rules, group.variables)

    @property
    def in_action_order(self) -> bool:
        """Whether its rules are judged by their action, wherever they stand."""
        return not self.priority

    def without(self, lines: frozenset[int]) -> Self:
        """Leave rules out, by their lines, from 1."""
        kept = (rule for line, rule in enumerate(self.rules, start=1) if line not in lines)
        return replace(self, rules=tuple(kept))

    def resolved(self, text: str) -> str:
        """A rule, or a value, with an address in place of each reference set."""
        header, bracket, options = text.partition("(")
        if "@" not in header:
            return text
        for number, name in enumerate(sorted(self.variables.references), start=1):
            stand_in = _STAND_IN.format(number)
            header = re.sub(rf"@{name}(?![A-Za-z0-9_])", stand_in, header)
        return header + bracket + options

    def with_home_net(self, home_net: tuple[str, ...]) -> GroupVariables:
        """Its variables as its rules see them in a policy with this HOME_NET.

        EXTERNAL_NET is the negation of HOME_NET unless the group declares it. Addresses stand in
        for reference sets, as `resolved` has them.
        """
        built_in = {"HOME_NET": home_net, "EXTERNAL_NET": ("!$HOME_NET",)}
        declared = {
            name: tuple(map(self.resolved, values))
            for name, values in self.variables.ip_sets.items()
        }
        return replace(self.variables, ip_sets=built_in | declared)


def from_build(entries: Iterable[StoredGroup], texts: Mapping[str, str]) -> tuple[Loadable, ...]:
    """The groups of a build, in the order of their priorities.

    Args:
        entries: of its `groups.json`.
        texts: name -> `RulesString` of each group.

    Raises:
        StoreError: a group's rules are missing.
    """
    try:
        groups = (
            Loadable(one.name, one.priority, rules_in(texts[one.name]), one.variables)
            for one in entries
        )
        return by_inspection_order(groups)
    except KeyError as error:
        raise StoreError(f"{rules_name(error.args[0])} is missing") from error


def from_deployed(deployed: Deployed, entries: Iterable[StoredGroup]) -> tuple[Loadable, ...]:
    """The groups in force, as the account has them.

    Args:
        deployed: with the policies that were given; the first that uses a group gives its priority.
        entries: of the newest build, for groups that none of these policies uses.
    """
    priorities = {entry.slot: entry.priority for entry in entries}
    used = [reference for policy in reversed(deployed.policies) for reference in policy.references]
    by_arn = {reference.arn: reference.priority for reference in used}
    last = max((*priorities.values(), *by_arn.values(), 0)) + 1

    def priority(group: DeployedGroup) -> int:
        return by_arn.get(group.arn, priorities.get(str(group.slot), last))

    return by_inspection_order(
        Loadable(group.name, priority(group), rules_in(group.text), group.variables)
        for group in deployed.current.values()
    )


def by_inspection_order(groups: Iterable[Loadable]) -> tuple[Loadable, ...]:
    """As a firewall policy inspects them."""
    return tuple(sorted(groups, key=lambda group: (group.priority, group.name)))
