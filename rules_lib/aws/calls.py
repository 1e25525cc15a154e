"""Calls to Network Firewall: counted, and their failures told with the service's own code."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws.advice import explained
from rules_lib.errors import FirewallError, RulesyncError, SyncError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INVALID_REQUEST: Final = "InvalidRequestException"
INVALID_TOKEN: Final = "InvalidTokenException"  # noqa: S105 - an error's code, no secret
NOT_FOUND: Final = "ResourceNotFoundException"
UNKNOWN_CALL: Final = frozenset(
    {"UnknownOperationException", "UnsupportedOperationException", "InvalidAction"}
)
"""Answers of a region or an endpoint that does not have an action (yet)."""


@dataclass(slots=True)
class Calls:
    """How often Network Firewall was asked, failed calls included; botocore's retries are not.

    Attributes:
        writes: calls that may have changed something, by their name.
        dry_runs: creates and updates that only asked for the validation.
        reads: lists, a page each, and describes.
        watch: is told of each call before it is made, for whoever waits.
    """

    writes: Counter[str] = field(default_factory=Counter)
    dry_runs: int = 0
    reads: int = 0
    watch: Callable[[str], None] | None = None

    @contextmanager
    def read(self, call: str, name: str) -> Iterator[None]:
        """Count a read and tell its failure as `FirewallError`."""
        self.reads += 1
        self._tell(call, name)
        with as_firewall_error(call, name):
            yield

    @contextmanager
    def write(self, call: str, name: str, *, dry_run: bool = False) -> Iterator[None]:
        """Count a write or a dry run and tell its failure as `FirewallError`."""
        self.dry_runs += dry_run
        self.writes.update([] if dry_run else [call])
        self._tell(call, f"{name}, dry run" if dry_run else name)
        with as_firewall_error(call, name):
            yield

    @contextmanager
    def candid(self) -> Iterator[None]:
        """Let no error say that nothing was changed, where something may have been.

        Raises:
            UnfinishedError: in place of any other error that is met after a write.
        """
        try:
            yield
        except (SyncError, UnfinishedError):
            raise
        except RulesyncError as error:
            if self.writes:
                raise UnfinishedError.after(error) from error
            raise

    def _tell(self, call: str, name: str) -> None:
        if self.watch:
            self.watch(f"{call} {name}")


@contextmanager
def as_firewall_error(call: str, name: str) -> Iterator[None]:
    """Tell the failure of a call about something of this name as `FirewallError`."""
    try:
        yield
    except ClientError as error:
        answer = error.response["Error"]
        code, message = answer.get("Code", "Unknown"), answer.get("Message", str(error))
        raise FirewallError(call, name, code, message) from error
    except BotoCoreError as error:
        raise FirewallError(call, name, type(error).__name__, explained(error)) from error
