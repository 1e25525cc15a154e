"""The one place that makes AWS clients: bounded retries, timeouts, `AWS_ENDPOINT_URL` honoured."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from rules_lib.aws.models import begin_default_session
from rules_lib.aws.patience import be_patient
from rules_lib.aws.roles import TargetRole, session_of, usual_session
from rules_lib.errors import SettingsError

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_s3 import S3Client
    from types_boto3_sns import SNSClient

    from rules_lib.aws.queries import AthenaClient, CatalogClient, InsightsClient

_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 60
_ATTEMPTS: Final = 5
_ANY_REGION: Final = "us-east-1"

_USUAL: Final = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    user_agent_extra="rulesync",
)
_FIREWALL: Final = _USUAL.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
"""How often Network Firewall is asked again is decided by `patience`."""


class LambdaClient(Protocol):
    """The one call to Lambda that this project makes."""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> Any:  # noqa: N803  # boto3's names
        """Run a function."""


class StateMachineClient(Protocol):
    """The one call to Step Functions that this project makes."""

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> Any:  # noqa: N803, A002  # boto3's names
        """Run a state machine."""


def load_service_models(*services: str) -> None:
    """Read what botocore knows of services, which takes longer than a dozen calls to them.

    For a Lambda function to do while it is loaded, as only then it has a whole processor whatever
    its memory is. Where that cannot be done, whoever makes a client is told why.
    """
    make: Callable[..., object] = boto3.client  # its types know each service by its name
    with suppress(BotoCoreError, ValueError):
        begin_default_session()
    for service in services:
        with suppress(BotoCoreError, ValueError):
            make(service, region_name=_region() or _ANY_REGION)


def s3() -> S3Client:
    """Make an S3 client from the environment's region, credentials and endpoint.

    Raises:
        SettingsError: the environment lacks what a client needs, or names a missing profile.
    """
    with _explained():
        return boto3.client("s3", region_name=_region(), config=_USUAL)


def network_firewall() -> NetworkFirewallClient:
    """Make a Network Firewall client; see `s3`."""
    with _explained():
        client = boto3.client("network-firewall", region_name=_region(), config=_FIREWALL)
    be_patient(client)
    return client


@dataclass(frozen=True, slots=True)
class ClientsOfTarget:
    """Makes clients for a target: of its region, and as its role where it has one.

    Attributes:
        session: by whose credentials they call.
        region: where the firewalls are.
    """

    session: boto3.Session
    region: str

    @classmethod
    def begin(cls, region: str, role: TargetRole | None = None) -> ClientsOfTarget:
        """Take on the role; its credentials are asked for anew before they run out.

        Raises:
            SettingsError: see `s3`.
            FirewallError: the role may not be taken on.
        """
        with _explained():
            return cls(session_of(role, _region(), _USUAL) if role else usual_session(), region)

    def firewall(self) -> NetworkFirewallClient:
        """A client of Network Firewall; see `s3`, like what follows."""
        client: NetworkFirewallClient = self._made("network-firewall", _FIREWALL)
        be_patient(client)
        return client

    def s3(self) -> S3Client:
        """A client of S3."""
        client: S3Client = self._made("s3")
        return client

    def athena(self) -> AthenaClient:
        """A client of Athena."""
        client: AthenaClient = self._made("athena")
        return client

    def catalog(self) -> CatalogClient:
        """A client of Glue's catalog of tables."""
        client: CatalogClient = self._made("glue")
        return client

    def logs(self) -> InsightsClient:
        """A client of CloudWatch Logs."""
        client: InsightsClient = self._made("logs")
        return client

    def parameters(self) -> Any:
        """A client of SSM, for parameters."""
        return self._made("ssm")

    def _made(self, service: str, config: Config = _USUAL) -> Any:
        make: Callable[..., object] = self.session.client  # as in `load_service_models`
        with _explained():
            return make(service, region_name=self.region, config=config)


def sns() -> SNSClient:
    """Make an SNS client; see `s3`."""
    with _explained():
        return boto3.client("sns", region_name=_region(), config=_USUAL)


def athena() -> AthenaClient:
    """Make an Athena client; see `s3`."""
    with _explained():
        client: AthenaClient = boto3.client("athena", region_name=_region(), config=_USUAL)
        return client


def logs() -> InsightsClient:
    """Make a client of CloudWatch Logs; see `s3`."""
    with _explained():
        client: InsightsClient = boto3.client("logs", region_name=_region(), config=_USUAL)
        return client


def functions() -> LambdaClient:
    """Make a Lambda client; see `s3`."""
    with _explained():
        client: LambdaClient = boto3.client("lambda", region_name=_region(), config=_USUAL)
        return client


def parameters() -> Any:
    """Make a client of SSM, for parameters; see `s3`."""
    return _made("ssm")


def managed_secrets() -> Any:
    """Make a client of Secrets Manager; see `s3`."""
    return _made("secretsmanager")


def _made(service: str) -> Any:
    """A client of whose service only one call is used, which its caller describes."""
    make: Callable[..., object] = boto3.client  # its types know each service by its name
    with _explained():
        return make(service, region_name=_region(), config=_USUAL)


def state_machines() -> StateMachineClient:
    """Make a client of Step Functions; see `s3`."""
    with _explained():
        client: StateMachineClient = boto3.client(
            "stepfunctions", region_name=_region(), config=_USUAL
        )
        return client


def _region() -> str | None:
    """`AWS_REGION`, which boto3 alone of AWS's tools does not read; None: boto3's own way."""
    return None if os.environ.get("AWS_DEFAULT_REGION") else os.environ.get("AWS_REGION") or None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(
            f"no AWS client can be made: {error} "
            "(check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL in the environment)"
        ) from error
