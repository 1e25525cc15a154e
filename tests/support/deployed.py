"""What an account holds once a build has been carried out, without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.groups.rule_group import Deployed, DeployedGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules_lib.groups.rule_group import Group


def in_force(groups: Iterable[Group], associations: int = 0) -> Deployed:
    """What is deployed once the desired groups have been applied.

    Args:
        groups: of one build.
        associations: how many policies refer to each of them.
    """
    return Deployed(
        tuple(
            DeployedGroup(
                name=group.name,
                arn=f"arn:{group.name}",
                slot=group.slot,
                capacity=group.capacity,
                text=group.text,
                variables=group.variables,
                strict=True,
                associations=associations,
                token=group.name,
            )
            for group in groups
        )
    )
