"""What a call to AWS may meet: every error that its operation documents, and those of any call.

The documented ones are read from botocore's service model, so that none is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

WRITES: Final = ("Create", "Update", "Delete", "Put")
_SERVER_ERROR: Final = 500

_ANY_SERVICE: Final = {
    "ExpiredTokenException": 400,
    "RequestTimeout": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
}
_GENERIC: Final = {
    "network-firewall": _ANY_SERVICE | {"AccessDeniedException": 400, "InternalFailure": 500},
    "s3": _ANY_SERVICE
    | {
        "AccessDenied": 403,
        "ConditionalRequestConflict": 409,
        "InternalError": 500,
        "PreconditionFailed": 412,
        "SlowDown": 503,
    },
}
"""What any call may be answered with, beyond what its operation documents, and the HTTP status."""

_SERVER_SIDE: Final = {"InternalServerError": 500, "InsufficientCapacityException": 500}
"""Documented codes that are the service's own fault, which the model does not say."""

SILENCES: Final = {
    "ConnectTimeout": ConnectTimeoutError,
    "EndpointConnection": EndpointConnectionError,
    "ConnectionClosed": ConnectionClosedError,
    "ReadTimeout": ReadTimeoutError,
}
_UNSENT: Final = frozenset({"ConnectTimeout", "EndpointConnection"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a call meets.

    Attributes:
        code: an error's code, or how the connection ends.
        status: of the error; 0 where there is no answer.
        done: the service does what was asked all the same.
        late: it does so only once its caller is about the next call.
        broken: the answer comes, and breaks off within its body.
        lasting: every attempt of botocore's meets it, and not the first one alone.
    """

    code: str
    status: int = 0
    done: bool = False
    late: bool = False
    broken: bool = False
    lasting: bool = False

    @property
    def label(self) -> str:
        """As the tally names it."""
        when = "late" if self.late else "done" if self.done else "not done"
        return f"{self.code}, {when}{', every attempt' if self.lasting else ''}"


def troubles(model: Any) -> tuple[Trouble, ...]:
    """All that a call of this operation may meet.

    Args:
        model: botocore's model of the operation.
    """
    service, writes = model.service_model.service_name, model.name.startswith(WRITES)
    codes = {shape.error_code: _status(shape) for shape in model.error_shapes}
    found = [Trouble(code, status) for code, status in (_GENERIC[service] | codes).items()]
    found += [Trouble(code) for code in SILENCES]
    if writes:
        found += [Trouble(one.code, one.status, done=True) for one in found if _may_be_done(one)]
    if writes and service == "network-firewall":
        found.append(Trouble("ReadTimeout", done=True, late=True))
    if model.has_streaming_output:
        found.append(Trouble("IncompleteRead", broken=True))
    return (*found, *(replace(one, lasting=True) for one in found if _is_repeated(one)))


def _is_repeated(trouble: Trouble) -> bool:
    """Whether botocore itself tries again, so that one such answer is not the end of the call."""
    repeated = (
        *vars(TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"],  # nothing else lists them
        *vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"],
    )
    silent = trouble.code in SILENCES
    return silent or trouble.status >= _SERVER_ERROR or trouble.code in repeated


def _status(shape: Any) -> int:
    documented = shape.metadata.get("error", {}).get("httpStatusCode", 400)
    return int(_SERVER_SIDE.get(shape.error_code, documented))


def _may_be_done(trouble: Trouble) -> bool:
    return trouble.code not in _UNSENT
