"""How often Network Firewall is asked again: long where it is busy, never where a quota is used up.

botocore takes a used-up quota (`LimitExceededException`) for throttling and asks six times for
nothing, while six attempts are too few where most calls are throttled: a build makes about sixty.
So its own retries are off for this client, and this decides in their place.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError

from rules_lib.errors import Trouble, trouble_of

_EVENT: Final = "needs-retry.network-firewall"
_SERVER_ERROR: Final = 500

_THROTTLED: Final = 80
"""Attempts of a call that is throttled: of a hundred calls of which nine in ten attempts are
throttled, 98 get through."""

_BROKEN: Final = 5
"""Attempts of a call to which no answer comes, or one of a fault of the service."""

_FIRST: Final = 0.2
_LONGEST: Final = 1.5
"""Seconds of the first pause and of the longest: with these a build that is throttled that much
still ends within a function's 15 minutes, or gets well ahead."""

_PRESSURE: Final = 8
"""So often the pauses grow, and so many calls have to succeed until they are short again."""

Response = tuple[Any, Mapping[str, Any]]
"""The HTTP response, and what botocore has read in it."""


@dataclass(slots=True)
class Patience:
    """Answers botocore how long to wait before it asks again; one client's calls share it.

    Attributes:
        draw: gives a number between two; the pauses of several clients are not to coincide.
    """

    draw: Callable[[float, float], float] = random.uniform
    _pressure: int = field(default=0)

    def __call__(
        self,
        response: Response | None = None,
        attempts: int = 1,
        caught_exception: Exception | None = None,
        **_: object,
    ) -> float | None:
        """Seconds to wait before the next attempt; None where there is none."""
        if attempts >= _attempts(response, caught_exception):
            if response and not _code(response):
                self._pressure = max(0, self._pressure - 1)
            return None
        self._pressure = min(_PRESSURE, self._pressure + 1)
        pause = min(_LONGEST, _FIRST * 2**self._pressure)
        return self.draw(pause / 2, pause)


def be_patient(client: Any) -> None:
    """Have a client whose own retries are off ask again as often as this says."""
    client.meta.events.register(_EVENT, Patience())


def _attempts(response: Response | None, error: Exception | None) -> int:
    """How often a call that ended so is made in all."""
    if response is None:
        return _BROKEN if isinstance(error, NoConnectionError | HTTPClientError) else 1
    if trouble_of(_code(response)) is Trouble.BUSY:
        return _THROTTLED if response[0].status_code < _SERVER_ERROR else _BROKEN
    return _BROKEN if response[0].status_code >= _SERVER_ERROR else 1


def _code(response: Response) -> str:
    return str(response[1].get("Error", {}).get("Code", ""))
