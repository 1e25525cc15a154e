"""The API's structures, made from our values and read back into them.

Every update sends the whole of `RuleGroup` and the description again, and what people set beside
them: what an update leaves out is cleared. The flat `Rules` is never used, as it carries no order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from rules_lib.aws.kinds import KINDS
from rules_lib.facts.api import STRICT_ORDER
from rules_lib.facts.targets import Target
from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import DeployedGroup, Group, GroupVariables, Slot, digest_of

if TYPE_CHECKING:
    from types_boto3_network_firewall.type_defs import (
        DescribeRuleGroupMetadataResponseTypeDef,
        DescribeRuleGroupResponseTypeDef,
        RuleGroupResponseTypeDef,
        RuleVariablesTypeDef,
        TagTypeDef,
    )

PREFIX_TAG: Final = "rulesync:prefix"
SLOT_TAG: Final = "rulesync:slot"
_KEPT: Final = ("EncryptionConfiguration", "SourceMetadata", "SummaryConfiguration")
"""What an update takes beside what is ours to say [api, botocore 1.44.8]. Whether the service keeps
it where it is left out is not documented, so it is sent back."""
_AWS_OWNED: Final = "AWS_OWNED_KMS_KEY"
_AWS_TAG: Final = "aws:"  # nobody but AWS may set such
_STAMP: Final = re.compile(r"\[([0-9a-f]{16})\]$")


def content(
    text: str, variables: GroupVariables, target: Target = Target.CLASSIC
) -> dict[str, Any]:
    """The `RuleGroup` structure of a strict-order group, or the `IpsRuleGroup` of the other kind.

    The latter has no options: its order is the engine's [api].
    """
    structure: dict[str, Any] = {"RulesSource": {"RulesString": text}}
    if not target.in_action_order:
        structure["StatefulRuleOptions"] = {"RuleOrder": STRICT_ORDER}
    if declared := _variables(variables):
        structure["RuleVariables"] = declared
    if variables.references:
        structure["ReferenceSets"] = {
            "IPSetReferences": {
                name: {"ReferenceArn": arn} for name, arn in variables.references.items()
            }
        }
    return structure


def description(group: Group) -> str:
    """Says whose the group is, and what was written: so an edit by somebody else is noticed."""
    about = f"Written by rulesync for {group.slot}; changes made by hand are overwritten"
    return f"{about} [{_stamp(group.digest)}]"


def tags(group: Group, prefix: str, before: DeployedGroup | None = None) -> list[TagTypeDef]:
    """The tags by which a group is known to be ours, and people's own of the one it replaces."""
    known = {PREFIX_TAG: prefix, SLOT_TAG: str(group.slot)}
    own = before.tags if before else {}
    return [{"Key": key, "Value": value} for key, value in {**known, **own}.items()]


def kept(about: RuleGroupResponseTypeDef) -> Mapping[str, Any]:
    """What people set of a group that is not ours to say; the default key is no setting."""
    said: Mapping[str, Any] = {**about}
    found = {name: said[name] for name in _KEPT if said.get(name)}
    if found.get("EncryptionConfiguration", {}).get("Type") == _AWS_OWNED:
        del found["EncryptionConfiguration"]
    return MappingProxyType(found)


def is_deleting(answer: DescribeRuleGroupResponseTypeDef) -> bool:
    """Whether the group is on its way out: nobody can use it any more."""
    return answer["RuleGroupResponse"].get("RuleGroupStatus") == "DELETING"


def deployed_group(
    answer: DescribeRuleGroupResponseTypeDef, prefix: str, target: Target = Target.CLASSIC
) -> DeployedGroup | None:
    """Read a described group; None where its tags do not say that it is ours."""
    about = answer["RuleGroupResponse"]
    tagged = {tag["Key"]: tag["Value"] for tag in about.get("Tags", ())}
    slot = Slot.parse(tagged.get(SLOT_TAG, ""))
    if slot is None or tagged.get(PREFIX_TAG) != prefix:
        return None
    said: Mapping[str, Any] = answer
    held: Mapping[str, Any] = said[KINDS[target].content]
    content = GroupText(held["RulesSource"].get("RulesString", ""))
    variables = _declared(held)
    stamp = _STAMP.search(about.get("Description", ""))
    return DeployedGroup(
        name=about["RuleGroupName"],
        arn=about["RuleGroupArn"],
        slot=slot,
        capacity=about.get("Capacity", 0),
        content=content,
        variables=variables,
        strict=target.in_action_order or _order(held) == STRICT_ORDER,
        associations=about.get("NumberOfAssociations", 0),
        token=answer["UpdateToken"],
        edited=stamp is None or stamp[1] != _stamp(digest_of(content.rules, variables)),
        modified=modified(about),
        kept=kept(about),
        tags=MappingProxyType(
            {
                key: value
                for key, value in tagged.items()
                if key not in {PREFIX_TAG, SLOT_TAG} and not key.startswith(_AWS_TAG)
            }
        ),
    )


def modified(about: RuleGroupResponseTypeDef | DescribeRuleGroupMetadataResponseTypeDef) -> str:
    """When a group was last changed, in UTC, ISO 8601; empty where the service does not say."""
    at = about.get("LastModifiedTime")
    return at.astimezone(UTC).isoformat() if at else ""


def _stamp(digest: str) -> str:
    """A digest, short enough for a description."""
    return digest[:16]


def _order(held: Mapping[str, Any]) -> str:
    return str(held.get("StatefulRuleOptions", {}).get("RuleOrder", ""))


def _declared(held: Mapping[str, Any]) -> GroupVariables:
    structure = held.get("RuleVariables", {})
    references = held.get("ReferenceSets", {}).get("IPSetReferences", {})
    ip_sets, port_sets = structure.get("IPSets", {}), structure.get("PortSets", {})
    return GroupVariables(
        MappingProxyType({name: tuple(found["Definition"]) for name, found in ip_sets.items()}),
        MappingProxyType(
            {name: tuple(found.get("Definition", ())) for name, found in port_sets.items()}
        ),
        MappingProxyType(
            {name: found.get("ReferenceArn", "") for name, found in references.items()}
        ),
    )


def _variables(variables: GroupVariables) -> RuleVariablesTypeDef:
    declared: RuleVariablesTypeDef = {}
    if variables.ip_sets:
        declared["IPSets"] = {
            name: {"Definition": values} for name, values in variables.ip_sets.items()
        }
    if variables.port_sets:
        declared["PortSets"] = {
            name: {"Definition": values} for name, values in variables.port_sets.items()
        }
    return declared
