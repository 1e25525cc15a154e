"""The actions on firewall policies, each a request in and an answer out."""

from __future__ import annotations

from dataclasses import replace

from moto.core.utils import utcnow

from localaws.errors import InvalidOperationError, InvalidRequestError, LimitExceededError
from localaws.paging import page
from localaws.policies import FirewallPolicy, reserved_capacity
from localaws.policy_checks import check_policy
from localaws.resources import check_name_is_free, check_tags, check_token, find, new_id
from localaws.state import Answer, Params, State, tag_pairs, without_nothing


class FirewallPolicyActions(State):
    """Create, update, describe, delete, list and associate firewall policies."""

    def create_firewall_policy(self, params: Params) -> Answer:
        """Validate a policy and, unless it is a dry run, keep it."""
        policy, tags = self._new_policy(params), tag_pairs(params)
        check_tags(tags)
        if len(self.firewall_policies) >= self.control.quotas.policies:
            raise LimitExceededError(
                f"limit exceeded, parameter: [{self.control.quotas.policies}], "
                "context: firewall policies of the account"
            )
        if not params.get("DryRun"):
            self.firewall_policies[policy.arn] = policy
            self.tagger.tag_resource(policy.arn, params.get("Tags"))
        return self._policy_answer(policy) | {
            "FirewallPolicyResponse": self._policy_view(policy)
            | ({"Tags": params["Tags"]} if tags else {})
        }

    def update_firewall_policy(self, params: Params) -> Answer:
        """Replace a policy's content, description and encryption in one step, given or not."""
        policy = self._find_policy(params)
        check_token(policy.token, params)
        content = params["FirewallPolicy"]
        check_policy(content, self.known_groups(), self.control)
        changed = replace(
            policy,
            content=content,
            description=params.get("Description"),
            encryption=params.get("EncryptionConfiguration"),
        )
        if not params.get("DryRun"):
            changed = replace(changed, token=new_id(), modified=utcnow())
            self.firewall_policies[policy.arn] = changed
        return self._policy_answer(changed)

    def describe_firewall_policy(self, params: Params) -> Answer:
        """Everything about a policy, its update token too."""
        policy = self._find_policy(params)
        return self._policy_answer(policy) | {"FirewallPolicy": policy.content}

    def delete_firewall_policy(self, params: Params) -> Answer:
        """Remove a policy that no firewall has; its groups lose an association."""
        policy = self._find_policy(params)
        if self.firewalls_using(policy.arn):
            raise InvalidOperationError
        view = self._policy_view(policy) | {"FirewallPolicyStatus": "DELETING"}
        del self.firewall_policies[policy.arn]
        self.tagger.delete_all_tags_for_resource(policy.arn)
        return {"FirewallPolicyResponse": view}

    def list_firewall_policies(self, params: Params) -> Answer:
        """The account's policies in pages, by name."""
        shown, token = page(
            {policy.name: policy for policy in self.firewall_policies.values()}, params
        )
        listed = [{"Name": policy.name, "Arn": policy.arn} for policy in shown]
        return without_nothing({"FirewallPolicies": listed, "NextToken": token})

    def associate_firewall_policy(self, params: Params) -> Answer:
        """Give a firewall another policy; here the update token may be left out."""
        firewall = self._get_firewall(params.get("FirewallArn"), params.get("FirewallName"))
        arn = params["FirewallPolicyArn"]
        if arn not in self.firewall_policies and arn not in self.next_policies:
            raise InvalidRequestError(
                f"parameter is invalid, parameter: [{arn}], context: FirewallPolicyArn"
            )
        if "UpdateToken" in params:
            check_token(firewall.update_token, params)
        firewall.firewall_policy_arn, firewall.update_token = arn, new_id()
        return {
            "FirewallArn": firewall.arn,
            "FirewallName": firewall.firewall_name,
            "FirewallPolicyArn": arn,
            "UpdateToken": firewall.update_token,
        }

    def _new_policy(self, params: Params) -> FirewallPolicy:
        arn = self.arn("firewall-policy", params["FirewallPolicyName"])
        check_name_is_free(self.firewall_policies, arn)
        check_policy(params["FirewallPolicy"], self.known_groups(), self.control)
        return FirewallPolicy(
            arn=arn,
            name=params["FirewallPolicyName"],
            id=new_id(),
            token=new_id(),
            content=params["FirewallPolicy"],
            description=params.get("Description"),
            encryption=params.get("EncryptionConfiguration"),
            modified=utcnow(),
        )

    def _find_policy(self, params: Params) -> FirewallPolicy:
        return find(self.firewall_policies, "FirewallPolicy", params)

    def _policy_answer(self, policy: FirewallPolicy) -> Answer:
        return {"UpdateToken": policy.token, "FirewallPolicyResponse": self._policy_view(policy)}

    def _policy_view(self, policy: FirewallPolicy) -> Answer:
        return without_nothing(
            {
                "FirewallPolicyName": policy.name,
                "FirewallPolicyArn": policy.arn,
                "FirewallPolicyId": policy.id,
                "Description": policy.description,
                "FirewallPolicyStatus": "ACTIVE",
                "Tags": self.tags_of(policy.arn),
                "ConsumedStatelessRuleCapacity": 0,
                "ConsumedStatefulRuleCapacity": reserved_capacity(
                    policy.content, self.known_groups()
                ),
                "NumberOfAssociations": self.firewalls_using(policy.arn),
                "EncryptionConfiguration": policy.encryption,
                "LastModifiedTime": policy.modified,
            }
        )
