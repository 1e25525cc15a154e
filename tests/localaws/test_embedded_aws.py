"""The embedded AWS leaves the process as it found it."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
import requests
from moto import mock_aws
from moto.core.models import botocore_stubber
from support.localaws import create
from support.patience import PATIENCE

from localaws import embedded_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Teapot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(418)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def outside() -> Iterator[str]:
    """The URL of a real server outside the embedded AWS."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Teapot) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_environment_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials, region and endpoints of the caller count again afterwards."""
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    before = dict(os.environ)
    with embedded_aws():
        assert boto3.client("s3").list_buckets()["Buckets"] == []
        assert boto3.client("sns").meta.region_name == "us-east-1"
    assert dict(os.environ) == before


def test_region_of_the_environment_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller who says where it runs is not moved."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with embedded_aws():
        arn = create(boto3.client("network-firewall"))["RuleGroupResponse"]["RuleGroupArn"]
    assert ":eu-west-1:" in arn


def test_each_embedded_aws_starts_empty() -> None:
    """Groups, buckets and calls of an earlier one are gone."""
    for _ in range(2):
        with embedded_aws() as aws:
            boto3.client("s3").create_bucket(Bucket="the-bucket")
            create(boto3.client("network-firewall"))
            assert len(aws.calls) == 1


def test_plain_moto_is_itself_again_afterwards() -> None:
    """Outside, moto has the actions that it ships with."""
    with embedded_aws():
        boto3.client("network-firewall", "us-east-1").list_rule_groups()
    with mock_aws():
        client = boto3.client("network-firewall", "us-east-1")
        assert client.list_firewalls()["Firewalls"] == []
        with pytest.raises(NotImplementedError):
            client.list_rule_groups()


def test_other_hosts_are_reached(outside: str) -> None:
    """Only AWS is embedded."""
    with embedded_aws():
        assert requests.get(outside, timeout=PATIENCE).status_code == 418


@pytest.mark.parametrize(("passthrough", "status"), [((), 404), ((r"http://feeds\.s3\.",), 418)])
def test_url_of_an_aws_service_goes_out_only_on_demand(
    outside: str, passthrough: tuple[str, ...], status: int
) -> None:
    """The request arrives at a proxy, which stands for the world outside."""
    with embedded_aws(passthrough=passthrough):
        answer = requests.get(
            "http://feeds.s3.amazonaws.com/rules", proxies={"http": outside}, timeout=PATIENCE
        )
    assert answer.status_code == status


def test_calls_of_several_threads_are_carried_out_one_by_one() -> None:
    """Else two builds at once could both find that nobody has the turn, which no account does."""
    process, inside, most = botocore_stubber.process_request, [0], [0]

    def watched(request: Any) -> Any:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        sleep(0.01)
        try:
            return process(request)
        finally:
            inside[0] -= 1

    with mock.patch.object(botocore_stubber, "process_request", watched), embedded_aws():
        client = boto3.client("s3")
        threads = [threading.Thread(target=client.list_buckets) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == [1]
