"""Roles of other accounts: whose account is written, in which region, and what is never told."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import botocore.session
import pytest
from botocore.credentials import AssumeRoleCredentialFetcher
from botocore.exceptions import ClientError
from support.localaws import create, rule

from localaws import embedded_aws
from rules_lib.aws import clients
from rules_lib.aws.roles import TargetRole
from rules_lib.errors import FirewallError

ROLE: Final = TargetRole("arn:aws:iam::444455556666:role/rulesync-target", "feeds", "rulesync-us")


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    """An embedded AWS with as many accounts as are asked for."""
    with embedded_aws():
        yield


def arn_of(client: Any) -> str:
    """Where a group lands that this client makes."""
    return str(create(client, rule())["RuleGroupResponse"]["RuleGroupArn"])


def test_role_leads_to_its_account_and_the_region_that_is_named() -> None:
    """And its own account's region stays what it was."""
    there = clients.ClientsOfTarget.begin("eu-central-1", ROLE).firewall()
    assert arn_of(there).startswith("arn:aws:network-firewall:eu-central-1:444455556666:")
    assert arn_of(clients.network_firewall()).startswith("arn:aws:network-firewall:us-east-1:1234")


def test_without_a_role_it_is_the_own_account_in_another_region() -> None:
    """As for a target whose region alone differs."""
    there = clients.ClientsOfTarget.begin("eu-west-1").firewall()
    assert arn_of(there).startswith("arn:aws:network-firewall:eu-west-1:123456789012:")


def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Have every request to STS written down."""
    found: list[dict[str, Any]] = []
    make = botocore.session.Session.create_client

    def watched(self: Any, service: str, *args: Any, **more: Any) -> Any:
        client = make(self, service, *args, **more)
        if service == "sts":
            client.meta.events.register(
                "provide-client-params.sts.AssumeRole",
                lambda params, **_: found.append({**params, "region": client.meta.region_name}),
            )
        return client

    monkeypatch.setattr(botocore.session.Session, "create_client", watched)
    return found


def test_sts_is_asked_in_the_own_region_with_the_external_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once for a build, by a name under which the account's CloudTrail has it."""
    found = asked(monkeypatch)
    client = clients.ClientsOfTarget.begin("eu-central-1", ROLE).firewall()
    client.list_rule_groups()
    client.list_rule_groups()
    assert found == [
        {
            "RoleArn": ROLE.arn,
            "ExternalId": "feeds",
            "RoleSessionName": "rulesync-us",
            "DurationSeconds": 3600,
            "region": "us-east-1",
        }
    ]


def test_credentials_are_asked_for_anew_before_they_run_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A build may begin with what has five minutes left."""
    found = asked(monkeypatch)
    kind: Any = AssumeRoleCredentialFetcher
    ask = kind._get_credentials  # noqa: SLF001 - what STS answers

    def ending_soon(self: Any) -> Any:
        answer = ask(self)
        if len(found) == 1:
            answer["Credentials"]["Expiration"] = datetime.now(UTC) + timedelta(minutes=5)
        return answer

    monkeypatch.setattr(kind, "_get_credentials", ending_soon)
    client = clients.ClientsOfTarget.begin("eu-central-1", ROLE).firewall()
    client.list_rule_groups()
    client.list_rule_groups()
    assert len(found) == 2


def test_refused_role_is_told_with_its_arn(monkeypatch: pytest.MonkeyPatch) -> None:
    """By STS's code, so that whoever reads it is told that a role may not do this."""

    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole"
        )

    monkeypatch.setattr(AssumeRoleCredentialFetcher, "fetch_credentials", refuse)
    with pytest.raises(FirewallError, match="AccessDenied: not authorized") as raised:
        clients.ClientsOfTarget.begin("eu-central-1", ROLE).firewall()
    assert [str(trouble) for trouble in raised.value.troubles] == ["denied"]


def test_what_a_role_gives_is_never_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not by us, at whatever level, nor is it written where a later process finds it."""
    fetch, given = AssumeRoleCredentialFetcher.fetch_credentials, []

    def seen(self: Any) -> Any:
        given.append(fetch(self))
        return given[-1]

    monkeypatch.setattr(AssumeRoleCredentialFetcher, "fetch_credentials", seen)
    with caplog.at_level(logging.DEBUG, logger="rules_lib"):
        clients.ClientsOfTarget.begin("eu-central-1", ROLE).firewall().list_rule_groups()
    told = [one.getMessage() for one in caplog.records if one.name.startswith("rules_lib")]
    assert given[0]["secret_key"] not in json.dumps([told, dict(os.environ)])
