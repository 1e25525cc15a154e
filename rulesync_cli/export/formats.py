"""The formats of an export, and what each cannot take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.errors import RefusedError
from rules_lib.facts import limits
from rules_lib.text import count, counted
from rulesync_cli.export import cloudformation, lza, terraform

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import GroupVariables
    from rulesync_cli.export.exported import ExportedGroup

_Write: TypeAlias = "Callable[[Sequence[ExportedGroup], Sequence[str]], Mapping[str, bytes]]"

_DYNAMIC: Final = "{{resolve:"
"""Begins a dynamic reference, which CloudFormation replaces wherever it stands (its user guide)."""


def _none(_: GroupVariables) -> int:
    """The file has the rules alone."""
    return 0


def _raw(text: str) -> int:
    return len(text.encode()) + 1


def _in_json(text: str) -> int:
    """As a part of a JSON string, with its line end."""
    return len(json.dumps(text)) - len('""') + len(r"\n")


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format.

    Attributes:
        most: bytes that the file of a group's rules may have by default.
        overhead: how many of them all but the rules takes, by what the group declares.
        size: how many bytes a rule takes there.
        write: gives the files of an export by their names.
        in_template: whether the rules become part of a CloudFormation template.
        references: whether it can declare reference sets.
        needs_regions: whether it has to be told regions.
    """

    most: int
    overhead: Callable[[GroupVariables], int]
    size: Callable[[str], int]
    write: _Write
    in_template: bool = False
    references: bool = True
    needs_regions: bool = False

    def refuse(self, groups: Sequence[ExportedGroup]) -> None:
        """Export nothing that would become something else in the tool.

        Raises:
            RefusedError: says what and where.
        """
        if problem := next(self._problems(groups), ""):
            raise RefusedError(problem)

    def _problems(self, groups: Sequence[ExportedGroup]) -> Iterator[str]:
        for group in groups:
            if group.variables.references and not self.references:
                names = ", ".join(f"@{name}" for name in sorted(group.variables.references))
                yield f"{group.name} refers to {names}, and the accelerator has no reference sets"
            for rule in group.rules if self.in_template else ():
                if _DYNAMIC in rule.text:
                    yield (
                        f"{group.name}: sid {rule.sid} has {_DYNAMIC} in its text, which "
                        "CloudFormation would replace. Write it otherwise in the rule, or switch "
                        "the rule off"
                    )
                if self.needs_regions and not lza.accelerator_reads(rule.text):
                    yield (
                        f"{group.name}: sid {rule.sid} does not begin with its action in small "
                        "letters and a space, so the accelerator would leave it out"
                    )


FORMATS: Final[Mapping[str, ExportFormat]] = {
    "terraform": ExportFormat(
        limits.RULES_STRING_BYTES, _none, _raw, lambda groups, _: terraform.terraform_files(groups)
    ),
    "cloudformation": ExportFormat(
        cloudformation.TEMPLATE_BYTES,
        cloudformation.overhead,
        _in_json,
        lambda groups, _: cloudformation.cloudformation_files(groups),
        in_template=True,
    ),
    "lza": ExportFormat(
        limits.RULES_STRING_BYTES,
        _none,
        _raw,
        lza.lza_files,
        in_template=True,
        references=False,
        needs_regions=True,
    ),
}


def remarks_on(name: str, groups: Sequence[ExportedGroup]) -> Iterator[str]:
    """What people should know of an export although it was written."""
    capacity = sum(group.capacity for group in groups)
    if len(groups) > limits.POLICY_RULE_GROUPS:
        yield (
            f"{counted(len(groups), 'rule group')}: a firewall policy takes "
            f"{limits.POLICY_RULE_GROUPS} unless AWS raised your quota"
        )
    if capacity > limits.POLICY_CAPACITY:
        yield (
            f"capacity {count(capacity)}: a firewall policy takes {count(limits.POLICY_CAPACITY)} "
            "unless AWS raised your quota"
        )
    size = sum(len(json.dumps(group.text)) for group in groups)
    if name == "lza" and size > cloudformation.TEMPLATE_BYTES:
        yield (
            f"the accelerator puts all rule groups of a region into one template of at most "
            f"{count(cloudformation.TEMPLATE_BYTES)} bytes, and these have {count(size)}: export "
            "fewer categories"
        )
