"""What a reference set may be: the kinds of lists of addresses that AWS keeps, told by their ARN.

[api] the botocore service model; [guide] the AWS developer guide, rule-groups-ip-set-references and
container-associations, November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReferenceKind(StrEnum):
    """What a reference set is kept as."""

    PREFIX_LIST = "prefix list"
    RESOURCE_GROUP = "resource group"
    CONTAINERS = "container association"


_ARNS: Final[Mapping[ReferenceKind, re.Pattern[str]]] = MappingProxyType(
    {
        ReferenceKind.PREFIX_LIST: re.compile(
            r"arn:aws[a-z-]*:ec2:[a-z0-9-]+:([0-9]{12}|aws):prefix-list/pl-[0-9a-f]{8,17}"
        ),
        ReferenceKind.RESOURCE_GROUP: re.compile(
            r"arn:aws[a-z-]*:resource-groups:[a-z0-9-]+:[0-9]{12}:group/[A-Za-z0-9_./-]{1,150}"
        ),
        ReferenceKind.CONTAINERS: re.compile(
            r"arn:aws[a-z-]*:network-firewall:[a-z0-9-]+:[0-9]{12}:container-association/"
            r"[A-Za-z0-9-]{1,128}"
        ),
    }
)
"""What the ARN of each kind looks like [guide]; the service takes `^arn:aws.*` and 256 [api]."""


def reference_kind(arn: str) -> ReferenceKind | None:
    """What an ARN refers to; None where it is none that a rule group takes."""
    return next((kind for kind, form in _ARNS.items() if form.fullmatch(arn)), None)
