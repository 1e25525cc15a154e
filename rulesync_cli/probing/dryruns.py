"""Dry runs that ask the service what it takes, and what the account has that they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import botocore
from botocore import xform_name

from rules_lib.aws.calls import INVALID_REQUEST, Calls
from rules_lib.errors import FirewallError
from rules_lib.facts.api import STATEFUL, STRICT_ORDER
from rulesync_cli.probing.findings import QUOTA, Silence
from rulesync_cli.probing.places import MissingPlaceError, Places
from rulesync_cli.probing.values import Probe, ServiceAnswer, template

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient

BOTOCORE: Final[str] = botocore.__version__
"""What the requests are made with: an older one does not know all that is asked."""

NAMES: Final[Mapping[str, str]] = {
    "CreateRuleGroup": "RuleGroupName",
    "CreateFirewallPolicy": "FirewallPolicyName",
    "CreateFirewallPolicyV2": "FirewallPolicyV2Name",
}
"""The actions that are asked, all of which know DryRun, and their members for a name."""

READS: Final = ("ListRuleGroups", "DescribeRuleGroupMetadata")
"""The actions that `places` needs."""

VERDICTS: Final = frozenset(
    {INVALID_REQUEST, "InvalidOperationException", "ResourceNotFoundException"}
    | {"UnsupportedOperationException", "ValidationException", QUOTA}
)
"""Codes that say something of what was asked; every other says something of the call."""

_FREE: Final = ":aws-managed:"
"""In the ARN of AWS's own managed groups, to which nobody has to subscribe."""

_OWN_READ: Final = 20
"""So many of the account's groups are looked at for one in strict order."""


@dataclass(frozen=True, slots=True)
class DryRuns:
    """Asks probes of one account and region.

    Attributes:
        places: what requests need of the account.
    """

    client: NetworkFirewallClient
    places: Places
    calls: Calls

    def ask(self, probe: Probe) -> ServiceAnswer | Silence:
        """Ask by a dry run; nothing else is ever sent."""
        if why := self._unknown(probe.action):
            return Silence(why, tried=False)
        try:
            request = self.places.fill(probe.request)
        except MissingPlaceError as error:
            return Silence(str(error), tried=False)
        try:
            answer = self._dry_run(probe.action, request)
        except FirewallError as error:
            return self._told(probe, error)
        return ServiceAnswer(value=self._observed(answer, probe.observe))

    def _unknown(self, action: str) -> str:
        model = self.client.meta.service_model
        if action not in model.operation_names:
            return f"botocore {BOTOCORE} does not know {action}"
        return ""

    def _dry_run(self, action: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        create: Any = getattr(self.client, xform_name(action))
        always = {NAMES[action]: self.places.name, "DryRun": True}
        with self.calls.write(action, self.places.name, dry_run=True):
            found: Mapping[str, Any] = create(**{**request, **always})
        return found

    def _told(self, probe: Probe, error: FirewallError) -> ServiceAnswer | Silence:
        if error.code == "ParamValidationError":
            known = f"botocore {BOTOCORE} does not send it"
            return Silence(f"{known}: {error.message}", tried=False)
        if error.code in VERDICTS:
            words = self.places.strip(template(error.message, probe.rule))
            return ServiceAnswer(words, code=error.code)
        return Silence(self.places.strip(f"{error.code}: {error.message}"))

    def _observed(self, answer: Mapping[str, Any], path: str) -> str | None:
        if not path:
            return None
        found: Any = reduce(lambda held, name: held.get(name, {}), path.split("."), answer)
        return self.places.strip(str(found))


def places(client: NetworkFirewallClient, name: str, calls: Calls) -> Places:
    """Read what the account has that dry runs need.

    Raises:
        FirewallError: it cannot be read.
    """
    managed = [arn for arn in _listed(client, calls, "MANAGED") if _FREE in arn]
    return Places(
        region=client.meta.region_name,
        name=name,
        strict=[arn for arn in managed if arn.endswith("StrictOrder")],
        default=[arn for arn in managed if arn.endswith("ActionOrder")],
        own=_own(client, calls),
    )


def _own(client: NetworkFirewallClient, calls: Calls) -> str:
    """A group of the account's in strict order."""
    for number, arn in enumerate(_listed(client, calls, "ACCOUNT")):
        if number == _OWN_READ:
            break
        with calls.read("DescribeRuleGroupMetadata", arn):
            about = client.describe_rule_group_metadata(RuleGroupArn=arn)
        if about.get("StatefulRuleOptions", {}).get("RuleOrder") == STRICT_ORDER:
            return arn
    return ""


def _listed(client: NetworkFirewallClient, calls: Calls, scope: Any) -> Iterator[str]:
    request: dict[str, Any] = {"Scope": scope, "Type": STATEFUL}
    while True:
        with calls.read("ListRuleGroups", str(scope)):
            page = client.list_rule_groups(**request)
        yield from (one["Arn"] for one in page["RuleGroups"] if "Arn" in one)
        if "NextToken" not in page:
            return
        request["NextToken"] = page["NextToken"]
