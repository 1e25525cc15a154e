"""The rule groups of an export: those of a build, or parts of one that a tool can take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rules_lib.errors import RefusedError
from rules_lib.facts import limits
from rules_lib.facts.targets import is_classic
from rules_lib.groups.naming import arn_parameter, lasting_names
from rulesync_cli.export.splitting import split_group

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Group, GroupVariables
    from rules_lib.outcome import Converted
    from rules_lib.state.groupfile import Restored

_STEP: Final = 100
"""A part's capacity is rounded up to a multiple, so that it stays while a few rules come."""


@dataclass(frozen=True, slots=True)
class ExportedGroup:
    """A rule group as it is exported.

    Attributes:
        name: of the rule group; another one where its capacity is another, which is fixed once it
            is created.
        lasting: a name that stays when the group is replaced.
        priority: its place in a firewall policy.
        rules: in the order of inspection.
        variables: that it declares.
        about: what it holds, for people.
    """

    name: str
    lasting: str
    priority: int
    capacity: int
    rules: tuple[Converted, ...]
    variables: GroupVariables
    about: str

    @property
    def text(self) -> str:
        """The `RulesString`: one rule a line."""
        return "".join(f"{rule.text}\n" for rule in self.rules)

    @property
    def parameter(self) -> str:
        """The SSM parameter that has the ARN of the group in force."""
        return arn_parameter(self.lasting)


def exported_groups(
    restored: Restored, most: Callable[[GroupVariables], int], size: Callable[[str], int]
) -> tuple[ExportedGroup, ...]:
    """The groups of a build by priority, those that are too large in several parts.

    Where a group is split, priorities count up from the first one, so that the order stays.

    Args:
        restored: the build.
        most: bytes that the rules of a group may have, by what the group declares.
        size: how many of them a rule takes, with its line end.

    Raises:
        RefusedError: the groups are of the newer kind; or a rule, or rules that belong together,
            are larger than that; or there are more groups than priorities.
    """
    if not is_classic(restored.target):
        raise RefusedError(
            "this build has rule groups for Next Generation policies (type IPS), which none of "
            "these tools has yet: set `firewall: {target: classic}` in an allowlist for the export"
        )
    ordered = sorted(restored.groups, key=lambda group: group.priority)
    names = lasting_names([group.slot for group in ordered], restored.prefix)
    found = [
        part
        for group in ordered
        for part in _parts(group, names[group.slot], most(group.variables), size)
    ]
    if len(found) == len(ordered):
        return tuple(found)
    first = ordered[0].priority
    if first + len(found) > limits.PRIORITY_MAX:
        raise RefusedError(f"{len(found):,} rule groups are more than there are priorities")
    return tuple(replace(one, priority=first + place) for place, one in enumerate(found))


def _parts(
    group: Group, lasting: str, most: int, size: Callable[[str], int]
) -> Iterator[ExportedGroup]:
    """A group as it is, or its parts."""
    about = f"rulesync: {', '.join(group.categories)}"[: limits.DESCRIPTION_CHARACTERS]
    whole = ExportedGroup(
        group.name, lasting, group.priority, group.capacity, group.rules, group.variables, about
    )
    parts = split_group(group, most, size)
    if len(parts) == 1:
        yield whole
        return
    for number, rules in enumerate(parts, start=1):
        capacity, name = _capacity(group, rules), f"{lasting}-p{number}"
        yield replace(
            whole, name=f"{name}-{capacity}", lasting=name, capacity=capacity, rules=rules
        )


def _capacity(group: Group, rules: Sequence[Converted]) -> int:
    """What a part reserves: its share of the group's, rounded up."""
    share = -(-group.capacity * len(rules) // max(len(group.rules), 1))
    return min(-(-max(share, len(rules)) // _STEP) * _STEP, limits.GROUP_CAPACITY)
