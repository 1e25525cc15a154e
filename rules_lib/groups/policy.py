"""Firewall policies that were given to us: what they refer to, and what they are to refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from rules_lib.facts.targets import Target
from rules_lib.groups.operation import Operation
from rules_lib.groups.policy_quotas import PolicyQuotas, PolicyRemainder
from rules_lib.text import counted

_OPEN_IT: Final = (
    "set its FirewallDefaultAction to ACCEPT, or give it firewall rules that accept what you use"
)
_NAMED: Final = 5
"""How many members that would be lost are named."""


@dataclass(frozen=True, slots=True)
class GroupReference:
    """A policy's reference to a rule group of its kind.

    Attributes:
        priority: 0 in a kind that has none.
    """

    arn: str
    priority: int

    @property
    def managed(self) -> bool:
        """Whether the group is one of AWS's, as its ARN says in place of an account."""
        return self.arn.split(":")[4:5] == ["aws-managed"]


@dataclass(frozen=True, slots=True)
class Health:
    """What the service says of a policy's condition.

    Attributes:
        broken: it is not in force as it should be.
        trouble: what is wrong with it, in one line; empty where nothing is.
    """

    broken: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as the service has it; one that does not exist yet has no ARN.

    Attributes:
        name: or ARN, as it was given.
        token: the update token of this very content.
        strict: its rule groups are inspected in strict order; always so where its kind knows no
            order of groups.
        references: to rule groups of its kind, whoever made them.
        consumed: capacity that these reserve.
        document: the whole of it, as the API gives and takes it.
        unread: paths of what the service said of it and botocore did not read: lost by an update.
        health: when it was read.
        target: its kind.
        mode: ENFORCE or MONITOR in a Next Generation policy, which people set, not we; else empty.
        closed: why no traffic comes to the rules, in plain words; empty where some may.
        inline: rule groups whose rules stand in the policy itself.
        sectioned: whether its firewall section has rule groups.
        firewalls: how many firewalls have it, when it was read.
        alerting: ARNs of groups of which people said in the policy that their drops only alert.
    """

    name: str
    arn: str = ""
    token: str = ""
    strict: bool = True
    references: tuple[GroupReference, ...] = ()
    consumed: int = 0
    document: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    unread: tuple[str, ...] = ()
    health: Health = field(default_factory=Health, compare=False)
    target: Target = Target.CLASSIC
    mode: str = ""
    closed: str = ""
    inline: int = 0
    sectioned: bool = False
    firewalls: int = field(default=0, compare=False)
    alerting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One of our groups in a policy, by name: a new group's ARN is not known before it exists.

    Attributes:
        priority: 0 in a kind that has none.
    """

    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class Switch:
    """What a policy is to refer to, in one update.

    Attributes:
        attachments: our groups.
        others: references that are not ours, as they are.
        change: all but replace and delete.
    """

    policy: Policy
    attachments: tuple[Attachment, ...]
    others: tuple[GroupReference, ...]
    change: Operation


def switch(policy: Policy, attachments: Sequence[Attachment], ours: Mapping[str, str]) -> Switch:
    """Say what a policy is to refer to: our groups anew, every other reference as it is.

    Args:
        policy: as it is.
        attachments: our groups, as desired.
        ours: ARN -> name of every deployed group of ours.
    """
    others = tuple(ref for ref in policy.references if ref.arn not in ours)
    before = {(ours[ref.arn], ref.priority) for ref in policy.references if ref.arn in ours}
    after = {(attachment.name, attachment.priority) for attachment in attachments}
    change = Operation.KEEP if before == after else Operation.UPDATE
    change = change if policy.arn else Operation.CREATE
    return Switch(policy, tuple(attachments), others, change)


def remainder_in(planned: Switch, freed: int, room: PolicyQuotas) -> PolicyRemainder:
    """What a policy has left for our groups beside all others.

    Args:
        planned: says which of its groups are not ours.
        freed: capacity that our groups reserve in it now.
        room: what the policy takes.
    """
    return PolicyRemainder(
        policy=planned.policy.name,
        room=room,
        others=len(planned.others) + planned.policy.inline,
        managed=sum(other.managed for other in planned.others),
        reserved=planned.policy.consumed - freed,
    )


def problems_of(planned: Switch, capacity: int, freed: int, room: PolicyQuotas) -> Iterator[str]:
    """Find what stands against a switch, in plain words.

    Args:
        planned: the switch.
        capacity: that our desired groups reserve.
        freed: that our groups reserve in it now.
        room: what the policy takes.
    """
    policy = planned.policy
    if policy.unread and planned.change is Operation.UPDATE:
        yield f"{policy.name}: {would_lose(policy.unread)}"
    if not policy.strict:
        yield (
            f"{policy.name} is in action order, and strict-order rule groups cannot be attached to "
            "it; name a policy in strict order"
        )
        return
    if policy.closed and planned.change is Operation.UPDATE:
        yield f"{policy.name}: {policy.closed}; {_OPEN_IT}"
    wanted = {attachment.priority: attachment.name for attachment in planned.attachments}
    for reference in planned.others:
        if reference.priority and (name := wanted.get(reference.priority)):
            yield (
                f"{policy.name}: priority {reference.priority}, needed for {name}, is taken by "
                f"{reference.arn}; set another firewall.first_priority"
            )
    left = remainder_in(planned, freed, room)
    groups = len(planned.attachments)
    if groups > left.rule_groups or capacity > left.capacity:
        asked = f"the allowlist needs {counted(groups, 'rule group')} and {capacity:,}"
        yield f"{policy.name}: {left.words}; {asked}: {left.advice}"


def would_lose(unread: Sequence[str]) -> str:
    """Why a policy is not updated of which not all was read; paths as in the API, some of them."""
    named = ", ".join(unread[:_NAMED]) + (", …" if len(unread) > _NAMED else "")
    return (
        f"an update would lose {named}, which this version of boto3 does not know: the service "
        "replaces the whole policy; install a newer rulesync, or remove the setting from the policy"
    )
