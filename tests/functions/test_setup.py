"""The set-up function as CloudFormation has it called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError
from support.localaws import policy

from functions.setup.app import handler
from localaws import EmbeddedAws, Fault, embedded_aws
from rules_lib.aws import clients
from rules_lib.aws.handover import HandoverError

BUCKET: Final = "rulesync-test"
KEY: Final = "config/categories.yaml"
SHIPPED: Final = Path(__file__).parents[2] / KEY


class CloudFormation(HTTPServer):
    """Takes the answers at a URL of its own."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers: list[dict[str, Any]] = []
        self.status = 200

    def request(self, kind: str) -> dict[str, str]:
        """What CloudFormation asks of a custom resource."""
        return {
            "RequestType": kind,
            "ResponseURL": f"http://127.0.0.1:{self.server_port}/answer",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Setup",
        }


class _Answer(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        assert isinstance(self.server, CloudFormation)
        assert not self.headers["Content-Type"]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Functions:
    """Lambda, as far as the set-up knows it."""

    started: list[str] = field(default_factory=list)
    error: ClientError | None = None

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803  # boto3's
        """Take note of the start."""
        assert (InvocationType, json.loads(Payload)) == ("Event", {"source": "rulesync.setup"})
        if self.error:
            raise self.error
        self.started.append(FunctionName)


@contextmanager
def listening() -> Iterator[CloudFormation]:
    """Run CloudFormation's end."""
    with CloudFormation() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """An account."""
    with embedded_aws() as running:
        yield running


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch, aws: EmbeddedAws) -> Iterator[CloudFormation]:
    """An account with an empty bucket, and CloudFormation waiting."""
    monkeypatch.setenv("RULESYNC_BUCKET", BUCKET)
    monkeypatch.setenv("RULESYNC_FETCH_FUNCTION", "the-fetch")
    with listening() as server:
        assert not aws.calls
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield server


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    """A Lambda that takes every event."""
    found = Functions()
    monkeypatch.setattr(clients, "functions", lambda: found)
    return found


def stored() -> bytes:
    """The bucket's allowlist."""
    return bytes(boto3.client("s3").get_object(Bucket=BUCKET, Key=KEY)["Body"].read())


def test_empty_bucket_gets_the_shipped_allowlist(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """And the first fetch is started."""
    handler(cloudformation.request("Create"), None)
    assert stored() == SHIPPED.read_bytes()
    assert functions.started == ["the-fetch"]
    (answer,) = cloudformation.answers
    assert answer["Status"] == "SUCCESS"
    assert (answer["StackId"], answer["RequestId"]) == ("stack", "request")


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_edited_allowlist_is_never_replaced(
    cloudformation: CloudFormation, functions: Functions, kind: str
) -> None:
    """Also where a new stack takes over a bucket."""
    boto3.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"mine")
    handler(cloudformation.request(kind), None)
    assert stored() == b"mine"
    assert functions.started == ["the-fetch"]
    assert "stays as it is" in cloudformation.answers[0]["Reason"]


def test_deleting_the_stack_deletes_nothing(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """And starts nothing."""
    boto3.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"mine")
    handler(cloudformation.request("Delete"), None)
    assert stored() == b"mine"
    assert functions.started == []
    assert cloudformation.answers[0]["Status"] == "SUCCESS"


