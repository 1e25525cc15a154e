"""Short ways to say what most of these tests say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_network_firewall import NetworkFirewallClient

STRICT = {"RuleOrder": "STRICT_ORDER"}
FORWARD: Final[Any] = {
    "StatelessDefaultActions": ["aws:forward_to_sfe"],
    "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
}


def rule(sid: int = 1, options: str = "") -> str:
    """A rule that the service accepts, with more options where asked for."""
    return f'alert tcp any any -> any any (msg:"a"; {options}sid:{sid};)'


def content(rules: str, *, strict: bool = True, **more: Any) -> dict[str, Any]:
    """A `RuleGroup` structure; `more` adds members such as `RuleVariables`."""
    order = {"StatefulRuleOptions": STRICT} if strict else {}
    return {"RulesSource": {"RulesString": rules}, **order, **more}


def create(
    client: NetworkFirewallClient, rules: str = "", *, name: str = "one", **more: Any
) -> Mapping[str, Any]:
    """Create a strict order group of capacity 100, or what `more` says instead."""
    if "Rules" not in more:
        more.setdefault("RuleGroup", content(rules))
    request = {"RuleGroupName": name, "Type": "STATEFUL", "Capacity": 100, **more}
    return client.create_rule_group(**request)


def update(
    client: NetworkFirewallClient, token: str, rules: str = "", *, name: str = "one", **more: Any
) -> Mapping[str, Any]:
    """Update a group by name, in strict order or as `more` says instead."""
    if "Rules" not in more:
        more.setdefault("RuleGroup", content(rules))
    request = {"RuleGroupName": name, "Type": "STATEFUL", "UpdateToken": token, **more}
    return client.update_rule_group(**request)


def policy(*groups: tuple[str, int | None], **more: Any) -> Any:
    """A strict order `FirewallPolicy` structure that refers to groups by ARN and priority."""
    references = [
        {"ResourceArn": arn, **({"Priority": priority} if priority is not None else {})}
        for arn, priority in groups
    ]
    order = {"StatefulEngineOptions": STRICT}
    return {**FORWARD, **order, "StatefulRuleGroupReferences": references, **more}


def refused(call: Callable[[], object], code: str = "InvalidRequestException") -> str:
    """The message that a call is refused with; the call fails with this code and no other."""
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response["Error"]["Message"]
