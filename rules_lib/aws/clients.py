"""The one place that makes AWS clients: bounded retries, timeouts, `AWS_ENDPOINT_URL` honoured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from rules_lib.errors import SettingsError

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_s3 import S3Client

_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 60
_ATTEMPTS: Final = 5
_FIREWALL_ATTEMPTS: Final = 10
"""Network Firewall throttles sooner than S3, and a sync asks it dozens of times in a row."""

_S3: Final = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    user_agent_extra="rulesync",
)
_FIREWALL: Final = _S3.merge(
    Config(retries={"mode": "adaptive", "total_max_attempts": _FIREWALL_ATTEMPTS})
)


def s3() -> S3Client:
    """Make an S3 client from the environment's region, credentials and endpoint.

    Raises:
        SettingsError: the environment lacks what a client needs, or names a missing profile.
    """
    try:
        return boto3.client("s3", config=_S3)
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(_advice(error)) from error


def network_firewall() -> NetworkFirewallClient:
    """Make a Network Firewall client from the environment's region, credentials and endpoint.

    Raises:
        SettingsError: the environment lacks what a client needs, or names a missing profile.
    """
    try:
        return boto3.client("network-firewall", config=_FIREWALL)
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(_advice(error)) from error


def _advice(error: Exception) -> str:
    return (
        f"no AWS client can be made: {error} "
        "(look at AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL in the environment)"
    )
