"""Reference sets: `@NAME` in a rule is a list of addresses that AWS keeps, told by its ARN.

[api] the botocore service model; [guide] the AWS developer guide, rule-groups-ip-set-references and
container-associations, November 2026.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rules_lib.facts.limits import CONTAINER_REFERENCES, IP_SET_REFERENCES
from rules_lib.facts.references import ReferenceKind, reference_kind
from rules_lib.reading.rule import reference_names_in

if TYPE_CHECKING:
    from rules_lib.allowlist.values import AllowlistVariables


def go_together(arns: Collection[str]) -> bool:
    """Whether one rule group may refer to all of them.

    At most 5, or 30 where all are container associations, which stand beside no others [guide].
    """
    if len(arns) <= 1:
        return True
    containers = {reference_kind(arn) is ReferenceKind.CONTAINERS for arn in arns}
    most = CONTAINER_REFERENCES if containers == {True} else IP_SET_REFERENCES
    return len(containers) == 1 and len(arns) <= most


def used_by(names: Iterable[str], variables: AllowlistVariables) -> frozenset[str]:
    """Names, without `@`, that stand among these names, or in the values of the variables.

    Args:
        names: as `Converted.variables` has them: `NAME` of a variable, `@NAME` of a reference.
        variables: the allowlist's.
    """
    found = set[str]()
    for name in names:
        values = (name,) if name.startswith("@") else variables.declared.get(name, ())
        found.update(*(reference_names_in(value) for value in values))
    return frozenset(found)
