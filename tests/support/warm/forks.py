"""Forks of this process for commands, each asked for by `client.py`; its standard library alone.

It ends with its stdin. A fork has the words, the folder, the environment and the streams of whoever
asks, and is asked to end where that one is gone.
"""

from __future__ import annotations

import ast
import gc
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from typing import Final, NoReturn

Run = Callable[..., int]
"""Runs a module, or a script, by its name and its words; gives the code with which it ends."""

fdopen: Final = partial(open, encoding="utf-8", closefd=False)


def listen(place: str, run: Run) -> None:
    """Say so once what is loaded by now can be forked, and answer.

    Args:
        place: of the socket.
        run: what a fork does.
    """
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        sys.stdout.write("listens\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):  # which whoever started this tells
            serve(listening, run)


def serve(listening: socket.socket, run: Run) -> None:
    """Answer until stdin ends: a line for each command, with the code with which it has ended."""
    with DefaultSelector() as watched:
        watched.register(0, EVENT_READ)
        watched.register(listening, EVENT_READ, partial(begin, listening, run, watched))
        while True:
            for key, _ in watched.select():
                if not key.fd:
                    return
                if watched.get_map().get(key.fd) == key:  # an event before may have ended it
                    key.data()


def begin(listening: socket.socket, run: Run, watched: BaseSelector) -> None:
    """Start what a client asks for."""
    connection, _ = listening.accept()
    end, process = forked(connection, run)
    watched.register(connection, EVENT_READ, partial(stop, connection, process, watched))
    watched.register(end, EVENT_READ, partial(finish, end, connection, process, watched))


def stop(connection: socket.socket, process: int, watched: BaseSelector) -> None:
    """Ask a command to end whose client says no more, as it was asked to or is gone."""
    watched.unregister(connection)
    os.kill(process, signal.SIGTERM)


def finish(end: int, connection: socket.socket, process: int, watched: BaseSelector) -> None:
    """Tell the client how its command has ended."""
    watched.unregister(end)
    os.close(end)
    if connection in watched.get_map():
        watched.unregister(connection)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with connection, suppress(BrokenPipeError):
        connection.send(f"{code}\n".encode())


def forked(connection: socket.socket, run: Run) -> tuple[int, int]:
    """Fork for a command; gives what can be read of once it has ended, and its process."""
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as said:
        asked = said.readline().decode(errors="surrogateescape")
    end, alive = os.pipe()
    process = os.fork()
    if not process:
        os.close(end)
        for number, one in enumerate(streams):
            os.dup2(one, number)
        become(run, *ast.literal_eval(asked))
    for one in (alive, *streams):
        os.close(one)
    return end, process


def become(run: Run, words: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """Be the process that `python -m` would have started there."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.stdin = fdopen(0)
    sys.stdout = fdopen(1, "w")
    sys.stderr = fdopen(2, "w", 1, errors="backslashreplace")
    code = run(*words)
    sys.stdout.flush()
    os._exit(code)  # to take the values of all modules apart costs more than most commands


def ended(name: str, *words: str) -> int:
    """Run a module, or a script by its path, as a program; gives the code with which it ends."""
    sys.argv[1:] = words
    try:
        if name.endswith(".py"):
            runpy.run_path(name, run_name="__main__")
        else:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    except BaseException as error:  # noqa: BLE001 - as the interpreter does
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0
