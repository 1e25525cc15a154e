"""The line between botocore and the embedded AWS, on which answers go wrong and processes die.

Below botocore, as its retries are part of what is tested, and above the service, as a call may take
effect although its caller never hears of it. The errors of an operation are those that botocore's
service model documents, and those that any call may meet. A call that meets none of them may take
the short way to the embedded AWS.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from unittest import mock

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.retries.standard import ExponentialBackoff
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from rules_lib.aws import patience
from support.faults.trouble import SILENCES, WRITES, Trouble, troubles
from support.snapshot import Killed

_SUCCESS: Final = 300


@dataclass(frozen=True, slots=True)
class Script:
    """What happens to one process.

    Attributes:
        strikes: a call's operation, and how many of it went before -> which of the operation's
            troubles it meets, counted around.
        deeds: what somebody else does just before the call of a number, from 0.
        kill: the process dies before the call of this number.
    """

    strikes: Mapping[tuple[str, int], int] = field(default_factory=dict)
    deeds: Mapping[int, Callable[[], object]] = field(default_factory=dict)
    kill: int | None = None


CALM: Final = Script()


@dataclass(slots=True)
class Tally:
    """How much was tried.

    Attributes:
        counts: sequences, processes, calls and attempts.
        faults: of each kind.
        by_call: faults by operation.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    by_call: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        kinds = f"{self.faults.total():,} faults in {len(self.faults)} kinds"
        told = (", ".join(f"{count:,} {what}" for what, count in self.counts.items()), kinds)
        return "\n".join((*told, _table(self.faults), "of these, by call:", _table(self.by_call)))


def _table(counted: Mapping[str, int]) -> str:
    return "\n".join(f"  {count:6,} {what}" for what, count in sorted(counted.items()))


@dataclass(slots=True)
class Line:
    """One process's line to AWS.

    Attributes:
        after_write: called after every write that took effect, with the operation's name.
        asked: the operations of its calls, in order.
        wrong: what must not happen on a line.
    """

    script: Script
    tally: Tally
    after_write: Callable[[str], None]
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _trouble: Trouble | None = None
    _late: list[tuple[str, Any]] = field(default_factory=list)
    _dead: bool = False
    _cut: Any = None
    """The events of the client whose call meets something, and so goes all the way."""

    def lead(self, *clients: Any) -> None:
        """Have all that these clients send go over this line."""
        for client in clients:
            events = client.meta.events
            events.register("before-parameter-build.*.*", partial(self._begin, events))
            events.register("after-call.*.*", self._heard)

    def end(self) -> None:
        """Have what is still on its way arrive."""
        late, self._late = self._late, []
        for event_name, request in late:
            self._sent(event_name, request)

    def _begin(self, events: Any, model: Any, **_: object) -> None:
        number = len(self.asked)
        if self._dead:
            self.wrong.append(f"a killed process called {model.name}")
            raise Killed
        if number == self.script.kill:
            self._dead = True
            self.tally.faults["killed"] += 1
            self.tally.by_call[model.name] += 1
            raise Killed
        if deed := self.script.deeds.get(number):
            deed()
        self.end()
        self.asked.append(model.name)
        self.tally.counts["calls"] += 1
        self._mend()
        place = self.asked.count(model.name) - 1
        if (choice := self.script.strikes.get((model.name, place))) is not None:
            known = troubles(model)
            self._trouble = known[choice % len(known)]
            self.tally.faults[self._trouble.label] += 1
            self.tally.by_call[model.name] += 1
            self._cut = events
            events.unregister("before-send", botocore_stubber)
            events.register("before-send.*.*", self._carry)

    def _mend(self) -> None:
        """Have nothing happen to the next call."""
        self._trouble = None
        if self._cut:
            self._cut.unregister("before-send.*.*", self._carry)
            self._cut.register("before-send", botocore_stubber)
            self._cut = None

    def _heard(self, http_response: Any, model: Any, **_: object) -> None:
        if not self._cut:
            self.tally.counts["attempts"] += 1
            self._see(model.name, http_response)

    def _carry(self, event_name: str, request: Any, **_: object) -> AWSResponse:
        self.tally.counts["attempts"] += 1
        trouble = self._trouble
        if trouble is None:
            return self._sent(event_name, request)
        if not trouble.lasting:
            self._trouble = None
        if trouble.broken:
            return _broken(self._sent(event_name, request))
        if trouble.late:
            self._late.append((event_name, request))
        elif trouble.done and (answer := self._sent(event_name, request)).status_code >= _SUCCESS:
            return answer  # the call has an error of its own
        if not trouble.status:
            raise SILENCES[trouble.code](endpoint_url=request.url, error="cut by the test")
        return refusal(event_name, request, trouble)

    def _sent(self, event_name: str, request: Any) -> AWSResponse:
        answer = botocore_stubber(event_name, request)
        assert answer is not None, request.url
        self._see(event_name.rpartition(".")[2], answer)
        return answer

    def _see(self, operation: str, answer: AWSResponse) -> None:
        if operation.startswith(WRITES):
            if answer.status_code < _SUCCESS:
                self.after_write(operation)
            elif b"LimitExceeded" in answer.content:
                self.wrong.append(f"{operation} went over a quota: {answer.content!r}")


def refusal(event_name: str, request: Any, trouble: Trouble) -> AWSResponse:
    """An error in the form of the service's protocol."""
    words = "ordered by the test"
    if ".s3." in event_name:
        text = f"<Error><Code>{trouble.code}</Code><Message>{words}</Message></Error>"
    else:
        text = json.dumps({"__type": trouble.code, "message": words})
    return AWSResponse(request.url, trouble.status, HTTPHeaders(), MockRawResponse(text))


def _broken(answer: AWSResponse) -> AWSResponse:
    """The answer without the last part of its body; what fails already stays as it is."""
    if answer.status_code < _SUCCESS:
        whole = answer.raw.read()
        answer.raw = MockRawResponse(whole[: len(whole) // 2])
    return answer


@contextmanager
def no_waiting() -> Iterator[None]:
    """Have calls tried again at once."""
    with (
        mock.patch.object(ExponentialBackoff, "delay_amount", return_value=0),
        mock.patch.object(patience, "_LONGEST", 0),
    ):
        yield
