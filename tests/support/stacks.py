"""A server whose stacks and functions run, what tests ask of it, and functions for it."""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any, Final

import requests

from support.localaws import client_at
from support.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE: Final = "arn:aws:iam::123456789012:role/any"
RUNTIME: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
LONG: Final = int(PATIENCE)  # of a function; without it, Lambda gives it 3 s
HANDLERS: Final = """\
import json, os, sys, tempfile, time, urllib.error, urllib.request
from pathlib import Path
BEGAN = []
INBOX = os.environ["AWS_ENDPOINT_URL"] + "/inbox/"
def put(url, content):
    kind = {"Content-Type": "application/json", "x-amz-acl": "public-read"}
    data = json.dumps(content).encode()
    urllib.request.urlopen(urllib.request.Request(url, data, kind, method="PUT"))
def echo(event, context):
    return {"event": event, "name": context.function_name}
def imports(event, context):
    __import__(event["module"])
    return "found"
def stores(event, context):
    put(INBOX + "seen", event)
def answers(event, context):
    same = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    stores(event["ResourceProperties"], context)
    put(event["ResponseURL"], {"Status": "SUCCESS", "PhysicalResourceId": "x", **same})
def fails(event, context):
    print("asked")
    raise KeyError(event["item"])
def remembers(event, context):
    BEGAN.append(event["me"])
    Path(tempfile.gettempdir(), event["me"]).touch()
    exec(event.get("then", ""))
    files = sorted(path.name for path in Path(tempfile.gettempdir()).iterdir())
    told = {"began": BEGAN, "files": files, "key": os.environ["AWS_ACCESS_KEY_ID"]}
    return {**told, "process": os.getpid(), "says": os.environ.get("SAYS")}
def meets(event, context):
    put(INBOX + event["me"], os.getpid())
    while True:
        try:
            return json.load(urllib.request.urlopen(INBOX + event["other"]))
        except urllib.error.HTTPError:
            time.sleep(0.05)
"""


def packed(files: Mapping[str, str]) -> bytes:
    """A package as Lambda takes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class StacksServer:
    """A server, its clients, and what the handlers left in its inbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.reset()
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        self.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=trust)
        self.client("s3").create_bucket(Bucket="inbox")
        self.client("s3").create_bucket(Bucket="code")
        self.put("code.zip", packed({"app.py": HANDLERS}), bucket="code")

    def reset(self) -> None:
        """Forget everything."""
        requests.post(f"{self.url}/moto-api/reset", timeout=PATIENCE).raise_for_status()

    def client(self, service: str) -> Any:
        """A client of the server."""
        return client_at(self.url, service)

    def put(self, key: str, body: bytes, bucket: str = "inbox") -> None:
        """Store an object."""
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def function(self, name: str, handler: str, *layers: str) -> None:
        """Make a function of one of the handlers."""
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Role=ROLE,
            Handler=f"app.{handler}",
            Code={"S3Bucket": "code", "S3Key": "code.zip"},
            Layers=list(layers),
            Timeout=LONG,
        )

    def invoke(self, name: str, event: object, kind: str = "RequestResponse") -> Any:
        """Run a function: its status, its error if any, and its result."""
        answer = self.client("lambda").invoke(
            FunctionName=name, InvocationType=kind, Payload=json.dumps(event).encode()
        )
        payload = answer["Payload"].read()
        return answer.get("FunctionError"), json.loads(payload) if payload else None

    def deploy(self, resources: Mapping[str, Any], **parameters: str) -> list[str]:
        """Deploy a stack by a change set; gives the logical ids that it changes."""
        client = self.client("cloudformation")
        body = {"Parameters": {name: {"Type": "String"} for name in parameters}}
        template = json.dumps({**body, "Resources": resources}).encode()
        self.put("template.json", template, bucket="code")
        kind = "UPDATE" if client.list_stacks()["StackSummaries"] else "CREATE"
        asked = client.create_change_set(
            StackName="stack",
            ChangeSetName=f"change-{time.monotonic_ns()}",
            ChangeSetType=kind,
            TemplateURL="https://s3.amazonaws.com/code/template.json",
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        )
        found = client.describe_change_set(ChangeSetName=asked["Id"])
        if found["Status"] == "FAILED":
            return []
        client.execute_change_set(ChangeSetName=asked["Id"])
        return [each["ResourceChange"]["LogicalResourceId"] for each in found["Changes"]]

    def seen(self, key: str = "seen") -> Any:
        """What a handler stored, once it has."""
        client = self.client("s3")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return json.loads(client.get_object(Bucket="inbox", Key=key)["Body"].read())
            except client.exceptions.NoSuchKey:
                time.sleep(0.05)
        raise TimeoutError("no handler has stored anything")
