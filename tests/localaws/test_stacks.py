"""Stacks on the server: functions that run from their packages, and events that reach them."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.localaws import Credentials, client_at, refused
from support.stacks import LONG, ROLE, RUNTIME, packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.stacks import StacksServer


def test_function_runs_from_its_package(server: StacksServer) -> None:
    """With its event, and a context."""
    server.function("echo", "echo")
    error, result = server.invoke("echo", {"a": 1})
    assert error is None
    assert (result["event"], result["name"]) == ({"a": 1}, "echo")


@pytest.mark.parametrize("module", ["yaml", "boto3", "localaws", "pip"])
def test_package_that_was_not_uploaded_is_missing(server: StacksServer, module: str) -> None:
    """However many are installed beside it."""
    server.function("imports", "imports")
    error, result = server.invoke("imports", {"module": module})
    assert (error, result["errorType"]) == ("Unhandled", "ModuleNotFoundError")
    assert result["errorMessage"] == f"No module named '{module}'"


def test_layer_brings_what_a_function_imports(server: StacksServer) -> None:
    """From the folder that Lambda looks in."""
    layer = server.client("lambda").publish_layer_version(
        LayerName="extra", Content={"ZipFile": packed({"python/extra.py": "x = 1"})}
    )
    server.function("imports", "imports", layer["LayerVersionArn"])
    assert server.invoke("imports", {"module": "extra"}) == (None, "found")


def test_layers_lie_over_each_other(server: StacksServer) -> None:
    """What several have is of the last one, and what stands beside it is found too."""
    layers = (
        {
            "python/both/__init__.py": "",
            "python/both/first.py": "",
            "python/taken.py": "raise OSError",
        },
        {"python/both/second.py": "from both import first, third", "python/taken.py": ""},
        {"python/both/third.py": ""},
    )
    made = [
        server.client("lambda").publish_layer_version(
            LayerName=f"layer-{number}", Content={"ZipFile": packed(files)}
        )["LayerVersionArn"]
        for number, files in enumerate(layers)
    ]
    server.function("imports", "imports", *made)
    for module in ("both.second", "taken"):
        assert server.invoke("imports", {"module": module}) == (None, "found")


def test_event_invocation_does_not_wait(server: StacksServer) -> None:
    """Its result is what the function does."""
    server.function("stores", "stores")
    assert server.invoke("stores", {"a": 2}, "Event") == (None, None)
    assert server.seen() == {"a": 2}


def of_function(handler: str) -> dict[str, Any]:
    """A function of one of the handlers, in a template."""
    properties = {
        "Code": {"S3Bucket": "code", "S3Key": "code.zip"},
        "Handler": f"app.{handler}",
        "Role": ROLE,
        "Runtime": RUNTIME,
        "Timeout": LONG,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


ARRIVALS: Final[dict[str, Any]] = {
    "Stores": of_function("stores"),
    "Rule": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"object": {"key": [{"wildcard": "in/*/go.json"}]}},
            },
            "Targets": [{"Id": "one", "Arn": {"Fn::GetAtt": ["Stores", "Arn"]}}],
        },
    },
    "Watched": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "watched",
            "NotificationConfiguration": {
                "EventBridgeConfiguration": {"EventBridgeEnabled": "true"}
            },
        },
    },
}


def test_arrival_of_an_object_starts_the_function_of_a_rule(server: StacksServer) -> None:
    """Where the key matches, and nowhere else."""
    server.deploy(ARRIVALS)
    server.put("in/other.json", b"x", bucket="watched")
    server.put("in/1/go.json", b"x", bucket="watched")
    event = server.seen()
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    assert event["detail"]["object"]["key"] == "in/1/go.json"


CUSTOM: Final = {
    "Answers": of_function("answers"),
    "Custom": {
        "Type": "Custom::Anything",
        "Properties": {
            "ServiceToken": {"Fn::GetAtt": ["Answers", "Arn"]},
            "Said": {"Ref": "Word"},
        },
    },
}


def test_custom_resource_is_asked_and_waited_for(server: StacksServer) -> None:
    """With its properties resolved; anew when one of them changes."""
    assert set(server.deploy(CUSTOM, Word="one")) == {"Answers", "Custom"}
    assert server.seen()["Said"] == "one"
    server.client("s3").delete_object(Bucket="inbox", Key="seen")
    assert server.deploy(CUSTOM, Word="two") == ["Custom"]
    assert server.seen()["Said"] == "two"
    stack = server.client("cloudformation").describe_stacks(StackName="stack")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"


def machine(start: str, **states: Mapping[str, Any]) -> dict[str, Any]:
    """A state machine in a template, whose definition is an object."""
    definition = {"StartAt": start, "States": states}
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"StateMachineName": "m", "RoleArn": ROLE, "Definition": definition},
    }


def task(function: str, **more: Any) -> dict[str, Any]:
    """A state that calls a function with its input, and ends with what that gives."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": {"Fn::GetAtt": [function, "Arn"]}, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
        **more,
    }


