"""Rule groups as values: what we desire, and what is deployed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from rules_lib.groups.content import GroupText
from rules_lib.groups.policy import Policy
from rules_lib.model import Mode
from rules_lib.outcome import Converted

SHARED: Final = "shared"
"""The category part of a slot that several small categories of one mode share."""


MIXED: Final = "mixed"
"""In place of a mode, where small categories of all modes share a slot."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """The place that a rule group fills; its name may change when it is replaced, its slot not.

    Attributes:
        category: the category it holds, or `shared/alert`, `shared/drop`, `shared/mixed`.
        part: 1, or more where a category is cut in several groups.
    """

    category: str
    part: int = 1

    @property
    def is_shared(self) -> bool:
        """Whether small categories share it."""
        return self.category.startswith(f"{SHARED}/")

    def __str__(self) -> str:
        """As the group's tag carries it."""
        return f"{self.category}:{self.part}"

    @classmethod
    def parse(cls, text: str) -> Slot | None:
        """Read a tag's value; None where it is none of ours."""
        category, _, part = text.rpartition(":")
        return cls(category, int(part)) if category and part.isdecimal() and int(part) else None


@dataclass(frozen=True, slots=True)
class GroupVariables:
    """What a group declares to the service: names without `$`, values as in the allowlist.

    Attributes:
        references: name without `@` -> ARN of a reference set.
    """

    ip_sets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    port_sets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    references: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def digest_of(rules: Iterable[str], variables: GroupVariables) -> str:
    """Identify what a group holds: its rules in their order, and its variables."""
    sets = (variables.ip_sets, variables.port_sets)
    declared = [sorted((name, list(values)) for name, values in one.items()) for one in sets]
    references = [json.dumps(sorted(variables.references.items()))] if variables.references else ()
    whole = "\n".join((json.dumps(declared), *references, *rules))
    return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True)  # no slots: a cached property keeps its value beside the fields
class Group:
    """A desired rule group.

    Attributes:
        mode: drop where its categories are in drop mode, else alert; drop groups come first.
        priority: its place in a firewall policy, lowest first; 0 in a kind that has no priorities.
        capacity: rules that it will ever hold; fixed once it is created.
        rules: in the order in which the service is to inspect them.
    """

    name: str
    slot: Slot
    mode: Mode
    priority: int
    capacity: int
    rules: tuple[Converted, ...]
    variables: GroupVariables = field(default_factory=GroupVariables)

    @property
    def lines(self) -> tuple[str, ...]:
        """The texts of its rules, in their order."""
        return tuple([rule.text for rule in self.rules])

    @property
    def text(self) -> str:
        """The `RulesString`: one rule a line."""
        return "\n".join((*self.lines, ""))

    @cached_property
    def digest(self) -> str:
        """Identifies what it holds."""
        return digest_of(self.lines, self.variables)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of its rules, in their order."""
        return tuple(dict.fromkeys(rule.rule.category for rule in self.rules))


@dataclass(frozen=True, slots=True)
class DeployedGroup:
    """A rule group of ours as the service has it.

    Attributes:
        strict: its rules are inspected in the order that a policy of its kind takes: strict order
            in a classic one.
        associations: how many firewall policies use it.
        token: the update token of this very content.
        pinned: a policy that was not given to us uses it, so it cannot be replaced.
        edited: somebody else changed it since we wrote it.
        modified: when it was last changed, ISO 8601; empty where the service does not say.
        kept: settings of people's own, such as the key it is encrypted with, as the API takes them.
        tags: of people's own, beside ours.
    """

    name: str
    arn: str
    slot: Slot
    capacity: int
    content: GroupText
    variables: GroupVariables
    strict: bool
    associations: int
    token: str
    pinned: bool = False
    edited: bool = False
    modified: str = field(default="", compare=False)
    kept: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def text(self) -> str:
        """Its `RulesString`, as the service has it."""
        return self.content.text

    @property
    def digest(self) -> str:
        """Identifies what it holds."""
        return digest_of(self.content.rules, self.variables)

    def holds(self, group: Group) -> bool:
        """Whether it is all that a desired group asks for.

        Blank lines do not count: the service does not say whether it keeps the last line end.
        """
        return (
            self.strict
            and len(group.rules) <= self.capacity
            and self.variables == group.variables
            and self.content.rules == group.lines
        )

    def holds_what(self, before: DeployedGroup) -> bool:
        """Whether it holds what it held before; its token and its use may be others."""
        return (self.arn, self.slot, self.strict, self.text, self.variables) == (
            before.arn,
            before.slot,
            before.strict,
            before.text,
            before.variables,
        )


@dataclass(frozen=True)
class Deployed:
    """All that the account has under our prefix.

    Attributes:
        groups: ours, known by their tag.
        foreign: names of groups under our prefix that are not ours.
        classic: names of groups of classic policies under our prefix, where ours are of another
            kind: nobody says whether one name may stand for two.
        policies: the firewall policies that were given to us.
    """

    groups: tuple[DeployedGroup, ...] = ()
    foreign: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()
    classic: frozenset[str] = frozenset()

    @cached_property
    def current(self) -> Mapping[Slot, DeployedGroup]:
        """The group in force in each slot, worked out once.

        A slot has two where a replacement broke off. Policies are switched one after the other, so
        the groups of the first of them belong together and count; then whatever is used at all,
        and of groups that nobody uses the larger. One that is not in strict order is never chosen
        before one that is: no policy can have both.

        Slots whose groups are used come last, so that where a rule stands in two groups, a reader
        that goes by the last of them finds the one in use.
        """
        turn: dict[str, int] = {}
        for place, policy in enumerate(self.policies):
            for reference in policy.references:
                turn.setdefault(reference.arn, -place)
        last = -len(self.policies)

        def rank(group: DeployedGroup) -> tuple[object, ...]:
            used = turn.get(group.arn, last), group.associations > 0
            return group.strict, *used, group.capacity, group.name

        found: dict[Slot, DeployedGroup] = {}
        for group in sorted(self.groups, key=rank):
            found.pop(group.slot, None)
            found[group.slot] = group
        return found
