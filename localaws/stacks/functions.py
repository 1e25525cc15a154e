"""Lambda as callers see it: an invocation that waits, or one that only starts."""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend
from moto.awslambda.utils import get_backend

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

    from localaws.stacks.environment import Outcome
    from localaws.stacks.environments import Environments
    from localaws.stacks.runtime import Runtime

_Delete = Callable[[LambdaBackend, str, str | None], None]
_Reset = Callable[[LambdaBackend], None]


@dataclass(frozen=True, slots=True)
class Invoker:
    """Takes the place of moto's invocation, which needs Docker."""

    runtime: Runtime

    def invoke(
        self,
        function: LambdaFunction,
        body: str | bytes,
        request_headers: Mapping[str, str],
        response_headers: dict[str, str],
    ) -> bytes:
        """Run a function; for the invocation type `Event` without waiting for it."""
        event = (body.decode() if isinstance(body, bytes) else body) or "{}"
        kind = {name.lower(): value for name, value in request_headers.items()}
        if kind.get("x-amz-invocation-type") == "Event":
            self.start(function, event)
            return b""
        outcome = self._run(function, event)
        if outcome.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        response_headers["x-amz-log-result"] = base64.b64encode(outcome.log.encode()).decode()
        return outcome.payload.encode()

    def start(self, function: LambdaFunction, event: str) -> None:
        """Run a function on a thread of its own."""
        threading.Thread(target=self._run, args=(function, event), daemon=True).start()

    def deliver(self, account: str, arn: str, event: Mapping[str, Any]) -> None:
        """Start the function that an event is for."""
        region = arn.split(":")[3]
        self.start(get_backend(account, region).get_function(arn), json.dumps(event))

    def _run(self, function: LambdaFunction, event: str) -> Outcome:
        outcome = self.runtime.run(function, event)
        function.logs_backend.ensure_log_group(function.logs_group_name)
        function.save_logs(outcome.log)
        for line in outcome.log.splitlines():
            sys.stderr.write(f"{function.function_name}: {line}\n")
        return outcome


def deleter(environments: Environments, delete: _Delete) -> _Delete:
    """Make a deletion of a function, which ends its environments too.

    Args:
        environments: of all functions.
        delete: moto's way.
    """

    def delete_function(lambdas: LambdaBackend, name: str, qualifier: str | None = None) -> None:
        gone = lambdas.get_function(name, qualifier).function_arn
        delete(lambdas, name, qualifier)
        environments.end(gone)

    return delete_function


def forgetter(environments: Environments, forget: _Reset) -> _Reset:
    """Make what forgets all functions; the arguments are as above."""

    def reset(lambdas: LambdaBackend) -> None:
        environments.end()
        forget(lambdas)

    return reset


DELETE: _Delete = LambdaBackend.delete_function
RESET: _Reset = LambdaBackend.reset
