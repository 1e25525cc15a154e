"""What is loaded with a function never stands in the way of telling what is wrong."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import UnknownServiceError

from rules_lib.aws import clients
from rules_lib.aws.models import begin_default_session
from rules_lib.errors import SettingsError


def test_services_are_loaded_without_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a region nor credentials are needed, and nothing is asked of anybody."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    clients.make_clients_early("s3", "network-firewall")
    assert boto3.DEFAULT_SESSION is not None


def test_service_that_nobody_knows_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are taken for services unseen, so botocore finds all that it has, and no more."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    begin_default_session()
    with pytest.raises(UnknownServiceError, match="no-such"):
        boto3.client("no-such")  # type: ignore[call-overload]
    known = set(boto3.DEFAULT_SESSION.get_available_services()) if boto3.DEFAULT_SESSION else set()
    assert set(boto3.Session().get_available_services()) <= known


def test_session_that_somebody_made_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command chooses a profile before it loads a function."""
    chosen = boto3.Session(region_name="eu-west-3")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", chosen)
    clients.make_clients_early("s3")
    assert boto3.DEFAULT_SESSION is chosen


def test_missing_profile_is_told_by_whoever_makes_a_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In words, and not while a function is loaded."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    clients.make_clients_early("s3")
    with pytest.raises(SettingsError, match="nobody"):
        clients.s3()


def test_client_without_a_region_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Network Firewall has no region of its own accord."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(SettingsError, match="AWS_REGION"):
        clients.network_firewall()


def test_clients_go_where_the_endpoint_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL leads to a local AWS."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:5000")
    assert clients.s3().meta.endpoint_url == "http://localhost:5000"
    assert clients.network_firewall().meta.endpoint_url == "http://localhost:5000"


def test_client_that_was_made_early_is_given_to_the_first_who_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And to nobody else, as what is registered with a client is its owner's."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    clients.make_clients_early("s3")
    later = object()
    monkeypatch.setattr(boto3, "client", lambda *_, **__: later)
    first, *others = [clients.s3() for _ in range(3)]
    assert first is not later
    assert others == [later, later]


def test_client_that_was_made_early_is_not_given_where_the_environment_says_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another endpoint may be another AWS."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    clients.make_clients_early("s3", "network-firewall")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:5001")
    assert clients.s3().meta.endpoint_url == "http://localhost:5001"
    assert clients.network_firewall().meta.endpoint_url == "http://localhost:5001"
