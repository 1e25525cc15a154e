"""An execution environment: a process that has loaded a handler, and calls it for each event.

What its modules remember, its temporary files and its role's credentials stay until it ends, as on
Lambda. Between two events Lambda would freeze it; here it only waits.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, Final
from uuid import uuid4

from localaws.stacks.trust import credentials_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation ended in.

    Attributes:
        payload: the handler's result as JSON, or the error as Lambda words it.
        failed: whether the handler raised, or could not be run at all.
        log: what the function wrote to stdout and stderr.
    """

    payload: str
    failed: bool
    log: str

    @classmethod
    def error(cls, kind: str, message: str, log: str = "") -> Outcome:
        """What Lambda says where no handler has answered."""
        payload = json.dumps({"errorType": kind, "errorMessage": message})
        return cls(payload, failed=True, log=f"{log}{message}\n")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an environment is begun with, and good for no longer than its function has it.

    Attributes:
        function: ARN.
        role: ARN.
        python: the interpreter.
        variables: environment variables, without credentials.
    """

    function: str
    role: str
    python: Path
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """A process that has loaded a handler.

    Attributes:
        configuration: what it was begun with.
    """

    configuration: Configuration
    _process: subprocess.Popen[bytes]
    _handler: socket.socket
    _log: IO[str]
    _home: TemporaryDirectory[str]

    @classmethod
    def begin(cls, configuration: Configuration, folder: Path) -> Environment:
        """Start one, with credentials of its own; its files are in a folder below the one given."""
        home = TemporaryDirectory(dir=folder)
        log, temporary = Path(home.name, "log"), Path(home.name, "tmp")
        temporary.mkdir()
        name = configuration.function.rpartition(":function:")[2]
        credentials = credentials_of(configuration.role, name)
        ours, theirs = socket.socketpair()
        with theirs, log.open("ab") as written:
            process = subprocess.Popen(  # noqa: S603  # our own script
                [configuration.python, "-I", "-B", "-u", _BOOTSTRAP, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                pass_fds=[theirs.fileno()],
                env={**configuration.variables, **credentials, "TMPDIR": str(temporary)},
            )
        return cls(configuration, process, ours, log.open(encoding="utf-8"), home)

    def suits(self, configuration: Configuration) -> bool:
        """Whether it can be given an event of a function that is configured so."""
        return self.configuration == configuration and self._process.poll() is None

    def call(self, event: str, seconds: float) -> Outcome:
        """Have the handler called; an environment that gives no answer has ended then.

        Args:
            event: JSON.
            seconds: that it may take, the first event with what is loaded for it.
        """
        request = {"request": str(uuid4()), "ends": time.time() + seconds, "event": event}
        try:
            answer = self._answer(json.dumps(request), seconds)
        except TimeoutError:
            self.kill()
            message = f"Task timed out after {seconds:g} s"
            return Outcome.error("Sandbox.Timedout", message, self._log.read())
        if answer is None:
            self.kill()
            log = self._log.read()
            return Outcome.error("Runtime.ExitError", _last_line(log), log)
        return Outcome(**answer, log=self._log.read())

    def kill(self) -> None:
        """End the process, whatever it does; whoever waits for its answer gets none."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """End it when nobody waits for it, with all that it kept."""
        self.kill()
        self._handler.close()
        self._log.close()
        self._home.cleanup()

    def _answer(self, line: str, seconds: float) -> dict[str, Any] | None:
        """Ask, and wait for the answer; None where the process has ended before."""
        self._handler.settimeout(seconds)
        try:
            with self._handler.makefile("rw") as lines:
                lines.write(f"{line}\n")
                lines.flush()
                answer = lines.readline()
        except ConnectionError:
            return None
        return dict(json.loads(answer)) if answer.endswith("\n") else None


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]
