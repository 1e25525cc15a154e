"""Short ways to ask the embedded AWS, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.patience import PATIENCE
from support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_network_firewall import NetworkFirewallClient


STRICT = {"RuleOrder": "STRICT_ORDER"}
FORWARD: Final[Any] = {
    "StatelessDefaultActions": ["aws:forward_to_sfe"],
    "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
}


def rule(sid: int = 1, options: str = "") -> str:
    """A rule that the service accepts, with more options where asked for."""
    return f'alert tcp any any -> any any (msg:"a"; {options}sid:{sid};)'


def content(rules: str, *, strict: bool = True, **more: Any) -> dict[str, Any]:
    """A `RuleGroup` structure; `more` adds members such as `RuleVariables`."""
    order = {"StatefulRuleOptions": STRICT} if strict else {}
    return {"RulesSource": {"RulesString": rules}, **order, **more}


def create(
    client: NetworkFirewallClient, rules: str = "", *, name: str = "one", **more: Any
) -> Mapping[str, Any]:
    """Create a strict order group of capacity 100, or what `more` says instead."""
    if "Rules" not in more:
        more.setdefault("RuleGroup", content(rules))
    request = {"RuleGroupName": name, "Type": "STATEFUL", "Capacity": 100, **more}
    return client.create_rule_group(**request)


def update(
    client: NetworkFirewallClient, token: str, rules: str = "", *, name: str = "one", **more: Any
) -> Mapping[str, Any]:
    """Update a group by name, in strict order or as `more` says instead."""
    if "Rules" not in more:
        more.setdefault("RuleGroup", content(rules))
    request = {"RuleGroupName": name, "Type": "STATEFUL", "UpdateToken": token, **more}
    return client.update_rule_group(**request)


def policy(*groups: tuple[str, int | None], **more: Any) -> Any:
    """A strict order `FirewallPolicy` structure that refers to groups by ARN and priority."""
    references = [
        {"ResourceArn": arn, **({"Priority": priority} if priority is not None else {})}
        for arn, priority in groups
    ]
    order = {"StatefulEngineOptions": STRICT}
    return {**FORWARD, **order, "StatefulRuleGroupReferences": references, **more}


def refused(call: Callable[[], object], code: str = "InvalidRequestException") -> str:
    """The message that a call is refused with; the call fails with this code and no other."""
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response["Error"]["Message"]


_ROOT = Path(__file__).parents[2]


@contextmanager
def local_server(*options: str, log: Path = Path(os.devnull), **environment: str) -> Iterator[str]:
    """Run `python -m localaws` on a free port; gives its URL once it listens.

    Args:
        options: of its command line.
        log: where its requests are logged.
        environment: added to ours.
    """
    command = [*warm(), "localaws", "--port", "0", *options]
    with (
        log.open("w") as written,
        subprocess.Popen(  # noqa: S603 - ours
            command,
            cwd=_ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        ) as server,
    ):
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


class Credentials(NamedTuple):
    """An access key."""

    key: str
    secret: str

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Credentials:
        """As IAM and STS give them."""
        return cls(answer["AccessKeyId"], answer["SecretAccessKey"])


ANYBODY: Final = Credentials("testing", "testing")
"""Whom the embedded AWS takes for the owner of its own account."""


@cache
def client_at(
    url: str, service: Any, by: Credentials = ANYBODY, *, region: str = "us-east-1"
) -> Any:
    """A client as people make one, of an embedded AWS that listens there; made once."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=by.key,
        aws_secret_access_key=by.secret,
        config=Config(s3={"addressing_style": "path"}, read_timeout=PATIENCE),
    )