def test_bucket_that_is_not_there_fails_the_deploy_with_the_cause(
    cloudformation: CloudFormation, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFormation shows it to whoever deploys."""
    monkeypatch.setenv("RULESYNC_BUCKET", "no-such-bucket")
    handler(cloudformation.request("Create"), None)
    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "NoSuchBucket" in answer["Reason"]
    assert functions.started == []


def test_fetch_that_cannot_be_started_fails_the_deploy(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """With Lambda's own words."""
    functions.error = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Invoke")
    handler(cloudformation.request("Create"), None)
    assert cloudformation.answers[0]["Status"] == "FAILED"
    assert "the-fetch cannot be started" in cloudformation.answers[0]["Reason"]


def test_unforeseen_error_is_answered_too(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """CloudFormation would wait for an hour; and Lambda must still see the error."""
    request = cloudformation.request("Create")
    del request["RequestType"]
    with pytest.raises(KeyError):
        handler(request, None)
    assert cloudformation.answers[0]["Status"] == "FAILED"
    assert functions.started == []


def test_environment_that_is_wrong_is_told_to_cloudformation(
    cloudformation: CloudFormation, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fault of it, in the words that the other functions use."""
    monkeypatch.delenv("RULESYNC_FETCH_FUNCTION")
    monkeypatch.setenv("RULESYNC_BUCKET", "Feeds")
    handler(cloudformation.request("Create"), None)
    reason = cloudformation.answers[0]["Reason"]
    assert "RULESYNC_BUCKET is 'Feeds'; expected: the name of an S3 bucket" in reason
    assert "RULESYNC_FETCH_FUNCTION is not set; expected: " in reason
    assert functions.started == []


def test_answer_that_is_not_taken_is_an_error(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """So that Lambda calls again."""
    cloudformation.status = 403
    with pytest.raises(HandoverError, match="does not take the answer: 403"):
        handler(cloudformation.request("Delete"), None)
    assert functions.started == []


def asking(cloudformation: CloudFormation, kind: str, name: str = "made") -> dict[str, Any]:
    """A request of a stack that is to have a Next Generation policy; gives the answer."""
    request = {**cloudformation.request(kind), "ResourceProperties": {"NextPolicy": name}}
    handler(request, None)
    return cloudformation.answers[-1]


def test_next_generation_policy_is_made_once(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """In MONITOR mode, letting all traffic on to the rules; the stack's output is its ARN."""
    answers = [asking(cloudformation, kind) for kind in ("Create", "Update")]
    client: Any = boto3.client("network-firewall")
    [listed] = client.list_firewall_policies_v2()["FirewallPoliciesV2"]
    assert [one["Data"] for one in answers] == [{"NextPolicyArn": listed["Arn"]}] * 2
    found = client.describe_firewall_policy_v2(FirewallPolicyV2Name="made")
    assert found["FirewallPolicyV2"] == {
        "PolicyMode": "MONITOR",
        "FirewallDefaultAction": "ACCEPT",
        "IpsRuleGroupEntries": [],
    }
    tags = found["FirewallPolicyV2Response"]["Tags"]
    assert tags == [{"Key": "rulesync:prefix", "Value": "et"}]
    assert len(functions.started) == 2


def test_classic_policy_of_the_name_fails_the_deploy(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """It is told as what it is, and nothing is started."""
    boto3.client("network-firewall").create_firewall_policy(
        FirewallPolicyName="made", FirewallPolicy=policy()
    )
    answer = asking(cloudformation, "Create")
    assert answer["Status"] == "FAILED"
    assert "made is a classic policy" in answer["Reason"]
    assert functions.started == []


def test_policy_that_nobody_uses_goes_with_the_stack(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """As where the stack could not be made; one that is gone is no error."""
    asking(cloudformation, "Create")
    assert "was deleted" in asking(cloudformation, "Delete")["Reason"]
    client: Any = boto3.client("network-firewall")
    assert client.list_firewall_policies_v2()["FirewallPoliciesV2"] == []
    assert "is gone already" in asking(cloudformation, "Delete")["Reason"]
    assert len(functions.started) == 1


def test_policy_in_use_outlives_the_stack(
    cloudformation: CloudFormation, functions: Functions
) -> None:
    """A firewall has it, or it has rule groups: as the classic policy of the template it stays."""
    arn = asking(cloudformation, "Create")["Data"]["NextPolicyArn"]
    client: Any = boto3.client("network-firewall")
    client.create_firewall(FirewallName="f", FirewallPolicyArn=arn, VpcId="vpc-1")
    assert "stays, as it is in use" in asking(cloudformation, "Delete")["Reason"]
    inline = {"InlineRuleGroup": {"RulesSource": {"RulesString": ""}}}
    client.create_firewall_policy_v2(
        FirewallPolicyV2Name="other", FirewallPolicyV2={"IpsRuleGroupEntries": [inline]}
    )
    assert "stays, as it is in use" in asking(cloudformation, "Delete", "other")["Reason"]
    listed = client.list_firewall_policies_v2()["FirewallPoliciesV2"]
    assert [one["Name"] for one in listed] == ["made", "other"]
    assert len(functions.started) == 1


def test_policy_that_may_not_be_deleted_fails_no_deletion(
    cloudformation: CloudFormation, functions: Functions, aws: EmbeddedAws
) -> None:
    """CloudFormation would keep a stack for it that people want gone."""
    asking(cloudformation, "Create")
    aws.inject(Fault("DeleteFirewallPolicyV2", "AccessDeniedException", "no"))
    answer = asking(cloudformation, "Delete")
    assert answer["Status"] == "SUCCESS"
    assert "made stays: DeleteFirewallPolicyV2 made: AccessDenied" in answer["Reason"]
    assert len(functions.started) == 1
