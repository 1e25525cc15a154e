"""The six calls on rule groups; the flat `Rules` is never sent, as it carries no order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.aws import shapes
from rules_lib.aws.calls import NOT_FOUND, Calls
from rules_lib.errors import FirewallError
from rules_lib.facts.api import STATEFUL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_network_firewall.type_defs import (
        DescribeRuleGroupResponseTypeDef,
        ListRuleGroupsRequestTypeDef,
    )

    from rules_lib.groups.rule_group import DeployedGroup, Group


@dataclass(frozen=True, slots=True)
class GroupCalls:
    """Each method is one call, counted; all raise `FirewallError` where it failed."""

    client: NetworkFirewallClient
    prefix: str
    calls: Calls

    def names(self) -> Iterator[str]:
        """The names of all groups under the prefix, whoever made them; a call a page."""
        request: ListRuleGroupsRequestTypeDef = {"Type": STATEFUL, "Scope": "ACCOUNT"}
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
                answer = self.client.describe_rule_group(RuleGroupName=name, Type=STATEFUL)
        except FirewallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return None if shapes.is_deleting(answer) else answer

    def modified(self, name: str) -> str | None:
        """When a group was last changed, without its rules; None where there is none."""
        try:
            with self.calls.read("DescribeRuleGroupMetadata", name):
                answer = self.client.describe_rule_group_metadata(RuleGroupName=name, Type=STATEFUL)
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
        content, description = shapes.content(text, group.variables), shapes.description(group)
        call = "UpdateRuleGroup" if current else "CreateRuleGroup"
        with self.calls.write(call, group.name, dry_run=dry_run):
            if current:
                updated = self.client.update_rule_group(
                    RuleGroupName=group.name,
                    Type=STATEFUL,
                    UpdateToken=current.token,
                    RuleGroup=content,
                    Description=description,
                    DryRun=dry_run,
                    **current.kept,
                )
                return updated["RuleGroupResponse"]["RuleGroupArn"]
            created = self.client.create_rule_group(
                RuleGroupName=group.name,
                Type=STATEFUL,
                Capacity=group.capacity,
                RuleGroup=content,
                Description=description,
                Tags=shapes.tags(group, self.prefix, replaced),
                DryRun=dry_run,
                **(replaced.kept if replaced else {}),
            )
            return created["RuleGroupResponse"]["RuleGroupArn"]

    def delete(self, deployed: DeployedGroup) -> None:
        """Delete the group by its ARN."""
        with self.calls.write("DeleteRuleGroup", deployed.name):
            self.client.delete_rule_group(RuleGroupArn=deployed.arn)
