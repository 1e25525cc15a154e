"""The actions on rule groups, each a request in and an answer out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moto.core.utils import utcnow

from localaws.errors import InvalidOperationError, LimitExceededError
from localaws.group_checks import (
    check_capacity,
    check_order,
    check_type,
    consumed_capacity,
    requested_content,
)
from localaws.groups import CONTENT, IPS, STATEFUL, RuleGroup
from localaws.paging import page
from localaws.resources import check_name_is_free, check_tags, check_token, find, new_id
from localaws.state import Answer, Params, State, tag_pairs, without_nothing


class RuleGroupActions(State):
    """Create, update, describe, delete and list rule groups of the types STATEFUL and IPS."""

    def create_rule_group(self, params: Params) -> Answer:
        """Validate a group and, unless it is a dry run, keep it."""
        check_type(params, needed=True)
        group, tags = self._new_group(params), tag_pairs(params)
        check_tags(tags)
        self._check_quota(group.kind)
        if not params.get("DryRun"):
            self.rule_groups[group.arn] = group
            self.tagger.tag_resource(group.arn, params.get("Tags"))
        return self._answer(group) | {
            "RuleGroupResponse": self._view(group) | ({"Tags": params["Tags"]} if tags else {})
        }

    def update_rule_group(self, params: Params) -> Answer:
        """Replace a group's rules, description and encryption; its capacity and order stay.

        Whether the service keeps a key that is left out is not known: this package does not.
        """
        group = self._find_group(params)
        check_token(group.token, params)
        content = requested_content(params, group.kind)
        check_order(group, params, content)
        changed = replace(
            group,
            content=content,
            consumed=self._consumed(content, group.kind, group.capacity),
            description=params.get("Description"),
            encryption=params.get("EncryptionConfiguration"),
        )
        if not params.get("DryRun"):
            changed = replace(changed, token=new_id(), modified=utcnow())
            self.rule_groups[group.arn] = changed
        return self._answer(changed)

    def describe_rule_group(self, params: Params) -> Answer:
        """Everything about a group, its rules and its update token too."""
        group = self._find_group(params, self.known_groups())
        return self._answer(group) | {CONTENT[group.kind]: group.content}

    def describe_rule_group_metadata(self, params: Params) -> Answer:
        """What a group is, without its rules."""
        group = self._find_group(params, self.known_groups())
        return without_nothing(
            {
                "RuleGroupArn": group.arn,
                "RuleGroupName": group.name,
                "Description": group.description,
                "Type": group.kind,
                "Capacity": group.capacity,
                "StatefulRuleOptions": (
                    {"RuleOrder": group.order} if group.kind == STATEFUL else None
                ),
                "LastModifiedTime": group.modified,
            }
        )

    def delete_rule_group(self, params: Params) -> Answer:
        """Remove a group that no policy refers to."""
        group = self._find_group(params)
        if self.policies_using(group.arn):
            raise InvalidOperationError
        view = self._view(group) | {"RuleGroupStatus": "DELETING"}
        del self.rule_groups[group.arn]
        self.tagger.delete_all_tags_for_resource(group.arn)
        return {"RuleGroupResponse": view}

    def list_rule_groups(self, params: Params) -> Answer:
        """The account's groups in pages, by name, or AWS's managed ones."""
        managed, kind = params.get("Scope") == "MANAGED", params.get("Type")
        groups = [one for one in self.known_groups().values() if kind in {None, one.kind}]
        shown, token = page(
            {group.name: group for group in groups if group.managed == managed}, params
        )
        listed = [{"Name": group.name, "Arn": group.arn} for group in shown]
        return without_nothing({"RuleGroups": listed, "NextToken": token})

    def _new_group(self, params: Params) -> RuleGroup:
        arn = self.arn("stateful-rulegroup", params["RuleGroupName"])
        check_name_is_free(self.rule_groups, arn)
        check_capacity(params["Capacity"])
        kind = params["Type"]
        content = requested_content(params, kind)
        return RuleGroup(
            arn=arn,
            name=params["RuleGroupName"],
            id=new_id(),
            token=new_id(),
            capacity=params["Capacity"],
            consumed=self._consumed(content, kind, params["Capacity"]),
            content=content,
            description=params.get("Description"),
            encryption=params.get("EncryptionConfiguration"),
            modified=utcnow(),
            kind=kind,
        )

    def _check_quota(self, kind: str) -> None:
        """The groups of each type are counted apart, as nobody says that they are not."""
        most, there = self.control.quotas.rule_groups, self.rule_groups.values()
        if sum(group.kind == kind for group in there) >= most:
            words = "stateful rule groups" if kind == STATEFUL else "IPS rule groups"
            raise LimitExceededError(
                f"limit exceeded, parameter: [{most}], context: {words} of the account"
            )

    def _consumed(self, content: Mapping[str, Any], kind: str, capacity: int) -> int:
        typed = {**content, "Type": IPS} if kind == IPS else content
        return consumed_capacity(typed, capacity, self.control)

    def _find_group(
        self, params: Params, among: Mapping[str, RuleGroup] | None = None
    ) -> RuleGroup:
        check_type(params, needed="RuleGroupArn" not in params)
        known, kind = self.rule_groups if among is None else among, params.get("Type")
        meant = {arn: one for arn, one in known.items() if kind in {None, one.kind}}
        return find(meant, "RuleGroup", params)

    def _answer(self, group: RuleGroup) -> Answer:
        return {"UpdateToken": group.token, "RuleGroupResponse": self._view(group)}

    def _view(self, group: RuleGroup) -> Answer:
        return without_nothing(
            {
                "RuleGroupArn": group.arn,
                "RuleGroupName": group.name,
                "RuleGroupId": group.id,
                "Description": group.description,
                "Type": group.kind,
                "Capacity": group.capacity,
                "RuleGroupStatus": "ACTIVE",
                "Tags": self.tags_of(group.arn),
                "ConsumedCapacity": group.consumed,
                "NumberOfAssociations": self.policies_using(group.arn),
                "EncryptionConfiguration": group.encryption,
                "LastModifiedTime": group.modified,
            }
        )