def executed(server: StacksServer, given: object) -> Any:
    """What an execution of the state machine comes to."""
    client = server.client("stepfunctions")
    [found] = client.list_state_machines()["stateMachines"]
    named = {"stateMachineArn": found["stateMachineArn"], "name": f"e{time.monotonic_ns()}"}
    begun = client.start_execution(**named, input=json.dumps(given))["executionArn"]
    while (told := client.describe_execution(executionArn=begun))["status"] == "RUNNING":
        time.sleep(0.05)
    return json.loads(told["output"])


def test_state_machine_of_a_stack_calls_its_function(server: StacksServer) -> None:
    """And after an update, another one."""
    functions = {"First": of_function("echo"), "Second": of_function("echo")}
    server.deploy({**functions, "Machine": machine("Run", Run=task("First"))})
    answer = executed(server, {"a": 1})
    assert (answer["event"], "First" in answer["name"]) == ({"a": 1}, True)
    changed = {**functions, "Machine": machine("Run", Run=task("Second"))}
    assert server.deploy(changed) == ["Machine"]
    assert "Second" in executed(server, {"a": 1})["name"]


def test_state_machine_tries_again_and_goes_on(server: StacksServer) -> None:
    """As its definition says, but that it waits no longer than the settings allow."""
    patient = {
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Gone"}],
    }
    gone = {"Type": "Pass", "Parameters": {"error.$": "$.Error"}, "End": True}
    states = {"Run": task("Fails", **patient), "Gone": gone}
    server.deploy({"Fails": of_function("fails"), "Machine": machine("Run", **states)})
    assert executed(server, {"item": 1}) == {"error": "KeyError"}
    logs = server.client("logs")
    [group] = logs.describe_log_groups()["logGroups"]
    found = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    assert [event["message"] for event in found].count("asked") == 3


HUB: Final = "arn:aws:iam::123456789012:role/hub"
THERE: Final = "444455556666"
TRUSTS: Final = {
    "Target": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "target",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": ["arn:aws:iam::123456789012:user/somebody", HUB]},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"sts:ExternalId": "secret"}},
                    }
                ],
            },
        },
    }
}


def test_role_is_given_to_those_whom_it_trusts(server: StacksServer) -> None:
    """By its trust policy, which a stack has made, and with the external id."""
    server.deploy(TRUSTS)
    iam = server.client("iam")
    iam.create_user(UserName="somebody")
    key = Credentials.of(iam.create_access_key(UserName="somebody")["AccessKey"])
    somebody = client_at(server.url, "sts", key)
    asked = {"RoleArn": "arn:aws:iam::123456789012:role/target", "RoleSessionName": "me"}
    taken = somebody.assume_role(**asked, ExternalId="secret")
    assert taken["AssumedRoleUser"]["Arn"].endswith(":assumed-role/target/me")
    for more in ({"ExternalId": "other"}, {}):
        refused(partial(somebody.assume_role, **asked, **more), "AccessDenied")
    other = partial(server.client("sts").assume_role, **asked, ExternalId="secret")
    assert "not authorized to perform: sts:AssumeRole" in refused(other, "AccessDenied")


def test_owner_of_the_server_administers_every_account(server: StacksServer) -> None:
    """By the role that AWS Organizations makes; another one that nobody made is given to nobody."""
    arn = f"arn:aws:iam::{THERE}:role/"
    sts = server.client("sts")
    name = {"RoleSessionName": "me"}
    taken = sts.assume_role(RoleArn=f"{arn}OrganizationAccountAccessRole", **name)["Credentials"]
    there = client_at(server.url, "sts", Credentials.of(taken))
    assert there.get_caller_identity()["Account"] == THERE
    refused(lambda: sts.assume_role(RoleArn=f"{arn}target", **name), "AccessDenied")
    refused(lambda: there.assume_role(RoleArn=f"{arn}target", **name), "AccessDenied")


def test_same_template_and_parameters_are_no_change(server: StacksServer) -> None:
    """As CloudFormation says it."""
    server.deploy(CUSTOM, Word="one")
    assert server.deploy(CUSTOM, Word="one") == []


def test_resource_of_an_unknown_kind_has_a_name(server: StacksServer) -> None:
    """So that others may refer to it; what it would do is not held."""
    resources = {
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}},
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "DependsOn": "Alarm",
            "Properties": {"DisplayName": {"Fn::GetAtt": ["Alarm", "Arn"]}},
        },
    }
    assert server.deploy(resources) == ["Alarm", "Topic"]
    assert len(server.client("sns").list_topics()["Topics"]) == 1
