"""Least privilege, by what a full run asks for: all of it is allowed, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from support.account import Account, account
from support.clock import today
from support.feeds import rule
from support.hits import hits_of_day
from support.template import (
    ACCOUNT,
    BUCKET,
    FETCH,
    POLICY,
    REGION,
    Template,
    allows,
    expanded,
    listed,
)

from functions.fetch import app as fetch_app
from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import (
    ALLOWLIST,
    COUNTED,
    FEED_STATES,
    FEEDS,
    FEEDS_TAKEN,
    FIRED,
    HIT_QUERIES,
    HITS,
    RAW,
    last_notice_key,
    manifest_key,
    own_key,
)
from rules_lib.errors import FeedsError, RulesyncError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.hits.history import put_day
from rules_lib.sync import settled
from rules_lib.sync.discards import repeat_discards
from rules_lib.sync.first_run import first_run

if TYPE_CHECKING:
    from pathlib import Path

    from rules_lib.aws.store import Store

pytestmark = pytest.mark.sam

PARAMETER: Final = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/rulesync/code"
MANAGED: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:code-AbCdEf"
FULL: Final = Template(
    {
        "FirewallPolicies": [POLICY],
        "Email": "people@example.com",
        "FeedSecrets": [PARAMETER, MANAGED],
    }
)
ROLES: Final = {"fetch": "FetchRole", "build": "BuildRole", "setup": "SetupRole"}
COUNTING: Final = tuple(
    {"AlertLogs": logs}
    for logs in (
        f"s3://logs/AWSLogs/{ACCOUNT}/network-firewall/alert/{REGION}/",
        "/aws/network-firewall/alert",
    )
)
"""Parameters with which hits are counted; `test_hits` compares that role with a count's calls."""

EVERY: Final = (
    *(({**FULL.given}, role) for role in ROLES.values()),
    *((given, "HitsRole") for given in COUNTING),
)
"""Every role of the template, with parameters that give it all that it may have."""

FIREWALL: Final = f"arn:aws:network-firewall:{REGION}:{ACCOUNT}"

BY_LAMBDA: Final = frozenset({"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"})
"""What Lambda itself does with a function's role: logs, and events that failed for good."""

_S3: Final = {"ListObjectsV2": "ListBucket"}

Needed = tuple[str, str]
"""An action and the ARN that it happens on."""


def needed_for(operation: str, service: str, params: Mapping[str, Any]) -> Iterator[Needed]:
    """What IAM asks for when a call is made, by the Service Authorization Reference."""
    if service == "s3":
        key = f"/{params['Key']}" if "Key" in params else ""
        yield f"s3:{_S3.get(operation, operation)}", f"arn:aws:s3:::{params['Bucket']}{key}"
    elif service == "sns":
        yield f"sns:{operation}", params["TopicArn"]
    elif service == "ssm":
        yield f"ssm:{operation}", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{params['Name']}"
    elif service == "secretsmanager":
        yield f"secretsmanager:{operation}", params["SecretId"]
    else:
        yield from _for_the_firewall(f"network-firewall:{operation}", params)


def _for_the_firewall(action: str, params: Mapping[str, Any]) -> Iterator[Needed]:
    group = params.get("RuleGroupArn") or f"{FIREWALL}:stateful-rulegroup/" + str(
        params.get("RuleGroupName")
    )
    if "FirewallPolicyArn" in params:
        yield action, params["FirewallPolicyArn"]
        content = params.get("FirewallPolicy", {})
        for kind in ("StatefulRuleGroupReferences", "StatelessRuleGroupReferences"):
            yield from ((action, each["ResourceArn"]) for each in content.get(kind, ()))
    elif action.endswith(":ListRuleGroups"):
        yield action, "*"
    else:
        yield action, group
    if "Tags" in params:
        yield "network-firewall:TagResource", group


