"""One engine that loads the rules once and is handed one capture after the other.

Suricata forgets all flows and hosts between two captures of such a session; what it does not forget
is the affair of `apart`.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from rules_lib.errors import EngineError, EngineGoneError
from rulesync_cli.verify.enginelog import read_log
from rulesync_cli.verify.suricata import ANSWER_SECONDS, LOAD_SECONDS

if TYPE_CHECKING:
    from rulesync_cli.verify.suricata import Suricata

_SOCKET: Final = "engine.sock"
_OUTPUT: Final = "engine.log"
_PROTOCOL: Final = "0.2"
_STOP_SECONDS: Final = 60
_PAUSE: Final = 0.02
"""Seconds between two looks at what the engine is at, at most."""
_FIRST_PAUSE: Final = 0.001
"""Most captures are small. That one has ended the engine notices only when it is asked, and until
then its threads turn in circles."""


@dataclass(frozen=True, slots=True)
class Session:
    """A running engine, and the connection by which it is told what to do."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    answers: IO[str]
    output: Path

    def ask(self, command: str, **arguments: str) -> Any:
        """Send a command and give the answer's message.

        Raises:
            EngineError: the engine refuses the command.
            EngineGoneError: it has ended.
        """
        said = {"command": command} | ({"arguments": arguments} if arguments else {})
        return self.say(said, command)

    def say(self, words: Mapping[str, Any], what: str) -> Any:
        """Send one JSON object a line and read one.

        Raises:
            EngineError: as `ask`.
        """
        try:
            self.connection.sendall(f"{json.dumps(words)}\n".encode())
            said = self.answers.readline()
        except OSError as error:
            raise self._gone(what) from error
        if not said:
            raise self._gone(what)
        answer = json.loads(said)
        if answer.get("return") != "OK":
            raise EngineError(f"Suricata: {what}: {answer.get('message')}")
        return answer.get("message")

    def replay(self, capture: Path, folder: Path) -> str:
        """Have a capture inspected; `eve.json` is in the folder afterwards.

        Returns:
            What the engine said against the capture; empty where nothing.

        Raises:
            EngineGoneError: the engine has ended on it.
        """
        before = self.output.stat().st_size
        self.ask("pcap-file", **{"filename": str(capture), "output-dir": str(folder)})
        pause = _FIRST_PAUSE
        while self.ask("pcap-file-number") or self.ask("pcap-current") != "None":
            time.sleep(pause)
            pause = min(1.2 * pause, _PAUSE)
        with self.output.open("rb") as file:
            file.seek(before)
            said = file.read().decode("utf-8", "replace")
        return "; ".join(dict.fromkeys(read_log(said).errors))

    def _gone(self, what: str) -> EngineGoneError:
        """The engine's end, with its last words."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_STOP_SECONDS)
        code = self.process.poll()
        end = "does not answer" if code is None else f"ended with {_named(code)}"
        words = "; ".join(read_log(_text(self.output)).errors) or "gave no cause"
        return EngineGoneError(f"Suricata {end} at {what}: {words}", in_order=code == 0)


@contextmanager
def session(engine: Suricata, folder: Path) -> Iterator[Session]:
    """Run an engine on a folder that was laid out, and stop it in the end.

    Raises:
        EngineError: it does not start, or does not load the rules.
    """
    output = folder / _OUTPUT
    (folder / _SOCKET).unlink(missing_ok=True)  # of an engine that came to a bad end
    command = [*engine.command(folder), f"--unix-socket={folder / _SOCKET}"]
    with output.open("wb") as log, socket.socket(socket.AF_UNIX) as connection:
        process = _start(command, folder, log)
        try:
            _connect(connection, folder / _SOCKET, process, output)
            with connection.makefile("r", encoding="utf-8") as answers:
                running = Session(process, connection, answers, output)
                running.say({"version": _PROTOCOL}, "greeting")
                yield running
        finally:
            process.kill()  # what it has to say of a capture is written before it says so
            process.wait()


def _start(command: Sequence[str], folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own words, and no shell
            command, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise EngineError(f"{command[0]}: {error.strerror}") from error


def _connect(
    connection: socket.socket, path: Path, process: subprocess.Popen[bytes], output: Path
) -> None:
    until = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < until:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            _try(connection, path)
            connection.settimeout(ANSWER_SECONDS)  # also while it inspects a capture
            return
        if process.poll() is not None:
            log = read_log(_text(output))
            words = [*log.errors, *(f"sid {one.sid}: {one.words}" for one in log.refusals)]
            raise EngineError(f"Suricata ended with {process.returncode}: {'; '.join(words)}")
        time.sleep(_PAUSE)
    raise EngineError(f"Suricata has not loaded the rules after {LOAD_SECONDS} s")


def _try(connection: socket.socket, path: Path) -> None:
    try:
        connection.connect(str(path))
    except OSError as error:
        if error.errno is None:  # Python's own check of the length
            raise EngineError(
                f"{path}: {error}; set TMPDIR to a folder with a short path"
            ) from error
        raise


def _named(code: int) -> str:
    return f"signal {-code}" if code < 0 else str(code)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
