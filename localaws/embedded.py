"""The whole of AWS in this process: moto, with this package's Network Firewall in its place."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.networkfirewall.models import networkfirewall_backends

from localaws.control import Control
from localaws.models import NetworkFirewallBackend
from localaws.quotas import Quotas
from localaws.settings import checks_named
from localaws.terms import Refusal, Strictness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.config import DefaultConfig

    from localaws.faults import Call, Fault

_REGION: Final = "us-east-1"
_OUTSIDE: Final = ("instance_metadata",)
"""What moto answers for in a program's own requests too, as if this machine were an instance. Where
a feed's server redirects to it, that must be refused here as it is in an account."""
_IN_THE_WAY: Final = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")


@dataclass(frozen=True, slots=True)
class EmbeddedAws:
    """A running embedded AWS: what it was asked, and how it will answer."""

    control: Control

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call to Network Firewall so far, dry runs and refused ones too, in order."""
        return tuple(self.control.calls)

    def inject(self, fault: Fault) -> None:
        """Order a failure; several are used up in the order in which they were ordered."""
        self.control.faults += (fault,)

    def refuse(self, pattern: str, reason: str, *, named: bool = True) -> None:
        """Have the engine refuse every rule whose text the pattern is found in.

        Args:
            pattern: A regular expression.
            reason: The engine's words.
            named: Whether the answer says which rule it is.

        Raises:
            ValueError: The pattern is no regular expression.
        """
        self.control.refusals += (Refusal(pattern, reason, named),)

    def describe_more(self, name: str, **answer: Any) -> None:
        """Have the description of a policy or a rule group say more than this package keeps.

        Args:
            name: Of the policy or the group.
            answer: Laid over the answer, such as `FirewallPolicy={"MadeUp": True}`; what stands in
                `FirewallPolicy` is gone with the next update, which replaces it.
        """
        self.control.unmodelled[name] = answer

    def grant(self, quotas: Quotas) -> None:
        """Raise (or lower) the account's quotas, as AWS does on request; what exists stays."""
        self.control.quotas = quotas

    def accept_all(self) -> None:
        """Take back every `refuse`, as when AWS updates its engine."""
        self.control.refusals = ()


@contextmanager
def network_firewall(control: Control) -> Iterator[None]:
    """Put this package's Network Firewall in the place of moto's, and take it out again."""
    before = networkfirewall_backends.backend
    made = partial(NetworkFirewallBackend, control=control)
    networkfirewall_backends.backend = made  # type: ignore[assignment]  # moto only calls it
    networkfirewall_backends.clear()
    try:
        yield
    finally:
        networkfirewall_backends.backend = before
        networkfirewall_backends.clear()


@contextmanager
def embedded_aws(
    *,
    quotas: Quotas | None = None,
    strictness: Strictness | None = None,
    lenient: Collection[str] = (),
    passthrough: Sequence[str] = (),
) -> Iterator[EmbeddedAws]:
    """Run an empty AWS in this process for the length of a `with` block.

    Every boto3 client made inside talks to it, with dummy credentials, and in us-east-1 where the
    environment names no region; endpoints and profiles of the environment do not count. The
    environment is as before afterwards, and the resources are gone.

    Args:
        quotas: What the account may have; those of a fresh account where not given.
        strictness: Unconfirmed refusals to enforce too; none where not given.
        lenient: Names of checks that are not made, as a service might that differs from ours.
        passthrough: Regular expressions for the beginnings of URLs that go out for real although
            they are an AWS service's. Other hosts' URLs always go out.

    Yields:
        What was asked so far, and the means to make calls fail.
    """
    control = Control(quotas or Quotas(), strictness or Strictness(), lenient=checks_named(lenient))
    config: DefaultConfig = {
        "core": {"passthrough": {"urls": list(passthrough), "services": [*_OUTSIDE]}},
        "stepfunctions": {"execute_state_machine": True},
    }
    with _environment(), network_firewall(control), mock_aws(config=config), _whole_calls():
        yield EmbeddedAws(control)


@contextmanager
def _environment() -> Iterator[None]:
    region = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or _REGION
    settings = {"AWS_DEFAULT_REGION": region, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    with mock.patch.dict(os.environ, settings):
        for name in _IN_THE_WAY:
            os.environ.pop(name, None)
        yield


@contextmanager
def _whole_calls() -> Iterator[None]:
    """Carry out one call after the other, as an account seems to.

    moto looks at an `If-None-Match` and then writes: of two threads both would be the first.
    """
    lock, process = RLock(), botocore_stubber.process_request

    def alone(request: AWSPreparedRequest) -> Any:
        with lock:
            return process(request)

    with mock.patch.object(botocore_stubber, "process_request", alone):
        yield
