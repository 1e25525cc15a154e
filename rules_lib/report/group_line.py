"""One rule group in the summary: what it is now, and what the sync did to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import Field

from rules_lib.groups.operation import Operation
from rules_lib.groups.rule_group import Group
from rules_lib.model import Mode
from rules_lib.report.facts import is_none

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A rule group and its change, as the sync hands them over.

    Attributes:
        group: None where it was deleted.
        name: as the service has it.
        change: what was done to it.
        capacity: reserved at the service; for a deleted group, what it gave back.
        replaces: name of the group whose place it took.
    """

    group: Group | None
    name: str
    change: Operation
    capacity: int
    replaces: str | None = None

    def entry(self) -> SummaryGroup:
        """The same in numbers, without the rules."""
        if self.group is None:
            return SummaryGroup(
                name=self.name,
                change=self.change,
                capacity=self.capacity,
                replaces=self.replaces,
            )
        group = self.group
        return SummaryGroup(
            name=self.name,
            change=self.change,
            capacity=self.capacity,
            mode=group.mode,
            priority=group.priority or None,
            rules=len(group.rules),
            octets=len(group.text.encode()),
            categories=group.categories,
            variables=_sorted({**group.variables.ip_sets, **group.variables.port_sets}),
            references=_sorted(group.variables.references),
            replaces=self.replaces,
        )


def _sorted(mapping: Mapping[str, _Value]) -> dict[str, _Value]:
    return dict(sorted(mapping.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryGroup:
    """One entry of `rule_groups` in `summary.json`.

    Attributes:
        priority: None where the group was deleted, and in a kind of policy that has none.
        mode: None where the group was deleted.
        octets: size of its rules in bytes.
        variables: as declared to the service, names without `$`.
        references: reference sets that it declares: name without `@` -> ARN.
    """

    name: str
    priority: int | None = None
    mode: Mode | None = None
    capacity: int
    rules: int = 0
    octets: Annotated[int, Field(alias="bytes")] = 0
    categories: tuple[str, ...] = ()
    change: Operation
    replaces: Annotated[str | None, Field(exclude_if=is_none)] = None
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def deleted(self) -> bool:
        """Whether the account has it no more."""
        return self.change is Operation.DELETE

    def place(self) -> tuple[bool, int, str]:
        """Sorts entries as the firewall inspects them, the deleted ones behind."""
        return self.deleted, self.priority or 0, self.name
