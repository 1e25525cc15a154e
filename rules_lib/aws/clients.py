"""The one place that makes AWS clients: bounded retries, timeouts, `AWS_ENDPOINT_URL` honoured."""

from __future__ import annotations

import os
from collections import defaultdict
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
_NETWORK_FIREWALL: Final = "network-firewall"

_USUAL: Final = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    user_agent_extra="rulesync",
)
_FIREWALL: Final = _USUAL.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
"""How often Network Firewall is asked again is decided by `patience`."""

_EARLY: Final = defaultdict[tuple[object, ...], list[Any]](list)
"""Clients that nobody has asked for yet, by what they depend on."""


class LambdaClient(Protocol):
    """The one call to Lambda that this project makes."""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> Any:  # noqa: N803  # boto3's names
        """Run a function."""


class StateMachineClient(Protocol):
    """The one call to Step Functions that this project makes."""

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> Any:  # noqa: N803, A002  # boto3's names
        """Run a state machine."""


def make_clients_early(*services: str) -> None:
    """Make clients that whoever asks for one first is given, and read what botocore knows of them.

    For a Lambda function to do while it is loaded, as only then it has a whole processor whatever
    its memory is. Where that cannot be done, whoever asks for a client is told why.
    """
    with suppress(BotoCoreError, ValueError):
        begin_default_session()
    for service in services:
        with suppress(SettingsError):
            client = _new(service)
            client.meta.service_model.shape_for_error_code("")  # finds out which errors there are
            _EARLY[_asked(service)].append(client)


def s3() -> S3Client:
    """An S3 client by the environment's region, credentials and endpoint; nobody else has it.

    Raises:
        SettingsError: the environment lacks what a client needs, or names a missing profile.
    """
    client: S3Client = _own("s3")
    return client


def network_firewall() -> NetworkFirewallClient:
    """A Network Firewall client; see `s3`."""
    client: NetworkFirewallClient = _own(_NETWORK_FIREWALL)
    return client


def _own(service: str) -> Any:
    """One that was made early, where the environment still says the same; or a new one."""
    early = _EARLY.get(_asked(service))
    return early.pop() if early else _new(service)


def _asked(service: str) -> tuple[object, ...]:
    """All that a client depends on."""
    said = sorted(item for item in os.environ.items() if item[0].startswith("AWS_"))
    return service, boto3.DEFAULT_SESSION, *said


def _new(service: str) -> Any:
    if service != _NETWORK_FIREWALL:
        return _made(service)
    client = _made(service, _FIREWALL)
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
        make: Callable[..., object] = self.session.client  # as in `_made`
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


def _made(service: str, config: Config = _USUAL) -> Any:
    make: Callable[..., object] = boto3.client  # its types know each service by its name
    with _explained():
        return make(service, region_name=_region(), config=config)


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
