"""The six calls on rule groups; the flat `Rules` is never sent, as it carries no order.

The types of boto3 at hand do not know groups of type IPS, so the client is taken for any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules_lib.aws import shapes
from rules_lib.aws.calls import NOT_FOUND, Calls
from rules_lib.aws.kinds import KINDS
from rules_lib.errors import FirewallError
from rules_lib.facts.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_network_firewall.type_defs import DescribeRuleGroupResponseTypeDef

    from rules_lib.groups.rule_group import DeployedGroup, Group


@dataclass(frozen=True, slots=True)
class GroupCalls:
    """Each method is one call, counted; all raise `FirewallError` where it failed.

    Attributes:
        target: says of which type the groups are; those of another are never touched.
    """

    client: Any
    prefix: str
    calls: Calls
    target: Target = Target.CLASSIC

    def names(self) -> Iterator[str]:
        """The names of all groups under the prefix, whoever made them; a call a page."""
        return self._names(self._type)

    def classic_names(self) -> Iterator[str]:
        """Likewise of the groups of classic policies, whatever the target is."""
        return self._names(KINDS[Target.CLASSIC].type)

    @property
    def _type(self) -> str:
        return KINDS[self.target].type

    def _names(self, kind: str) -> Iterator[str]:
        request = {"Type": kind, "Scope": "ACCOUNT"}
        while True:
            with self.calls.read("ListRuleGroups", self.prefix):
                page = self.client.list_rule_groups(**request)
            names = (listed["Name"] for listed in page["RuleGroups"])
            yield from (name for name in names if name.startswith(f"{self.prefix}-"))
            if "NextToken" not in page:
                return
            request["NextToken"] = page["NextToken"]

    def describe(self, name: str) -> DescribeRuleGroupResponseTypeDef | None:
        """What the service says of a group; None where it is not there, or on its way out."""
        try:
            with self.calls.read("DescribeRuleGroup", name):
                answer: DescribeRuleGroupResponseTypeDef = self.client.describe_rule_group(
                    RuleGroupName=name, Type=self._type
                )
        except FirewallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return None if shapes.is_deleting(answer) else answer

    def modified(self, name: str) -> str | None:
        """When a group was last changed, without its rules; None where there is none."""
        try:
            with self.calls.read("DescribeRuleGroupMetadata", name):
                answer = self.client.describe_rule_group_metadata(
                    RuleGroupName=name, Type=self._type
                )
        except FirewallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return shapes.modified(answer)

    def send(
        self,
        group: Group,
        text: str,
        current: DeployedGroup | None = None,
        *,
        replaced: DeployedGroup | None = None,
        dry_run: bool = False,
    ) -> str:
        """Create the group or, where there is a current one, update it; return its ARN.

        What people set of the group, or of the one that it is to replace, stays.

        Args:
            group: all but its text is sent as it is.
            text: sent in its place, whole or cut down.
            current: for the update token.
            replaced: the group whose place a new one takes.
            dry_run: have it validated only.
        """
        content = shapes.content(text, group.variables, self.target)
        always = {
            "RuleGroupName": group.name,
            "Type": self._type,
            "Description": shapes.description(group),
            "DryRun": dry_run,
            KINDS[self.target].content: content,
        }
        call = "UpdateRuleGroup" if current else "CreateRuleGroup"
        with self.calls.write(call, group.name, dry_run=dry_run):
            if current:
                answer = self.client.update_rule_group(
                    UpdateToken=current.token, **always, **current.kept
                )
            else:
                answer = self.client.create_rule_group(
                    Capacity=group.capacity,
                    Tags=shapes.tags(group, self.prefix, replaced),
                    **always,
                    **(replaced.kept if replaced else {}),
                )
        return str(answer["RuleGroupResponse"]["RuleGroupArn"])

    def delete(self, deployed: DeployedGroup) -> None:
        """Delete the group by its ARN."""
        with self.calls.write("DeleteRuleGroup", deployed.name):
            self.client.delete_rule_group(RuleGroupArn=deployed.arn)
