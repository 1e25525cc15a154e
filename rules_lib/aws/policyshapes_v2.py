"""A Next Generation policy as the API gives it, read into our value; its entries as it takes them.

[api] the botocore service model, 1.44.8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from rules_lib.aws.policyshapes import document_of, health_of, sorted_references
from rules_lib.aws.whole import unread
from rules_lib.facts.api import LETS_ON
from rules_lib.facts.targets import Target
from rules_lib.groups.policy import GroupReference, Health, Policy

_KIND: Final = "FirewallPolicyV2"
_ENTRIES: Final = "IpsRuleGroupEntries"
_SECTION: Final = "FirewallRuleGroupEntries"


def read_next_policy(answer: Mapping[str, Any], taken: frozenset[str]) -> Policy:
    """Read a described policy.

    Args:
        answer: by a client that keeps the body (see `whole`).
        taken: names of what an update takes: of these the document is made, whatever they are.
    """
    about, content = answer[f"{_KIND}Response"], answer[_KIND]
    listed = content.get(_ENTRIES, ())
    health, closed = health_of(about, _KIND), _closed(content)
    trouble = "; ".join(filter(None, (health.trouble, closed)))
    return Policy(
        name=about[f"{_KIND}Name"],
        arn=about[f"{_KIND}Arn"],
        token=answer["UpdateToken"],
        references=sorted_references(
            GroupReference(entry["ResourceArn"], 0) for entry in listed if "ResourceArn" in entry
        ),
        consumed=about.get("ConsumedIpsRuleCapacity", 0),
        document=MappingProxyType(document_of(answer, _KIND, taken)),
        unread=unread(answer, _KIND),
        health=Health(health.broken, trouble),
        target=Target.NEXT_GENERATION,
        mode=str(content.get("PolicyMode", "")),
        closed=closed,
        inline=sum("ResourceArn" not in entry for entry in listed),
        sectioned=bool(content.get(_SECTION)),
        firewalls=about.get("NumberOfAssociations", 0),
        alerting=frozenset(
            entry["ResourceArn"]
            for entry in listed
            if "ResourceArn" in entry and entry.get("Override", {}).get("Action")
        ),
    )


def entries(
    references: Sequence[GroupReference], content: Mapping[str, Any], replaced: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The entries of the IPS engine: in line as they are, those that stay where they stand.

    A group keeps what else was said of it, such as that its drops only alert; and so does one that
    takes another's place, since what people turned to alerts must not begin to block.

    Args:
        references: what the policy is to refer to.
        content: what it has now.
        replaced: ARN of a group that takes another's place -> the other's.
    """
    before = content.get(_ENTRIES, ())
    wanted = {reference.arn for reference in references}
    staying = [one for one in before if "ResourceArn" not in one or one["ResourceArn"] in wanted]
    known = {one["ResourceArn"]: one for one in before if "ResourceArn" in one}
    new = (arn for arn in sorted(wanted - known.keys()))
    return [
        *map(dict, staying),
        *({**known.get(replaced.get(arn, ""), {}), "ResourceArn": arn} for arn in new),
    ]


def _closed(content: Mapping[str, Any]) -> str:
    """Why nothing comes to the IPS engine; empty where something may.

    What a policy does that names no default action is not documented, but the firewall engine is
    said to drop by default [guide].
    """
    action = str(content.get("FirewallDefaultAction", ""))
    if action in LETS_ON or content.get(_SECTION):
        return ""
    named = f"its default action is {action}" if action else "it names no default action"
    return (
        f"{named} and its firewall section has no rule group, so it blocks all traffic before a "
        "rule is looked at"
    )
