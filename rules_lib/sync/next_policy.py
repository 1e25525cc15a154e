"""The Next Generation policy of a stack, which CloudFormation has no type for.

It is made as a sync makes one that is named and missing: in MONITOR mode, with all traffic let on
to the rules. As the classic policy of the template it stays when the stack goes, but for one that
nobody uses: no firewall has it, and it has no rule group, as where the stack could not be made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.aws.calls import Calls
from rules_lib.aws.kinds import refuse_older_models
from rules_lib.aws.policies import PolicyCalls
from rules_lib.errors import FirewallError
from rules_lib.facts.targets import Target

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient


def make_next_policy(client: NetworkFirewallClient, name: str, prefix: str) -> str:
    """Make the policy, unless it is there; give its ARN.

    Raises:
        SettingsError: the botocore at hand does not know the kind.
        FirewallError: it cannot be made, or there is a classic policy of the name.
    """
    calls = _calls(client, prefix)
    found = calls.describe(name)
    if not found.arn:
        calls.switch(found, ())
        found = calls.describe(name)
    return found.arn


def remove_unused(client: NetworkFirewallClient, name: str, prefix: str) -> str:
    """Delete the policy if nobody uses it; say what became of it. Nothing is an error."""
    calls = _calls(client, prefix)
    try:
        found = calls.describe(name)
        if not found.arn:
            return f"{name} is gone already"
        if found.firewalls or found.references or found.inline or found.sectioned:
            return f"{name} stays, as it is in use"
        calls.delete(found)
    except FirewallError as error:
        return f"{name} stays: {error}"
    return f"{name} was deleted, as nobody used it"


def _calls(client: NetworkFirewallClient, prefix: str) -> PolicyCalls:
    refuse_older_models(client, Target.NEXT_GENERATION)
    return PolicyCalls(client, prefix, Calls(), Target.NEXT_GENERATION)
