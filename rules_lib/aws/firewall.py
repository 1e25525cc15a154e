"""Network Firewall's rule groups: what is there, what would be refused, and the writes.

A write that was answered with an error may have been carried out all the same, as when botocore
repeats a call whose answer was lost: then the group is read again, and what it holds decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rules_lib.aws import shapes
from rules_lib.aws.calls import INVALID_REQUEST, INVALID_TOKEN, NOT_FOUND, Calls
from rules_lib.aws.groupcalls import GroupCalls
from rules_lib.aws.kinds import KINDS, refuse_older_models
from rules_lib.aws.policies import PolicyCalls
from rules_lib.errors import FirewallError, StaleError
from rules_lib.facts.targets import Target
from rules_lib.groups.policy import GroupReference, Health, Policy
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group
from rules_lib.proving.search import (
    DEFAULT_OPTIONS,
    SearchOptions,
    SearchResult,
    UnpinnedError,
    search,
)

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_network_firewall.type_defs import DescribeRuleGroupResponseTypeDef

    from rules_lib.aws.arn_parameters import ArnParameters

_MOVED_ON: Final = frozenset({INVALID_TOKEN, NOT_FOUND})
"""An update's answers where somebody changed the group, or deleted it, since it was read."""
_TOKENS: Final = 5  # as often as one update is tried again where only its token was stale


