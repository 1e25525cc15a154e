"""CloudFormation in the place of moto's, under the module name that moto looks for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from moto.cloudformation.models import Change, ChangeSet, CloudFormationBackend, Stack

from localaws.stacks.expand import defaults, expand

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE: Final = 120.0
"""Seconds that a stack waits for the answers of its custom resources."""


class StacksBackend(CloudFormationBackend):
    """Stacks of one account in one region."""

    def create_change_set(  # noqa: PLR0913, PLR0917  # moto's signature
        self,
        stack_name: str,
        change_set_name: str,
        template: str,
        parameters: dict[str, str],
        description: str,
        change_set_type: str,
        notification_arns: list[str] | None = None,
        tags: dict[str, str] | None = None,
        role_arn: str | None = None,
    ) -> tuple[str, str]:
        """Expand the template, and say what would change, a parameter's effect too."""
        given = defaults(template) | {name: _text(value) for name, value in parameters.items()}
        answer = super().create_change_set(
            stack_name,
            change_set_name,
            expand(template, given, self.region_name),
            given,
            description,
            change_set_type,
            notification_arns,
            tags,
            role_arn,
        )
        change_set = self.change_sets[answer[0]]
        change_set.changes = _changes(change_set)
        return answer

    def execute_change_set(self, change_set_name: str, stack_name: str | None = None) -> None:
        """Carry a change set out, and wait for what custom resources answer."""
        super().execute_change_set(change_set_name, stack_name)
        change_set = self.describe_change_set(change_set_name)
        assert change_set is not None  # noqa: S101  # moto has just carried it out
        stack = change_set.stack
        stack.parameters = change_set.parameters
        stack._parse_template()  # noqa: SLF001  # moto forgets both after a change set
        stack.output_map = stack._create_output_map()  # noqa: SLF001  # as above
        if not _settled(stack):
            stack.status = f"{change_set.change_set_type}_FAILED"
            stack._add_stack_event(stack.status, "a custom resource gave no good answer")  # noqa: SLF001  # as above


def _text(value: Any) -> str:
    """A parameter as text: moto gives an earlier value of a list as a list."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _changes(change_set: ChangeSet) -> list[Change]:
    resources: Mapping[str, Any] = change_set.template_dict["Resources"]
    known = change_set.stack.resource_map
    differences = known.build_resource_diff(change_set.template_dict, change_set.parameters)
    return [
        Change(action, name, (resources.get(name) or known._resource_json_map[name])["Type"])  # noqa: SLF001  # moto has no other way to what is removed
        for action, names in differences.items()
        for name in names
    ]


def _settled(stack: Stack) -> bool:
    until = time.monotonic() + _PATIENCE
    while not all(custom.is_created() for custom in stack.custom_resources.values()):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
