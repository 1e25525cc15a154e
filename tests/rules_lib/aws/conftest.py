"""A bucket on the embedded S3, and a real web server on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feed_support import BUCKET, WebServer, serving
from moto import mock_aws

from rules_lib.aws import clients
from rules_lib.aws.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCAL = r"http://127\.0\.0\.1:.*"


@pytest.fixture
def server() -> Iterator[WebServer]:
    """Serve what a test puts into `routes`."""
    with serving() as running:
        yield running


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Give an empty bucket; requests to this machine pass moto by."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws(config={"core": {"passthrough": {"urls": [_LOCAL]}}}):
        client = clients.s3()
        client.create_bucket(Bucket=BUCKET)
        yield Store(client, BUCKET)
