"""One rule group in the summary: what it is now, and what the sync did to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rules_lib.groups.operation import Operation
from rules_lib.groups.rule_group import Group
from rules_lib.model import Mode


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
            return SummaryGroup(self.name, self.change, self.capacity, replaces=self.replaces)
        group = self.group
        return SummaryGroup(
            name=self.name,
            change=self.change,
            capacity=self.capacity,
            mode=group.mode,
            priority=group.priority,
            rules=len(group.rules),
            octets=len(group.text.encode()),
            categories=group.categories,
            variables={**group.variables.ip_sets, **group.variables.port_sets},
            references=group.variables.references,
            replaces=self.replaces,
        )


@dataclass(frozen=True, slots=True)
class SummaryGroup:
    """One entry of `rule_groups` in `summary.json`.

    Attributes:
        mode: None where the group was deleted, as is `priority`.
        octets: size of its rules in bytes.
        variables: as declared to the service, names without `$`.
        references: reference sets that it declares: name without `@` -> ARN.
    """

    name: str
    change: Operation
    capacity: int
    mode: Mode | None = None
    priority: int | None = None
    rules: int = 0
    octets: int = 0
    categories: tuple[str, ...] = ()
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    references: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    replaces: str | None = None

    @property
    def deleted(self) -> bool:
        """Whether the account has it no more."""
        return self.priority is None

    def place(self) -> tuple[bool, int, str]:
        """Sorts entries as the firewall inspects them, the deleted ones behind."""
        return self.deleted, self.priority or 0, self.name

    def as_json(self) -> dict[str, object]:
        """The entry as `summary.json` has it."""
        replaces = {} if self.replaces is None else {"replaces": self.replaces}
        variables = sorted(self.variables.items())
        return {
            "name": self.name,
            "priority": self.priority,
            "mode": self.mode,
            "capacity": self.capacity,
            "rules": self.rules,
            "bytes": self.octets,
            "categories": self.categories,
            "change": str(self.change),
            **replaces,
            "variables": {name: list(values) for name, values in variables},
            "references": dict(sorted(self.references.items())),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> SummaryGroup:
        """Read an entry of `summary.json` back."""
        return cls(
            name=record["name"],
            change=Operation(record["change"]),
            capacity=record["capacity"],
            mode=None if record["mode"] is None else Mode(record["mode"]),
            priority=record["priority"],
            rules=record["rules"],
            octets=record["bytes"],
            categories=tuple(record["categories"]),
            variables={name: tuple(values) for name, values in record["variables"].items()},
            references=record.get("references", {}),
            replaces=record.get("replaces"),
        )
