"""An empty embedded AWS for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from localaws import EmbeddedAws

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have botocore not repeat what is refused: it would, and wait, after LimitExceeded too."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """A session that reads the service model once for all tests."""
    return boto3.Session("test", "test", region_name="us-east-1")


@pytest.fixture
def client(aws: EmbeddedAws, session: boto3.Session) -> NetworkFirewallClient:
    """A real boto3 client that talks to it."""
    assert aws.calls == ()
    return session.client("network-firewall")
