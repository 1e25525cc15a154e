"""What is handed to others: an event to a function, a notice to people, an answer to a deploy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.errors import RulesyncError

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient

    from rules_lib.aws.clients import LambdaClient, StateMachineClient

_SUBJECT: Final = 100
"""The most characters of a subject that SNS takes; no line ends, nothing but ASCII."""

_REASON: Final = 1024
"""An answer to CloudFormation may have 4,096 bytes; the reason is the one long part of it."""

_SECONDS: Final = (10, 30)


class HandoverError(RulesyncError):
    """Another service did not take what it was given."""


def start(client: LambdaClient, function: str) -> None:
    """Start a function without waiting for it.

    Raises:
        HandoverError: Lambda does not take the event.
    """
    event = json.dumps({"source": "rulesync.setup"}).encode()
    try:
        client.invoke(FunctionName=function, InvocationType="Event", Payload=event)
    except (BotoCoreError, ClientError) as error:
        raise HandoverError(f"function {function} cannot be started: {error}") from error


def start_round(client: StateMachineClient, machine: str, cause: str) -> str:
    """Start a state machine without waiting for it; gives the ARN of what runs.

    Args:
        client: of Step Functions.
        machine: ARN of the state machine.
        cause: what started it.

    Raises:
        HandoverError: Step Functions does not start it.
    """
    try:
        begun = client.start_execution(
            stateMachineArn=machine,
            name=str(uuid4()),  # so that a call whose answer was lost starts nothing twice
            input=json.dumps({"cause": cause}),
        )
    except (BotoCoreError, ClientError) as error:
        raise HandoverError(f"{machine} cannot be started: {error}") from error
    return str(begun["executionArn"])


def publish(client: SNSClient, topic: str, subject: str, text: str) -> None:
    """Send a notice to everybody who subscribed to the topic.

    Raises:
        HandoverError: SNS does not take it.
    """
    line = subject.encode("ascii", "replace").decode()[:_SUBJECT]
    try:
        client.publish(TopicArn=topic, Subject=line, Message=text)
    except (BotoCoreError, ClientError) as error:
        raise HandoverError(f"{topic}: the notice cannot be sent: {error}") from error


def answer(
    request: Mapping[str, Any],
    *,
    succeeded: bool,
    reason: str,
    data: Mapping[str, str] | None = None,
) -> None:
    """Tell CloudFormation what became of a custom resource, at the URL that its request gives.

    Args:
        request: CloudFormation's.
        succeeded: whether it may go on.
        reason: what happened, for whoever deploys.
        data: what the template may ask of the resource, by name.

    Raises:
        HandoverError: the URL does not take it; the deploy then waits until its own time is up.
    """
    body = {
        "Status": "SUCCESS" if succeeded else "FAILED",
        "Reason": reason[:_REASON],
        "PhysicalResourceId": "rulesync-setup",  # one and the same, so that no update replaces it
        "StackId": request["StackId"],
        "RequestId": request["RequestId"],
        "LogicalResourceId": request["LogicalResourceId"],
        "Data": {**(data or {})},
    }
    import requests  # noqa: PLC0415 - loads for 20 ms, and only a deploy is answered

    try:
        # The URL is signed for an empty content type.
        response = requests.put(
            request["ResponseURL"], json.dumps(body), headers={"Content-Type": ""}, timeout=_SECONDS
        )
    except requests.RequestException as error:
        raise HandoverError(f"CloudFormation does not take the answer: {error}") from error
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise HandoverError(f"CloudFormation does not take the answer: {response.status_code}")
