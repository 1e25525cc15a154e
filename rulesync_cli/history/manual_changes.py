"""What somebody else did to our groups and policies since the newest build; found without a build.

A group's text is read only where the service says that it was changed since that build began: the
build itself may have done it, and the group's tag tells (see `DeployedGroup.edited`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rules_lib.aws.firewall import Firewall
from rules_lib.facts.api import AT_REST
from rules_lib.text import counted, first_of

_DELETED: Final = "was deleted by somebody else"
_REPLACED: Final = "is gone: replaced by the interrupted build, or deleted by somebody else"

if TYPE_CHECKING:
    from rules_lib.groups.policy import Policy
    from rules_lib.state.latest import Latest
    from rules_lib.world import World


def manual_changes(world: World, latest: Latest, *, broken_off: bool = False) -> Iterator[str]:
    """Name what is not as the newest applied build left it, a line each.

    Args:
        world: what is looked at.
        latest: that build.
        broken_off: a later build may have written some of what it was to write.

    Raises:
        FirewallError: a list or describe failed.
    """
    firewall = world.firewall(latest.prefix, latest.target)
    there = firewall.names()
    since = datetime.fromisoformat(latest.applied_at) - AT_REST
    for name in latest.groups:
        if name not in there:
            yield f"rule group {name} {_REPLACED if broken_off else _DELETED}"
        elif problem := _edited(firewall, name, since):
            yield f"rule group {name} {problem}"
    for policy in firewall.given():
        yield from _loose(policy, [name for name in latest.groups if name in there])


def _edited(firewall: Firewall, name: str, since: datetime) -> str:
    """What was done to a group; empty where nothing was."""
    modified = firewall.modified(name)
    if modified and datetime.fromisoformat(modified) < since:
        return ""
    group = firewall.describe(name)
    if group is None:
        return "is no longer recognised as ours: its tags were changed"
    return "was edited by somebody else" if group.edited else ""


def _loose(policy: Policy, groups: list[str]) -> Iterator[str]:
    """What is wrong with a policy: it is not there, is not well, or lacks groups of ours."""
    if not policy.arn:
        yield f"policy {policy.name} does not exist"
        return
    if policy.health.trouble:
        yield f"policy {policy.name}: {policy.health.trouble}"
    named = {reference.arn.rpartition("/")[2] for reference in policy.references}
    if missing := [name for name in groups if name not in named]:
        lacks = f"lacks {counted(len(missing), 'rule group')}: {first_of(missing, 1)}"
        yield f"policy {policy.name} {lacks}"
