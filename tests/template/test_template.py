"""What the stack is to be, where no embedded AWS can show it: read from the expanded template."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from typing import Any, Final

import pytest
from support.deploy import SAM_PYTHON
from support.template import ROOT, Template, expanded

from rules_lib.allowlist.fields import PREFIX_FORM
from rules_lib.allowlist.values import FirewallSettings
from rules_lib.bucket import (
    ALLOWLIST,
    BUILDS,
    DISCARDS,
    EXPIRES,
    FEEDS,
    FEEDS_TAKEN,
    HIT_QUERIES,
    HITS,
    LOCAL,
    TARGETS,
    expiry_of,
    manifest_key,
    target_key,
)
from rules_lib.groups.policy_names import POLICY_ARN_FORM, policy_name_problem

pytestmark = pytest.mark.sam

PLAIN: Final = Template()
FUNCTIONS: Final = ("FetchFunction", "BuildFunction", "HitsFunction", "SetupFunction")
CFN_LINT: Final = SAM_PYTHON.with_name("cfn-lint")
TEMPLATES: Final = (ROOT / "template.yaml", ROOT / "template-target.yaml")
ROLES: Final = ("FetchRole", "BuildRole", "HitsRole", "SetupRole")


def test_templates_are_valid_and_clean() -> None:
    """To cfn-lint, which is all that `sam validate --lint` asks; both in one run of it."""
    done = subprocess.run(  # noqa: S603  # ours
        [CFN_LINT, "--regions", "us-east-1", "--template", *TEMPLATES],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_files_of_a_very_large_build_find_room_on_the_disk() -> None:
    """What ten times ET Open changes waits there in half of it."""
    build = expanded()["Resources"]["BuildFunction"]["Properties"]
    assert build["EphemeralStorage"] == {"Size": 1024}


def test_bucket_outlives_the_stack() -> None:
    """It holds what people wrote; a first deploy that fails leaves nothing behind."""
    bucket = expanded()["Resources"]["Bucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == (
        "RetainExceptOnCreate",
        "Retain",
    )


def test_bucket_is_private_versioned_and_encrypted() -> None:
    """With a key of S3's own, unless another is given."""
    bucket = PLAIN.resource("Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert _encryption(PLAIN) == {"SSEAlgorithm": "AES256"}
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    assert _encryption(Template({"KmsKeyArn": key})) == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key,
    }