@dataclass(slots=True)
class Recorder:
    """Writes down what each function's calls need."""

    needed: dict[str, set[Needed]] = field(default_factory=lambda: {name: set() for name in ROLES})
    function: str = ""

    @contextmanager
    def running(self, function: str) -> Iterator[None]:
        """Record what happens inside as this function's."""
        self.function = function
        try:
            yield
        finally:
            self.function = ""

    def note(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        """Take a call down, whether it will succeed or not."""
        if self.function:
            service = model.service_model.service_name
            self.needed[self.function] |= set(needed_for(model.name, service, params))


class Lambda:
    """Starts nothing; the set-up's one call to it is recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803  # boto3's
        """Take the call down."""
        assert InvocationType == "Event"
        assert json.loads(Payload)
        self.recorder.needed["setup"].add(("lambda:InvokeFunction", FunctionName))


@pytest.fixture(scope="module")
def needed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Needed]]:
    """Run everything: a feed new, unchanged and bad; groups made, changed, refused, gone."""
    folder: Path = tmp_path_factory.mktemp("feed")
    recorder = Recorder()
    with account(folder, RULESYNC_POLICIES=POLICY) as aws, pytest.MonkeyPatch.context() as patch:
        topic = boto3.client("sns").create_topic(Name="rulesync-topic")["TopicArn"]
        patch.setenv("RULESYNC_TOPIC", topic)
        aws.create_by_hand("mine", rule(9))
        aws.create_policy("perimeter", {"mine": 1})
        session = boto3.DEFAULT_SESSION
        assert session is not None
        session.events.register("provide-client-params.*.*", recorder.note)
        with recorder.running("setup"):
            first_run(S3Store(clients.s3(), BUCKET), Lambda(recorder), FETCH)
        _run(aws, recorder, malware=[rule(1)], info=[rule(3)])
        aws.allow()
        aws.put(own_key("ours.rules"), rule(8) + "\n")
        aws.aws.refuse("sid:2;", "not today")
        put_day(S3Store(clients.s3(), BUCKET), hits_of_day(day=today()))
        _run(aws, recorder, malware=[rule(1), rule(2)], info=[rule(3)])
        _run(aws, recorder, malware=[rule(number) for number in range(10, 40)])
        patch.setattr(settled, "AT_REST", timedelta(0))
        with recorder.running("build"):
            assert [aws.tick()["status"] for _ in range(2)] == ["applied", "unchanged"]
        _let_a_day_pass(S3Store(clients.s3(), BUCKET))
        with recorder.running("build"):
            assert aws.tick()["status"] == "unchanged"
        _run_list(aws, recorder)
        (folder / "emerging.rules.tar.gz").write_bytes(b"no archive")
        with recorder.running("fetch"), pytest.raises(RulesyncError):
            fetch_app.handler({}, None)
        aws.allow("version: 0")
        with recorder.running("build"), pytest.raises(RulesyncError):
            aws.build()
    return recorder.needed


def _let_a_day_pass(store: Store) -> None:
    """Date back what the last build left, as the handlers go by the real clock."""
    note = settled.Settled.find(store)
    assert note
    before = note.day - timedelta(days=1)
    repeat_discards(store, note.day, before)
    note.model_copy(update={"day": before}).put(store)


def _run(aws: Account, recorder: Recorder, **rules_of: list[str]) -> None:
    with recorder.running("fetch"):
        aws.publish(**rules_of)
    with recorder.running("build"):
        aws.build(allow_shrink=True)


def _run_list(aws: Account, recorder: Recorder) -> None:
    """Fetch by a list of which two feeds have codes that nobody keeps."""
    place = f"url: '{aws.folder}/%(secret-code)s.rules'"
    aws.put(
        FEEDS,
        "version: 1\nfeeds:\n  - {name: et/open}\n"
        f"  - {{name: one, {place}, secret: /rulesync/code}}\n"
        f"  - {{name: two, {place}, secret: '{MANAGED}'}}\n",
    )
    with recorder.running("fetch"), pytest.raises(FeedsError):
        fetch_app.handler({"source": "aws.s3", "detail": {"object": {"key": FEEDS}}}, None)
    aws.s3.delete_object(Bucket=BUCKET, Key=FEEDS)


@pytest.mark.parametrize("function", ROLES)
def test_every_call_of_a_full_run_is_allowed(needed: dict[str, set[Needed]], function: str) -> None:
    """Each on the very resource that it is made on."""
    statements = list(FULL.statements(ROLES[function]))
    assert needed[function]
    assert {
        (action, resource)
        for action, resource in needed[function]
        if not any(allows(statement, action, resource) for statement in statements)
    } == set()


@pytest.mark.parametrize("function", ROLES)
def test_nothing_is_allowed_that_no_run_uses(needed: dict[str, set[Needed]], function: str) -> None:
    """Neither an action nor, for an action, a resource."""
    granted = {
        (action, resource)
        for statement in FULL.statements(ROLES[function])
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if action not in BY_LAMBDA
    }
    assert {
        (action, resource)
        for action, resource in granted
        if not any(
            allows({"Effect": "Allow", "Action": action, "Resource": resource}, *used)
            for used in needed[function]
        )
    } == UNSEEN.get(function, set())


UNSEEN: Final = {
    "fetch": {
        ("ssm:GetParameter", MANAGED),
        ("secretsmanager:GetSecretValue", PARAMETER),
    },
    "build": {
        (
            "network-firewall:UpdateFirewallPolicy",
            f"arn:aws:network-firewall:{REGION}:*:{kind}/*",
        )
        for kind in ("stateless-rulegroup", "tls-configuration")
    },
}
"""What this run does not come to: a policy's stateless groups and TLS inspection configuration are
people's own, which the embedded AWS does not have. And what nobody can ask for: each service reads
its own ARNs only, and one parameter of the stack names both kinds.
"""


def test_every_role_is_among_those_that_are_tested() -> None:
    """A new function's role is not forgotten here."""
    roles = {
        name for name, about in expanded()["Resources"].items() if about["Type"].endswith("::Role")
    }
    assert roles == {"TargetsMachineRole", *(role for _, role in EVERY)}  # see its own tests


@pytest.mark.parametrize(("given", "role"), EVERY)
def test_writes_have_no_wildcard_but_below_a_prefix_of_ours(
    given: Mapping[str, Any], role: str
) -> None:
    """A star alone is for calls that know no narrower resource: reads, and the end of a query."""
    harmless = ("List", "Describe", "GetQueryResults", "StopQuery")
    for each in Template(given).statements(role):
        if each["Effect"] == "Allow" and "*" in listed(each["Resource"]):
            actions = [action.partition(":")[2] for action in listed(each["Action"])]
            assert all(action.startswith(harmless) for action in actions)


def test_fetch_cannot_touch_the_firewall() -> None:
    """Nor anything of the bucket but feeds, what it told people of them, and how they are."""
    allowed = [each for each in FULL.statements("FetchRole") if each["Effect"] == "Allow"]
    actions = {action for each in allowed for action in listed(each["Action"])}
    assert not any(action.startswith("network-firewall:") for action in actions)
    written = [
        r for each in allowed if "s3:PutObject" in each["Action"] for r in listed(each["Resource"])
    ]
    assert written == [
        f"arn:aws:s3:::{BUCKET}/{RAW}*",
        f"arn:aws:s3:::{BUCKET}/{last_notice_key('fetch')}",
        f"arn:aws:s3:::{BUCKET}/{FEED_STATES}",
        f"arn:aws:s3:::{BUCKET}/{FEEDS_TAKEN}",
    ]


def test_fetch_reads_the_codes_that_are_named_and_no_others() -> None:
    """Without any named it may read none; with a key of people's own, only by these services."""
    actions = {"ssm:GetParameter", "secretsmanager:GetSecretValue"}
    bare = list(Template().statements("FetchRole"))
    assert not any(actions & {*listed(each["Action"])} for each in bare)
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    full = Template({**FULL.given, "FeedSecretsKeyArn": key}).statements("FetchRole")
    [secrets, decrypt] = [
        each for each in full if {*listed(each["Action"])} & {*actions, "kms:Decrypt"}
    ]
    assert secrets["Resource"] == [PARAMETER, MANAGED]
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", key)
    assert decrypt["Condition"] == {
        "StringEquals": {
            "kms:ViaService": [
                f"ssm.{REGION}.amazonaws.com",
                f"secretsmanager.{REGION}.amazonaws.com",
            ]
        }
    }


def test_build_cannot_write_feeds_or_the_allowlist() -> None:
    """It reads both."""
    for key in (manifest_key(ET_OPEN, "1"), ALLOWLIST, own_key("ours.rules")):
        resource = f"arn:aws:s3:::{BUCKET}/{key}"
        statements = list(FULL.statements("BuildRole"))
        assert any(allows(each, "s3:GetObject", resource) for each in statements)
        assert not any(allows(each, "s3:PutObject", resource) for each in statements)


def test_build_may_change_groups_of_our_prefix_only() -> None:
    """The prefix is a parameter."""
    statements = list(Template({"RuleGroupPrefix": "ids"}).statements("BuildRole"))
    mine, other = f"{FIREWALL}:stateful-rulegroup/ids-x", f"{FIREWALL}:stateful-rulegroup/et-x"
    action = "network-firewall:DeleteRuleGroup"
    assert any(allows(each, action, mine) for each in statements)
    assert not any(allows(each, action, other) for each in statements)


def test_groups_are_made_with_our_tag_and_changed_only_with_it() -> None:
    """A group of somebody else whose name begins alike is out of reach, whatever the code does."""
    tag = "rulesync:prefix"
    conditions = {
        action: each.get("Condition")
        for each in Template({"RuleGroupPrefix": "ids"}).statements("BuildRole")
        for action in listed(each["Action"])
        if action.startswith("network-firewall:")
    }
    made = {"StringEquals": {f"aws:RequestTag/{tag}": "ids"}}
    held = {"StringEquals": {f"aws:ResourceTag/{tag}": "ids"}}
    assert conditions["network-firewall:CreateRuleGroup"] == made
    assert conditions["network-firewall:TagResource"] == made
    assert conditions["network-firewall:UpdateRuleGroup"] == held
    assert conditions["network-firewall:DeleteRuleGroup"] == held


def test_without_policies_no_policy_may_be_changed() -> None:
    """And with some, these and no others."""
    action = "network-firewall:UpdateFirewallPolicy"
    plain = list(Template().statements("BuildRole"))
    assert not any(action in listed(each["Action"]) for each in plain)
    named = list(FULL.statements("BuildRole"))
    assert any(allows(each, action, POLICY) for each in named)
    assert not any(allows(each, action, f"{POLICY}-2") for each in named)


def test_allowlist_is_written_only_where_there_is_none() -> None:
    """S3 itself sees to it."""
    (statement,) = [
        each for each in FULL.statements("SetupRole") if "s3:PutObject" in each["Action"]
    ]
    assert statement["Condition"] == {"StringEquals": {"s3:if-none-match": "*"}}


@pytest.mark.parametrize(("given", "role"), EVERY)
def test_interfaces_of_a_vpc_are_for_lambda_itself(given: Mapping[str, Any], role: str) -> None:
    """The code of a function may not use what its role needs there."""
    inside = Template({**given, "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]})
    (denied,) = [each for each in inside.statements(role) if each["Effect"] == "Deny"]
    assert denied["Action"] == "ec2:*"
    assert denied["Condition"] == {"Null": {"lambda:SourceFunctionArn": "false"}}
    assert not any("ec2" in str(each["Action"]) for each in Template(given).statements(role))


@pytest.mark.parametrize("given", COUNTING)
def test_count_reads_logs_and_writes_only_what_fired(given: Mapping[str, Any]) -> None:
    """Neither the firewall, nor rules, nor the allowlist; of the logs it changes none."""
    allowed = [each for each in Template(given).statements("HitsRole") if each["Effect"] == "Allow"]
    actions = {action for each in allowed for action in listed(each["Action"])}
    assert not any(action.startswith(("network-firewall:", "lambda:")) for action in actions)
    assert not any("Delete" in action or action.endswith("*") for action in actions)
    written = {
        where
        for each in allowed
        if "s3:PutObject" in listed(each["Action"])
        for where in listed(each["Resource"])
    }
    places = {f"{HITS}*", COUNTED, FIRED, last_notice_key("hits")}
    in_s3 = given["AlertLogs"].startswith("s3:")
    places |= {f"{HIT_QUERIES}*"} if in_s3 else set()
    assert written == {f"arn:aws:s3:::{BUCKET}/{place}" for place in places}


def test_prefix_lists_are_read_where_they_are_named() -> None:
    """A group that refers to one is checked against its entries; by default nothing of EC2 is."""
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:prefix-list/pl-0123456789abcdef0"
    read = "ec2:GetManagedPrefixListEntries"
    named, other = Template({"PrefixLists": [arn]}), arn.replace("pl-0", "pl-1")
    statements = list(named.statements("BuildRole"))
    assert any(allows(each, read, arn) for each in statements)
    assert not any(allows(each, read, other) for each in statements)
    assert not any(allows(each, read, arn) for each in Template().statements("BuildRole"))


def test_arns_are_written_where_that_is_asked_for_below_our_prefix() -> None:
    """No parameter of others, and by default nothing of SSM."""
    place = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/rulesync"
    asked = list(Template({"MakeGroupParameters": "true"}).statements("BuildRole"))
    for action in ("ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameters"):
        assert any(allows(each, action, f"{place}/et-tor/arn") for each in asked)
        for other in (f"{place}/ids-tor/arn", f"{place}/et-tor", f"{place}/feeds/code"):
            assert not any(allows(each, action, other) for each in asked)
        default = Template().statements("BuildRole")
        assert not any(allows(each, action, f"{place}/et-tor/arn") for each in default)


NEXT: Final = {"FirewallPolicyKind": "next-generation", "RuleGroupPrefix": "ids"}
"""Parameters for policies of the newer kind."""

NEXT_POLICY: Final = f"{FIREWALL}:firewall-policy-v2/perimeter"


@pytest.mark.parametrize("kind", ["stateful-rulegroup", "ips-rulegroup", "rulegroup"])
def test_groups_of_type_ips_are_within_reach_whatever_their_arns_look_like(kind: str) -> None:
    """Nobody has told us; the prefix and the tag bound what may be changed, as in Classic."""
    statements = list(Template(NEXT).statements("BuildRole"))
    mine, other = f"{FIREWALL}:{kind}/ids-x", f"{FIREWALL}:{kind}/et-x"
    for action in ("CreateRuleGroup", "UpdateRuleGroup", "DeleteRuleGroup"):
        asked = f"network-firewall:{action}"
        assert any(allows(each, asked, mine) for each in statements)
        assert not any(allows(each, asked, other) for each in statements)
        assert not any(
            allows(each, asked, f"{FIREWALL}:{kind}-policy/ids-x") for each in statements
        )


def test_the_form_of_the_arns_can_be_set_once_it_is_known() -> None:
    """Then nothing else with the prefix is within reach."""
    known = Template({**NEXT, "IpsRuleGroupArnType": "ips-rulegroup"})
    statements = list(known.statements("BuildRole"))
    action = "network-firewall:UpdateRuleGroup"
    assert any(allows(each, action, f"{FIREWALL}:ips-rulegroup/ids-x") for each in statements)
    assert not any(
        allows(each, action, f"{FIREWALL}:stateful-rulegroup/ids-x") for each in statements
    )


def test_next_generation_policy_is_updated_by_its_arn_alone() -> None:
    """And classic ones are read, to tell them from those that are missing, but not changed."""
    named = Template({**NEXT, "FirewallPolicies": [NEXT_POLICY]})
    statements = list(named.statements("BuildRole"))
    update = "network-firewall:UpdateFirewallPolicyV2"
    assert any(allows(each, update, NEXT_POLICY) for each in statements)
    assert not any(allows(each, update, f"{NEXT_POLICY}-2") for each in statements)
    group = f"{FIREWALL}:stateful-rulegroup/theirs"
    assert any(allows(each, update, group) for each in statements)
    old = "network-firewall:UpdateFirewallPolicy"
    assert not any(old in listed(each["Action"]) for each in statements)
    plain = list(Template(NEXT).statements("BuildRole"))
    assert not any(update in listed(each["Action"]) for each in plain)


def test_policy_of_the_newer_kind_is_made_by_the_set_up() -> None:
    """Under a name of the stack; only one that it made may be deleted."""
    made = Template({**NEXT, "MakeFirewallPolicy": "true"})
    own = f"{FIREWALL}:firewall-policy-v2/rulesync-policy-v2"
    setup = list(made.statements("SetupRole"))
    assert any(allows(each, "network-firewall:CreateFirewallPolicyV2", own) for each in setup)
    [delete] = [
        each
        for each in setup
        if "network-firewall:DeleteFirewallPolicyV2" in listed(each["Action"])
    ]
    assert delete["Condition"] == {"StringEquals": {"aws:ResourceTag/rulesync:prefix": "ids"}}
    build = list(made.statements("BuildRole"))
    assert any(allows(each, "network-firewall:UpdateFirewallPolicyV2", own) for each in build)
    assert made.resource("Setup")["NextPolicy"] == "rulesync-policy-v2"
    environment = made.resource("BuildFunction")["Environment"]["Variables"]
    assert environment["RULESYNC_POLICIES"].strip(",") == "rulesync-policy-v2"
    assert environment["RULESYNC_UNPROVEN"] == "false"


def test_classic_stack_has_nothing_of_the_newer_kind() -> None:
    """No right, and no policy."""
    for role in ROLES.values():
        for each in FULL.statements(role):
            assert not any("V2" in action for action in listed(each["Action"]))
    assert "NextPolicy" not in FULL.resource("Setup")
