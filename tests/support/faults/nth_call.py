"""One call of a command fails, takes effect without an answer, or is never made: the process dies.

Counted over all services and clients, in the order in which the calls go out. botocore asks every
handler of a request and takes the first answer, so one that only answers first would leave the call
to be carried out all the same: this stands in the place of the embedded AWS itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from unittest import mock

from moto.core.models import botocore_stubber

from support.quick.short import Asked
from support.snapshot import Killed

Mishap: TypeAlias = Literal["refused", "lost", "killed"]


@dataclass(slots=True)
class NthCall:
    """Counts calls, and has something happen to one of them.

    Attributes:
        place: of the call, from 0; none where it is negative.
        mishap: what happens to it.
        part: of the addresses of the calls that count, such as `.s3.`; empty: all do.
        asked: what was asked so far, as a test tells it.
    """

    place: int = -1
    mishap: Mishap = "refused"
    part: str = ""
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[NthCall]:
        """See the calls of all clients that are made meanwhile; what is struck goes all the way."""
        real = botocore_stubber.process_request

        def answered(request: Any) -> Any:
            if self.part not in request.url:
                return real(request)
            number = len(self.asked)
            strikes = number == self.place or (self.mishap == "killed" and 0 <= self.place < number)
            if isinstance(request, Asked):
                return None if strikes else self._briefly(real, request)
            self.asked.append(_told(request))
            if not strikes:
                return real(request)
            if self.mishap == "killed":
                raise Killed
            if self.mishap == "lost":
                real(request)
            return _refusal(request)

        with mock.patch.object(botocore_stubber, "process_request", answered):
            yield self

    def _briefly(self, real: Callable[[Any], Any], request: Asked) -> Any:
        """The answer of the short way; a call that it leaves to the long one counts there."""
        answer = real(request)
        if answer is not None:
            self.asked.append(_told(request))
        return answer


def _told(request: Any) -> str:
    target = request.headers.get("X-Amz-Target", b"")
    name = target.decode() if isinstance(target, bytes) else str(target)
    return f"{request.method} {name.rpartition('.')[2] or request.url.partition('.com/')[2]}"


def _refusal(request: Any) -> tuple[int, dict[str, str], bytes]:
    words = "ordered by the test"
    if ".s3." in request.url:
        text = f"<Error><Code>AccessDenied</Code><Message>{words}</Message></Error>"
        return 403, {}, text.encode()
    return 400, {}, json.dumps({"__type": "AccessDeniedException", "message": words}).encode()