def _encryption(template: Template) -> dict[str, Any]:
    rules = template.resource("Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return dict(rules[0]["ServerSideEncryptionByDefault"])


@pytest.mark.parametrize("name", ["BucketPolicy", "TopicPolicy", "DeadLettersPolicy"])
def test_nothing_is_reached_without_tls(name: str) -> None:
    """Bucket, topic and queue."""
    statements = PLAIN.resource(name)["PolicyDocument"]["Statement"]
    denied = {"Bool": {"aws:SecureTransport": "false"}}
    assert any(each["Effect"] == "Deny" and each["Condition"] == denied for each in statements)


def test_only_builds_their_discards_and_hits_expire() -> None:
    """A feed or an allowlist that nobody touches may be the newest for years."""
    rules = PLAIN.resource("Bucket")["LifecycleConfiguration"]["Rules"]
    expiring = [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule]
    assert expiring == [BUILDS, DISCARDS, HITS, HIT_QUERIES, TARGETS, TARGETS, TARGETS]
    tags = [tag for rule in rules for tag in rule.get("TagFilters", ())]
    expires = {expiry_of(target_key("prod", folder)) for folder in (BUILDS, DISCARDS, HITS)}
    assert [tag["Key"] for tag in tags] == [EXPIRES, EXPIRES, EXPIRES]
    assert {tag["Value"] for tag in tags} == expires
    assert all("TagFilters" in rule for rule in rules if rule.get("Prefix") == TARGETS)


def test_addresses_do_not_live_on_as_earlier_versions() -> None:
    """A day of hits is written anew several times, and then deleted."""
    rules = PLAIN.resource("Bucket")["LifecycleConfiguration"]["Rules"]
    left = {
        rule["Prefix"]: rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for rule in rules
        if "Prefix" in rule and "NoncurrentVersionExpiration" in rule
    }
    assert left == {HITS: 1, HIT_QUERIES: 1, TARGETS: 1}


def test_arrivals_that_start_a_build() -> None:
    """A new feed, an edit of the allowlist, people's own rules; nothing that the build writes."""
    pattern = PLAIN.resource("BuildFunctionArrival")["EventPattern"]
    assert pattern["source"] == ["aws.s3"]
    assert pattern["detail"]["object"]["key"] == [
        {"wildcard": manifest_key("", "*")},  # a star stands for any characters, slashes too
        ALLOWLIST,
        FEEDS_TAKEN,
        {"prefix": LOCAL},
    ]


def test_list_of_feeds_starts_a_fetch_and_not_a_build() -> None:
    """The build follows once all feeds were asked for, also where the list was taken back."""
    pattern = PLAIN.resource("FetchFunctionList")["EventPattern"]
    assert pattern["detail-type"] == ["Object Created", "Object Deleted"]
    assert pattern["detail"]["object"]["key"] == [FEEDS]


@pytest.mark.parametrize("rule", ["FetchFunctionSchedule", "BuildFunctionSchedule"])
def test_schedules_are_every_six_hours(rule: str) -> None:
    """By default; each a parameter."""
    assert re.fullmatch(r"cron\(\d+ 0/6 \* \* \? \*\)", PLAIN.resource(rule)["ScheduleExpression"])


def test_build_is_scheduled_after_the_fetch() -> None:
    """So that it heals what the arrival's build left."""
    minutes = [
        int(PLAIN.value(name).split()[0].removeprefix("cron("))
        for name in ("FetchSchedule", "BuildSchedule")
    ]
    assert minutes == sorted(minutes)


def test_every_event_has_retries_and_a_dead_letter_queue() -> None:
    """Where it cannot be delivered, and where the function fails at every attempt."""
    for rule in PLAIN.of_type("AWS::Events::Rule").values():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"]["Arn"].endswith(":rulesync-dead-letters")
            assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
    configured = PLAIN.of_type("AWS::Lambda::EventInvokeConfig")
    assert len(configured) == 3
    for config in configured.values():
        queue = config["DestinationConfig"]["OnFailure"]["Destination"]
        assert queue.endswith(":rulesync-dead-letters")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_run_on_arm_with_a_log_group_that_expires(name: str) -> None:
    """The runtime is a parameter."""
    function = PLAIN.resource(name)
    assert function["Architectures"] == ["arm64"]
    assert Template({"PythonRuntime": "python3.13"}).resource(name)["Runtime"] == "python3.13"
    logs = function["LoggingConfig"]["LogGroup"].strip("<>")
    assert PLAIN.resource(logs)["RetentionInDays"] == 90


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vpc_is_optional(name: str) -> None:
    """Subnets and security groups reach every function, and without them there is no VPC."""
    inside = Template({"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}).resource(name)
    assert inside["VpcConfig"] == {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    assert "VpcConfig" not in PLAIN.resource(name)


@pytest.mark.parametrize("role", ROLES)
def test_boundary_reaches_every_role(role: str) -> None:
    """And no role has a managed policy."""
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    bound = Template({"PermissionsBoundary": boundary}).resource(role)
    assert bound["PermissionsBoundary"] == boundary
    assert "PermissionsBoundary" not in PLAIN.resource(role)
    assert "ManagedPolicyArns" not in bound


def test_there_are_no_other_roles() -> None:
    """SAM adds none of its own."""
    assert set(PLAIN.of_type("AWS::IAM::Role")) == {*ROLES, "TargetsMachineRole"}


def test_every_alarm_tells_people() -> None:
    """And there is one for everything that can go wrong."""
    alarms = PLAIN.of_type("AWS::CloudWatch::Alarm")
    assert set(alarms) == {
        "FetchFailing",
        "BuildFailing",
        "BuildRefused",
        "HitsFailing",
        "TargetsFailing",
        "NoFreshFeed",
        "FeedStale",
        "NothingBuilt",
        "HeldForAWeek",
        "CapacityHigh",
        "DeadLettersWaiting",
    }
    assert all(alarm["AlarmActions"] == [PLAIN.value("Topic")] for alarm in alarms.values())


@pytest.mark.parametrize("name", ["NoFreshFeed", "NothingBuilt"])
def test_alarm_goes_off_where_nothing_is_heard_for_a_day(name: str) -> None:
    """A function that no longer runs sends no metric."""
    alarm = PLAIN.resource(name)
    assert (alarm["TreatMissingData"], alarm["Period"]) == ("breaching", 86400)


@pytest.mark.parametrize("name", ["FetchFailing", "BuildFailing", "HeldForAWeek", "FeedStale"])
def test_alarm_stays_as_it_is_between_two_runs(name: str) -> None:
    """Whatever the schedules are, it is not over before a run succeeds."""
    assert PLAIN.resource(name)["TreatMissingData"] == "ignore"


def test_dashboard_shows_metrics_that_are_sent() -> None:
    """Of dashboard and alarms, every metric of ours is one that the code emits."""
    names = set(
        re.findall(r"\"(Rule\w+|Groups\w+|Capacity\w+|Feed\w+|Held\w+|Hits\w+)\"", _dashboard())
    )
    alarms = PLAIN.of_type("AWS::CloudWatch::Alarm").values()
    ours = [one for one in alarms if one.get("Namespace", "").startswith("rulesync/")]
    names |= {alarm["MetricName"] for alarm in ours}
    queries = [query["Expression"] for one in alarms for query in one.get("Metrics", ())]
    names |= {found for query in queries for found in re.findall(r"MAX\((\w+)\)", query)}
    code = (ROOT / "rules_lib" / "report" / "measures.py").read_text(encoding="utf-8")
    code += (ROOT / "rules_lib" / "notify" / "telemetry.py").read_text(encoding="utf-8")
    assert {name for name in names if f'"{name}"' not in code} == {"BuildRefused"}
    assert '"{name}Refused"' in code  # BuildRefused


@pytest.mark.parametrize("counts", [False, True])
def test_dashboard_shows_every_alarm_and_log_of_the_stack(counts: bool) -> None:
    """Those of the count of hits too, where there is one."""
    stack = Template({"AlertLogs": "/aws/network-firewall/alert"} if counts else {})
    made = {name for name, about in expanded()["Resources"].items() if _is_made(stack, about)}
    alarms = made & stack.of_type("AWS::CloudWatch::Alarm").keys()
    logs = made & stack.of_type("AWS::Logs::LogGroup").keys()
    text = _dashboard(stack)
    assert set(re.findall(r'"<(\w+)\.Arn>"', text)) == alarms
    assert set(re.findall(r"SOURCE '<(\w+)>'", text)) == logs
    assert ("HitsFailing" in alarms, "HitsLogs" in logs) == (counts, counts)


def _is_made(stack: Template, about: Mapping[str, Any]) -> bool:
    return "Condition" not in about or stack.condition(about["Condition"])


def _dashboard(stack: Template = PLAIN) -> str:
    text: str = stack.resource("Dashboard")["DashboardBody"]
    assert json.loads(text)["widgets"]
    return text


def test_policy_of_the_stack_blocks_only_what_a_rule_blocks() -> None:
    """A default that drops would drop all that no rule passes; AWS recommends the alert."""
    policy = PLAIN.resource("Policy")["FirewallPolicy"]
    assert policy["StatefulEngineOptions"]["RuleOrder"] == "STRICT_ORDER"
    assert policy["StatefulDefaultActions"] == ["aws:alert_established_app_layer_to_server"]


def test_allowlist_is_set_up_after_the_build_can_be_started() -> None:
    """So that the first feed's arrival is noticed."""
    needed = expanded()["Resources"]["Setup"]["DependsOn"]
    assert {"BuildFunctionArrival", "BuildFunctionArrivalPermission"} <= set(needed)
    assert set(needed) <= set(expanded()["Resources"])


def test_every_parameter_is_described_and_shown() -> None:
    """With its effect, and in the console's groups."""
    parameters = expanded()["Parameters"]
    assert all(about["Description"] for about in parameters.values())
    groups = expanded()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert {name for group in groups for name in group["Parameters"]} == set(parameters)


def test_every_parameter_is_in_the_docs() -> None:
    """docs/deploy.md explains each."""
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert {name for name in expanded()["Parameters"] if f"`{name}`" not in text} == set()


def test_bucket_is_named_nowhere_else() -> None:
    """No name that another stack in the account could have is fixed."""
    fixed = ("BucketName", "FunctionName", "RoleName", "TopicName", "QueueName", "LogGroupName")
    for about in expanded()["Resources"].values():
        if about["Type"] not in {"AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig"}:
            assert not set(fixed) & set(about["Properties"])


def test_deployed_packages_are_the_locked_ones() -> None:
    """At the very versions and hashes of requirements.lock."""
    deployed = _pins(ROOT / "layers" / "packages" / "requirements.txt")
    locked = _pins(ROOT / "requirements.lock")
    assert deployed
    assert {name: pin for name, pin in deployed.items() if locked.get(name) != pin} == {}


def _pins(path: Any) -> dict[str, str]:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split("#")[0].split() for line in text.splitlines() if "==" in line]
    return {line[0].split("==")[0]: " ".join(line) for line in lines}


def test_resource_policies_allow_services_only() -> None:
    """Of this account; people's access is what their own roles give them."""
    for name in ("BucketPolicy", "TopicPolicy", "DeadLettersPolicy"):
        for each in PLAIN.resource(name)["PolicyDocument"]["Statement"]:
            assert each["Effect"] == "Deny" or set(each["Principal"]) == {"Service"}


@pytest.mark.parametrize(
    ("arn", "taken"),
    [
        ("", True),
        ("arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/prod", True),
        ("arn:aws-cn:network-firewall:cn-north-1:111122223333:firewall-policy/a-1", True),
        ("prod", False),
        ("arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy-v2/prod", True),
        ("arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/prod", False),
    ],
)
def test_stack_takes_the_arns_of_policies_alone(arn: str, taken: bool) -> None:
    """CloudFormation holds each value of the list against the pattern before it makes anything."""
    pattern = expanded()["Parameters"]["FirewallPolicies"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, arn)) == taken
    assert not taken or not arn or not policy_name_problem(arn)


@pytest.mark.parametrize(
    ("parameter", "form"),
    [("RuleGroupPrefix", PREFIX_FORM), ("FirewallPolicies", f"({POLICY_ARN_FORM})?")],
)
def test_stack_takes_what_the_functions_take(parameter: str, form: str) -> None:
    """A stack that can be made would else have a build that refuses its parameters, or never be."""
    assert expanded()["Parameters"][parameter]["AllowedPattern"] == form


@pytest.mark.parametrize(
    ("arn", "taken"),
    [
        ("", True),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/rulesync/et-pro-code", True),
        ("arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:code-AbCdEf", True),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/*", False),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:*", False),
        ("/rulesync/et-pro-code", False),
        ("1234567890123456", False),
    ],
)
def test_stack_takes_whole_arns_of_codes_alone(arn: str, taken: bool) -> None:
    """No wildcard, by which the fetch might read what is not its own."""
    pattern = expanded()["Parameters"]["FeedSecrets"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, arn)) == taken


def test_a_prefix_of_the_allowlist_is_one_that_the_stack_takes() -> None:
    """The build may touch PREFIX-* only, so the two must be able to be the same."""
    known = FirewallSettings.model_json_schema()["properties"]["prefix"]["pattern"]
    assert known == f"^{expanded()['Parameters']['RuleGroupPrefix']['AllowedPattern']}$"
