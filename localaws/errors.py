"""What the service answers when it refuses a call.

    NetworkFirewallError
    ├── InvalidRequestError      InvalidRequestException, 400
    ├── InvalidTokenError        InvalidTokenException, 400
    ├── InvalidOperationError    InvalidOperationException, 400
    ├── ResourceNotFoundError    ResourceNotFoundException, 400
    └── LimitExceededError       LimitExceededException, 400

Beside these, `localaws.faults` raises whatever code a test orders.
"""

from __future__ import annotations

from typing import Final

from moto.core.exceptions import ServiceException

SERVER_FAULTS: Final = frozenset({"InternalServerError", "InsufficientCapacityException"})
"""The codes that the service model calls its own fault: status 500, which moto leaves at 400."""


class NetworkFirewallError(ServiceException):
    """The root: a code of the service model and the words that go with it."""

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return 500 if self.code in SERVER_FAULTS else 400


class InvalidRequestError(NetworkFirewallError):
    """The request, or one of the rules in it, cannot be accepted."""

    code = "InvalidRequestException"


class InvalidTokenError(NetworkFirewallError):
    """The update token is not the current one: somebody else changed the resource."""

    code = "InvalidTokenException"
    message = "Update token is invalid"


class InvalidOperationError(NetworkFirewallError):
    """The resource is in a state that forbids the call, such as being in use."""

    code = "InvalidOperationException"
    message = "Unable to delete the object because it is still in use"


class ResourceNotFoundError(NetworkFirewallError):
    """No resource has this name or ARN."""

    code = "ResourceNotFoundException"
    message = "Resource not found."


class LimitExceededError(NetworkFirewallError):
    """The call would go over a quota of the account."""

    code = "LimitExceededException"
