"""Roles of other accounts, taken on for a build; what they give is in memory and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import boto3
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws.advice import explained
from rules_lib.aws.models import read_fast
from rules_lib.errors import FirewallError

if TYPE_CHECKING:
    from botocore.config import Config

_SECONDS: Final = 3600
"""The longest that a role may be had by way of another role (IAM user guide, November 2026)."""


@dataclass(frozen=True, slots=True)
class TargetRole:
    """A role of another account.

    Attributes:
        arn: of the role.
        external_id: what its trust policy asks of whoever takes it on.
        session: what the account's CloudTrail calls whoever it is.
    """

    arn: str
    external_id: str
    session: str


@dataclass(frozen=True, slots=True)
class _Given:
    """In the place of botocore's search for credentials: those that are there."""

    credentials: DeferredRefreshableCredentials

    def load_credentials(self) -> DeferredRefreshableCredentials:
        """Give them."""
        return self.credentials


def usual_session() -> boto3.Session:
    """The session by whose credentials all else is done."""
    return boto3.DEFAULT_SESSION or boto3.Session()


def session_of(role: TargetRole, region: str | None, config: Config) -> boto3.Session:
    """Take on a role, and again shortly before what it gives runs out.

    Args:
        role: what to take on.
        region: of the service that gives it, STS; None: as boto3 finds it.
        config: of that service's client.

    Raises:
        FirewallError: it may not be taken on, or STS does not answer.
        BotoCoreError: there are no credentials of one's own.
    """
    own, core = usual_session(), botocore.session.get_session()
    read_fast(core)
    where = region or own.region_name
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(core.create_client, region_name=where, config=config),
        source_credentials=own.get_credentials(),
        role_arn=role.arn,
        extra_args={
            "ExternalId": role.external_id,
            "RoleSessionName": role.session,
            "DurationSeconds": _SECONDS,
        },
    )
    credentials = DeferredRefreshableCredentials(
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    try:
        credentials.get_frozen_credentials()
    except ClientError as error:
        said = error.response.get("Error", {})
        code, words = said.get("Code", "unknown"), said.get("Message", "")
        raise FirewallError("AssumeRole", role.arn, code, words) from error
    except BotoCoreError as error:
        raise FirewallError(
            "AssumeRole", role.arn, type(error).__name__, explained(error)
        ) from error
    core.register_component("credential_provider", _Given(credentials))
    return boto3.Session(botocore_session=core)
