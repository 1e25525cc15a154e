"""Many accounts and regions: what the hub may do, and what another account lets it do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from support.feeds import rule
from support.fleet import BUILD, PILOT, PROD, FleetAccount, fleet_account, role_of
from support.template import (
    ACCOUNT,
    BUCKET,
    REGION,
    TargetTemplate,
    Template,
    allows,
    listed,
    machine_definition,
    target_template,
)

from rules_lib.bucket import ALLOWLIST, LOCAL, PROMOTED, TARGETS_FILE
from rules_lib.settings import variable_of
from rules_lib.targets.values import ROLE_FORM

pytestmark = pytest.mark.sam

ROLES: Final = [role_of("444455556666"), "arn:aws:iam::*:role/rulesync-target"]
PLAIN: Final = Template()
HUB: Final = Template({"Targets": "true", "TargetRoles": ROLES})
S3: Final = f"arn:aws:s3:::{BUCKET}/"
GROUP: Final = "network-firewall:eu-west-1:123456789012:stateful-rulegroup/et-emerging-malware"


def may(template: Template, action: str, resource: str) -> bool:
    """Whether the build's role lets an action happen."""
    return any(allows(each, action, resource) for each in template.statements("BuildRole"))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[FleetAccount]:
    """A pilot and another target, not built yet."""
    with fleet_account(tmp_path) as found:
        found.hub.publish(malware=[rule(1)])
        found.name_targets(PILOT, PROD)
        yield found


def test_stack_without_targets_has_nothing_of_them() -> None:
    """Neither a role to assume nor a state machine; its groups are those of its region."""
    assert not PLAIN.condition("ServesTargets")
    actions = {
        action for each in PLAIN.statements("BuildRole") for action in listed(each["Action"])
    }
    assert not {"sts:AssumeRole", "states:StartExecution", "s3:PutObjectTagging"} & actions
    assert not may(PLAIN, "network-firewall:UpdateRuleGroup", f"arn:aws:{GROUP}")
    assert not may(PLAIN, "s3:PutObject", f"{S3}targets/pilot/latest.json")
    environment = PLAIN.resource("BuildFunction")["Environment"]["Variables"]
    assert variable_of("state_machine") not in environment


def test_build_assumes_the_roles_that_are_named_and_no_others() -> None:
    """A star in the account's place is the stack's owner's own choice."""
    [statement] = [
        each for each in HUB.statements("BuildRole") if "sts:AssumeRole" in listed(each["Action"])
    ]
    assert statement["Resource"] == ROLES
    assert not any(
        "sts:AssumeRole" in listed(each["Action"])
        for each in Template({"Targets": "true"}).statements("BuildRole")
    )


def test_what_a_round_does_is_allowed_and_nobody_writes_feeds(fleet: FleetAccount) -> None:
    """Every call to S3 of a round, by the key that it was about."""
    fleet.hub.forget()
    fleet.round()
    fleet.later(25)
    calls = {(call, key) for call, key in fleet.hub.journal if key and "Object" in call}
    names = {
        "PutObject": "s3:PutObject",
        "GetObject": "s3:GetObject",
        "DeleteObject": "s3:DeleteObject",
    }
    wanted = {(names[call], f"{S3}{key}") for call, key in calls if call in names}
    assert len(wanted) > 30
    refused = {one for one in wanted if not may(HUB, *one)}
    assert refused == set()
    assert may(HUB, "s3:PutObjectTagging", f"{S3}targets/pilot/builds/b/summary.json")
    for key in ("raw/1/manifest.json", ALLOWLIST, TARGETS_FILE, "local/ours.rules"):
        assert not may(HUB, "s3:PutObject", f"{S3}{key}")


