"""Lambda functions of this process, and the state machines of Step Functions that call them.

moto's Lambda needs Docker. A function here is a Python function: it is called in this process, by
Lambda's own door, so that its name, its errors and its result are what a state machine gets to see.
moto's Step Functions interprets a state machine's definition, if it is asked to.
"""

from __future__ import annotations

import io
import json
import traceback
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import boto3
from moto.awslambda.models import LambdaFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Function = Callable[[dict[str, Any], object], Any]

_TRUST: Final = {"Version": "2012-10-17", "Statement": []}


@contextmanager
def functions(handlers: Mapping[str, Function]) -> Iterator[Mapping[str, str]]:
    """Have functions that run in this process, for the length of a `with` block.

    Args:
        handlers: name -> what Lambda calls.

    Yields:
        Name -> ARN.
    """

    def invoke(function: LambdaFunction, body: str, asked: Any, answered: Any) -> bytes:
        del asked
        return _called(handlers[function.function_name], body, answered)

    with mock.patch.object(LambdaFunction, "invoke", invoke):
        yield {name: _created(name) for name in handlers}


def _called(handler: Function, body: str, answered: dict[str, str]) -> bytes:
    """Call a handler as Lambda does: JSON in, JSON out, an error as a result of its own form."""
    event = json.loads(body or "{}")
    try:
        return json.dumps(handler(event, None)).encode()
    except Exception as error:  # noqa: BLE001  # Lambda hands back whatever a function raises
        answered["x-amz-function-error"] = "Unhandled"
        told = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
        return json.dumps(told).encode()


def _created(name: str) -> str:
    iam, client = boto3.client("iam"), boto3.client("lambda")
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(_TRUST))
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as packed:
        packed.writestr("app.py", "")
    made = client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": package.getvalue()},
    )
    return str(made["FunctionArn"])
