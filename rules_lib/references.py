"""Reference sets: `@NAME` in a rule is a list of addresses that AWS keeps, told by its ARN.

[api] the botocore service model; [guide] the AWS developer guide, rule-groups-ip-set-references and
container-associations, November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rules_lib.facts.limits import CONTAINER_REFERENCES, IP_SET_REFERENCES
from rules_lib.reading.rule import references_in

if TYPE_CHECKING:
    from rules_lib.allowlist.values import Variables


class Kind(StrEnum):
    """What a reference set is kept as."""

    PREFIX_LIST = "prefix list"
    RESOURCE_GROUP = "resource group"
    CONTAINERS = "container association"


_ARNS: Final[Mapping[Kind, re.Pattern[str]]] = MappingProxyType(
    {
        Kind.PREFIX_LIST: re.compile(
            r"arn:aws[a-z-]*:ec2:[a-z0-9-]+:([0-9]{12}|aws):prefix-list/pl-[0-9a-f]{8,17}"
        ),
        Kind.RESOURCE_GROUP: re.compile(
            r"arn:aws[a-z-]*:resource-groups:[a-z0-9-]+:[0-9]{12}:group/[A-Za-z0-9_./-]{1,150}"
        ),
        Kind.CONTAINERS: re.compile(
            r"arn:aws[a-z-]*:network-firewall:[a-z0-9-]+:[0-9]{12}:container-association/"
            r"[A-Za-z0-9-]{1,128}"
        ),
    }
)
"""What the ARN of each kind looks like [guide]; the service takes `^arn:aws.*` and 256 [api]."""


def kind_of(arn: str) -> Kind | None:
    """What an ARN refers to; None where it is none that a rule group takes."""
    return next((kind for kind, form in _ARNS.items() if form.fullmatch(arn)), None)


def go_together(arns: Collection[str]) -> bool:
    """Whether one rule group may refer to all of them.

    At most 5, or 30 where all are container associations, which stand beside no others [guide].
    """
    if len(arns) <= 1:
        return True
    containers = {kind_of(arn) is Kind.CONTAINERS for arn in arns}
    most = CONTAINER_REFERENCES if containers == {True} else IP_SET_REFERENCES
    return len(containers) == 1 and len(arns) <= most


def used_by(names: Iterable[str], variables: Variables) -> frozenset[str]:
    """Names, without `@`, that stand among these names, or in the values of the variables.

    Args:
        names: as `Converted.variables` has them: `NAME` of a variable, `@NAME` of a reference.
        variables: the allowlist's.
    """
    found = set[str]()
    for name in names:
        values = (name,) if name.startswith("@") else variables.declared.get(name, ())
        found.update(*(references_in(value) for value in values))
    return frozenset(found)