def test_state_machine_calls_the_build_alone() -> None:
    """And only Step Functions of this account takes its role on."""
    [statement] = HUB.statements("TargetsMachineRole")
    assert statement["Action"] == "lambda:InvokeFunction"
    trust = HUB.resource("TargetsMachineRole")["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trust] == [{"Service": "states.amazonaws.com"}]
    assert trust[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_build_may_start_the_state_machine_that_there_is() -> None:
    """It knows it by its name, as the two refer to each other."""
    name = HUB.resource("TargetsMachine")["StateMachineName"]
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"
    environment = HUB.resource("BuildFunction")["Environment"]["Variables"]
    assert environment[variable_of("state_machine")] == arn
    assert environment[variable_of("targets_at_once")] == 10
    assert may(HUB, "states:StartExecution", arn)


def test_file_of_targets_and_a_promotion_start_a_round() -> None:
    """As an edit of any allowlist does; without targets the allowlist alone does."""
    keys = HUB.resource("BuildFunctionArrival")["EventPattern"]["detail"]["object"]["key"]
    assert {"wildcard": "config/*.yaml"} in keys
    assert PROMOTED in keys
    plain = PLAIN.resource("BuildFunctionArrival")["EventPattern"]["detail"]["object"]["key"]
    assert {"prefix": LOCAL} in plain
    assert PROMOTED not in plain
    assert {"wildcard": "config/*.yaml"} not in plain


def test_build_that_fails_is_run_again_later_and_later() -> None:
    """Twice, and a failure of Lambda itself more often; then the others go on."""
    states = machine_definition(BUILD)["States"]
    build = states["Each"]["ItemProcessor"]["States"]["Build"]
    assert build["Retry"][-1] == {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 30,
        "MaxAttempts": 2,
        "BackoffRate": 4,
    }
    assert build["Catch"][0]["Next"] == "Failed"
    assert states["Each"]["MaxConcurrencyPath"] == "$.begun.at_once"


def target_statements(kind: str = "classic") -> list[dict[str, Any]]:
    """What the role of another account may do, with all that it can have for a kind of policy."""
    policy = target_template()["Resources"]["TargetRole"]["Properties"]["Policies"][0]
    ends = {"classic": {"ForNext", "HasNextPolicies"}, "next-generation": {"HasClassicPolicies"}}
    found = [_chosen(each, ends[kind]) for each in policy["PolicyDocument"]["Statement"]]
    return [each for each in found if "Sid" in each]


def _chosen(node: Any, untrue: set[str]) -> Any:
    """A part of the template, where all conditions hold but some."""
    if isinstance(node, list):
        return [_chosen(each, untrue) for each in node]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        condition, then, other = node["Fn::If"]
        return _chosen(other if condition in untrue else then, untrue)
    return {name: _chosen(each, untrue) for name, each in node.items()}


def test_role_of_a_target_trusts_by_the_external_id() -> None:
    """Whoever takes it on has to know it, the hub and people alike."""
    role = target_template()["Resources"]["TargetRole"]["Properties"]
    trust = role["AssumeRolePolicyDocument"]["Statement"]
    for each in (trust[0], trust[1]["Fn::If"][1]):
        assert each["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
        assert each["Action"] == "sts:AssumeRole"
    assert trust[0]["Principal"] == {"AWS": {"Ref": "HubRoleArn"}}
    name = target_template()["Parameters"]["RoleName"]["Default"]
    assert re.fullmatch(ROLE_FORM, role_of(ACCOUNT))
    assert role_of(ACCOUNT).endswith(f"/{name}")


@pytest.mark.parametrize("kind", ["classic", "next-generation"])
def test_role_of_a_target_may_do_what_the_build_may_at_home(kind: str) -> None:
    """To rule groups and policies, and nothing else at all, for either kind of policy."""
    given = {
        "FirewallPolicies": ["p"],
        "PrefixLists": ["l"],
        "FirewallPolicyKind": kind,
        "MakeGroupParameters": "true",
    }
    full = Template(given)
    home = {
        action
        for each in full.statements("BuildRole")
        for action in listed(each["Action"])
        if action.startswith(("network-firewall:", "ec2:GetManaged", "ssm:"))
    }
    there = target_statements(kind)
    assert {action for each in there for action in listed(each["Action"])} == home


def test_role_of_a_target_makes_and_changes_what_has_our_tag() -> None:
    """Of the prefix that is named, in the regions that are named."""
    by_sid = {each["Sid"]: each for each in target_statements()}
    tag = {"Ref": "RuleGroupPrefix"}
    assert by_sid["MakeRuleGroups"]["Condition"]["StringEquals"] == {
        "aws:RequestTag/rulesync:prefix": tag
    }
    assert by_sid["OwnRuleGroups"]["Condition"]["StringEquals"] == {
        "aws:ResourceTag/rulesync:prefix": tag
    }
    where = {"aws:RequestedRegion": {"Ref": "Regions"}}
    for sid in ("FindRuleGroups", "ReadRuleGroups", "MakeRuleGroups", "OwnRuleGroups", "Arns"):
        assert by_sid[sid]["Condition"]["StringLike"] == where
    assert [sid for sid, each in by_sid.items() if each["Resource"] == "*"] == ["FindRuleGroups"]


def test_arns_of_targets_are_written_below_our_prefix_where_that_is_asked_for() -> None:
    """In the stack's own account in every region, in another account by its role; else nowhere."""
    given = {"ExternalId": BUCKET, "HubRoleArn": "arn:aws:iam::123456789012:role/build"}
    there = {"AWS::AccountId": "444455556666", "MakeGroupParameters": "true"}
    hub = Template({"Targets": "true", "MakeGroupParameters": "true"})
    target = TargetTemplate({**given, **there})
    for template, role, account in (
        (hub, "BuildRole", ACCOUNT),
        (target, "TargetRole", "444455556666"),
    ):
        statements = list(template.statements(role))
        place = f"arn:aws:ssm:ap-southeast-1:{account}:parameter/rulesync"
        for action in ("ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameters"):
            assert any(allows(each, action, f"{place}/et-tor/arn") for each in statements)
            for other in (f"{place}/ids-tor/arn", f"{place}/et-tor", f"{place}/feeds/code"):
                assert not any(allows(each, action, other) for each in statements)
    bare = TargetTemplate(given).statements("TargetRole")
    assert not any("ssm" in str(each["Action"]) for each in bare)
