"""What a target is called in the API: the type of its rule groups, the name of its policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3

from rules_lib.errors import SettingsError
from rules_lib.facts.api import IPS, STATEFUL
from rules_lib.facts.targets import NEEDED_BOTO3, Target


@dataclass(frozen=True, slots=True)
class ApiKind:
    """The words of one kind of policy [api].

    Attributes:
        type: of its rule groups.
        content: the member in which requests and answers have a group's rules.
        policy: the kind itself, which its actions and their members are named after.
    """

    type: str
    content: str
    policy: str


KINDS: Final[Mapping[Target, ApiKind]] = {
    Target.CLASSIC: ApiKind(STATEFUL, "RuleGroup", "FirewallPolicy"),
    Target.NEXT_GENERATION: ApiKind(IPS, "IpsRuleGroup", "FirewallPolicyV2"),
}


def refuse_older_models(client: Any, target: Target) -> None:
    """Say which boto3 is needed, where the one at hand does not know the target.

    Raises:
        SettingsError: it does not.
    """
    if target is Target.CLASSIC or knows_next_generation(client):
        return
    raise SettingsError(
        f"boto3 {boto3.__version__} does not know Next Generation policies, which "
        f"firewall.target: {target} needs; install boto3 {NEEDED_BOTO3} or newer"
    )


def knows_next_generation(client: Any) -> bool:
    """Whether the model of the client's botocore has the policies and their rule groups."""
    model = client.meta.service_model
    kind = KINDS[Target.NEXT_GENERATION]
    if f"Update{kind.policy}" not in model.operation_names:
        return False
    return kind.content in model.operation_model("CreateRuleGroup").input_shape.members
