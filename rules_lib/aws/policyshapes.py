"""A firewall policy as the API gives it, read into our value; references as it takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from rules_lib.aws.whole import unread
from rules_lib.facts.api import STRICT_ORDER
from rules_lib.groups.policy import GroupReference, Health, Policy

Read: TypeAlias = Callable[[Mapping[str, Any], frozenset[str]], Policy]
"""Reads a described policy of one kind, of which an update takes so much."""

_KIND: Final = "FirewallPolicy"
_SOUND: Final = frozenset({"ACTIVE", "UPDATING"})


def read_policy(answer: Mapping[str, Any], taken: frozenset[str]) -> Policy:
    """Read a described policy.

    Args:
        answer: by a client that keeps the body (see `whole`).
        taken: names of what an update takes: of these the document is made, whatever they are.
    """
    about, content = answer[f"{_KIND}Response"], answer[_KIND]
    return Policy(
        name=about[f"{_KIND}Name"],
        arn=about[f"{_KIND}Arn"],
        token=answer["UpdateToken"],
        strict=content.get("StatefulEngineOptions", {}).get("RuleOrder") == STRICT_ORDER,
        references=sorted_references(
            GroupReference(reference["ResourceArn"], reference.get("Priority", 0))
            for reference in content.get("StatefulRuleGroupReferences", [])
        ),
        consumed=about.get("ConsumedStatefulRuleCapacity", 0),
        document=MappingProxyType(document_of(answer, _KIND, taken)),
        unread=unread(answer, _KIND),
        health=health_of(about, _KIND),
        firewalls=about.get("NumberOfAssociations", 0),
    )


def document_of(answer: Mapping[str, Any], kind: str, taken: frozenset[str]) -> dict[str, Any]:
    """All that was said of a policy and that an update takes, but for what says which it means."""
    said: dict[str, Any] = {**answer[f"{kind}Response"], **answer}
    naming = {f"{kind}Name", f"{kind}Arn", "UpdateToken", "DryRun"}
    return {name: said[name] for name in sorted(taken - naming) if name in said}


def sorted_references(references: Iterable[GroupReference]) -> tuple[GroupReference, ...]:
    """By priority."""
    return tuple(sorted(references, key=lambda reference: (reference.priority, reference.arn)))


def shapes(
    references: Sequence[GroupReference], content: Mapping[str, Any] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """References as the API takes them; a group that stays keeps what else was said of it."""
    before = content.get("StatefulRuleGroupReferences", [])
    known = {one["ResourceArn"]: one for one in before}
    return [
        {**known.get(one.arn, {}), "ResourceArn": one.arn, "Priority": one.priority}
        for one in sorted_references(references)
    ]


def health_of(about: Mapping[str, Any], kind: str) -> Health:
    """A status that is neither ACTIVE nor UPDATING, and configuration errors [api, 1.44.8].

    A policy may be active and have errors, as where a rule group uses a keyword that needs what the
    policy does not have; the service finds them after the call that caused them.
    """
    status = about.get(f"{kind}Status", "ACTIVE")
    broken = status not in _SOUND
    words = [f"its status is {status}"] if broken else []
    if broken and (message := about.get("StatusMessage")):
        words.append(message)
    words += [": ".join(map(str, error.values())) for error in about.get("Errors", ())]
    return Health(broken, "; ".join(words))