class Firewall:
    """The rule groups of one account and region under one prefix, and the policies we were given.

    Attributes:
        prefix: what names of our groups begin with, followed by a hyphen, and the value of their
            `rulesync:prefix` tag.
        policies: names or ARNs of firewall policies to which the groups are attached.
        calls: what was asked so far, by others too where they count together.
        target: the kind of the policies, and so of the rule groups.
        parameters: where the ARN of each rule group in force is written; None: nowhere.

    Raises:
        SettingsError: the botocore at hand does not know this kind.
    """

    def __init__(  # noqa: PLR0913 - what names the rule groups, and what is asked of them
        self,
        client: NetworkFirewallClient,
        prefix: str,
        policies: tuple[str, ...] = (),
        calls: Calls | None = None,
        *,
        target: Target = Target.CLASSIC,
        closed: str = "",
        parameters: ArnParameters | None = None,
    ) -> None:
        refuse_older_models(client, target)
        self.prefix = prefix
        self.policies = policies
        self.target = target
        self.calls = Calls() if calls is None else calls
        self.parameters = parameters
        self._closed = closed
        self._api = GroupCalls(client, prefix, self.calls, target)
        self._policies = PolicyCalls(client, prefix, self.calls, target)

    def deployed(self) -> Deployed:
        """Read every group under the prefix, tell ours from others by the tags, and the policies.

        The policies are read before and after, as a group's use and the policies are to be of one
        moment: else a group that another build attaches meanwhile would look like somebody else's.

        Raises:
            StaleError: somebody keeps changing the policies.
            FirewallError: a list or describe failed.
        """
        policies = self.given()
        for _ in range(_TOKENS):
            ours, foreign = self._groups()
            before, policies = policies, self.given()
            if before == policies:
                break
        else:
            raise StaleError(f"Describe{KINDS[self.target].policy}", ", ".join(self.policies))
        uses = Counter(reference.arn for policy in policies for reference in policy.references)
        return Deployed(
            groups=tuple(
                replace(one, pinned=one.strict and one.associations > uses[one.arn]) for one in ours
            ),
            foreign=foreign,
            policies=policies,
            classic=self._classic_names(),
        )

    def names(self) -> frozenset[str]:
        """Names of all groups under the prefix, whoever made them.

        Raises:
            FirewallError: the list failed.
        """
        return frozenset(self._api.names())

    def modified(self, name: str) -> str | None:
        """When a group was last changed, ISO 8601, without reading its rules; None if it is gone.

        Raises:
            FirewallError: the describe failed for another reason.
        """
        return self._api.modified(name)

    def tokens(self) -> Mapping[str, str]:
        """The update token of each policy that we were given and nothing is wrong with, by its ARN.

        Raises:
            FirewallError: a describe failed.
        """
        return {policy.arn: policy.token for policy in self.given() if not policy.health.trouble}

    def given(self) -> tuple[Policy, ...]:
        """The policies that we were given, each of them once.

        Raises:
            FirewallError: a describe failed.
        """
        described = (self._policies.describe(given) for given in self.policies)
        return tuple({policy.arn or policy.name: policy for policy in described}.values())

    def _classic_names(self) -> frozenset[str]:
        """What groups of the other kind are called here, where ours are not of the classic one."""
        if self.target is Target.CLASSIC:
            return frozenset()
        return frozenset(self._api.classic_names())

    def _groups(self) -> tuple[list[DeployedGroup], frozenset[str]]:
        """Ours, and the names of others under the prefix."""
        ours, foreign = list[DeployedGroup](), set[str]()
        for name in self._api.names():
            answer = self._api.describe(name)
            if answer is None:
                continue
            if group := self._read(answer):
                ours.append(group)
            else:
                foreign.add(name)
        return ours, frozenset(foreign)

    def describe(self, name: str) -> DeployedGroup | None:
        """Read one group; None where there is none of ours by this name.

        Raises:
            FirewallError: the describe failed for another reason.
        """
        answer = self._api.describe(name)
        return answer and self._read(answer)

    def _read(self, answer: DescribeRuleGroupResponseTypeDef) -> DeployedGroup | None:
        return shapes.deployed_group(answer, self.prefix, self.target)

    def prove(
        self,
        group: Group,
        deployed: DeployedGroup | None = None,
        options: SearchOptions = DEFAULT_OPTIONS,
        replaced: DeployedGroup | None = None,
    ) -> SearchResult:
        """Find the rules that the service would refuse; changes nothing.

        Args:
            group: to be created, or to be what `deployed` becomes.
            deployed: the group of the same name where it is to be updated.
            options: how rules are searched, and how long.
            replaced: the group whose place a new one is to take.

        Raises:
            StaleError: `deployed` is no longer what it was, or the name is no longer free.
            FirewallError: the group would be refused, and not for some of its rules.
        """
        call, current = "CreateRuleGroup", None
        if deployed:
            call, current = "UpdateRuleGroup", self._fresh(deployed)

        def judge(text: str) -> str | None:
            try:
                self._api.send(group, text, current, replaced=replaced, dry_run=True)
            except FirewallError as error:
                if error.code != INVALID_REQUEST:
                    raise
                return error.message
            return None

        try:
            return search(group.rules, judge, options)
        except UnpinnedError as error:
            if deployed is None and self._is_there(group):
                raise StaleError(call, group.name) from error
            raise FirewallError(call, group.name, INVALID_REQUEST, str(error)) from error

    def create(self, group: Group, replaced: DeployedGroup | None = None) -> str:
        """Make a group, with the settings and tags of the one that it replaces; return its ARN.

        Raises:
            StaleError: somebody else has made a group of this name, which holds something else.
            FirewallError: the service refused it.
        """
        try:
            return self._api.send(group, group.text, replaced=replaced)
        except FirewallError as error:
            if found := self._holding(group):
                return found.arn
            if error.code == INVALID_REQUEST and self._is_there(group):
                raise StaleError("CreateRuleGroup", group.name) from error
            raise

    def update(self, group: Group, deployed: DeployedGroup) -> None:
        """Make a deployed group hold what is desired.

        A stale token alone is no reason to stop: what counts is that the group still holds what the
        plan was made from.

        Raises:
            StaleError: somebody changed the group since the plan was made.
            FirewallError: the service refused it.
        """
        current = deployed
        for _ in range(_TOKENS):
            try:
                self._api.send(group, group.text, current)
            except FirewallError as error:
                if self._holding(group):
                    return
                if error.code not in _MOVED_ON:
                    raise
                current = self._fresh(deployed)
            else:
                return
        raise StaleError("UpdateRuleGroup", group.name)

    def delete(self, deployed: DeployedGroup) -> None:
        """Delete a group; one that is gone already is as good.

        Raises:
            FirewallError: the service refused it, as it does while a policy uses the group.
        """
        try:
            self._api.delete(deployed)
        except FirewallError as error:
            if error.code != NOT_FOUND:
                raise

    def switch(
        self,
        policy: Policy,
        references: Sequence[GroupReference],
        replaced: Mapping[str, str] | None = None,
    ) -> None:
        """Have a policy refer to these groups and no others, in one call.

        Args:
            policy: as it was read.
            references: what it is to refer to.
            replaced: ARN of a group that takes another's place -> the other's.

        Raises:
            StaleError: somebody changed the policy since it was read.
            FirewallError: the service refused it, or nothing may be attached; then nothing is sent.
        """
        if self._closed:
            call = f"Update{KINDS[self.target].policy}"
            raise FirewallError(call, policy.name, "NotSent", self._closed)
        self._policies.switch(policy, references, replaced)

    def health(self, policy: Policy) -> Health:
        """What the service says by now of a policy's condition.

        Raises:
            FirewallError: the describe failed.
        """
        return self._policies.describe(policy.arn or policy.name).health

    def _is_there(self, group: Group) -> bool:
        """Whether somebody else has meanwhile made the group that is to be made."""
        current = self.describe(group.name)
        return current is not None and current.slot == group.slot

    def _holding(self, group: Group) -> DeployedGroup | None:
        """The group where it is there as desired; None where it is not or cannot be read."""
        try:
            current = self.describe(group.name)
        except FirewallError:
            return None
        return current if current and current.slot == group.slot and current.holds(group) else None

    def _fresh(self, deployed: DeployedGroup) -> DeployedGroup:
        """The group with its token of now, provided that it holds what it held."""
        current = self.describe(deployed.name)
        if current is None or not current.holds_what(deployed):
            raise StaleError("UpdateRuleGroup", deployed.name)
        return current
