"""An engine that comes to a bad end is told in its own words; none is left running."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rules_lib.errors import EngineError, EngineGoneError
from rulesync_cli.verify.session import session
from rulesync_cli.verify.suricata import Suricata

GREETS_THEN_ENDS = """
import json, socket, sys
path = [word.partition("=")[2] for word in sys.argv if word.startswith("--unix-socket=")][0]
with socket.socket(socket.AF_UNIX) as listening:
    listening.bind(path)
    listening.listen()
    talking = listening.accept()[0]
    said = json.loads(talking.recv(1000))
    talking.sendall(json.dumps({"return": "OK" if said == {"version": "0.2"} else "NOK"}).encode())
    talking.sendall(b"\\n")
    talking.recv(1000)
    print("Error: detect: out of memory", flush=True)
"""

WAITS = """
import os, pathlib, time
pathlib.Path({note!r}).write_text(str(os.getpid()))
time.sleep(1_000)
"""


def engine(folder: Path, script: str) -> Suricata:
    """A program in the engine's place."""
    path = folder / "engine"
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(0o755)
    return Suricata(str(path), "7.0.0")


def test_engine_that_ends_before_it_is_ready_is_told(tmp_path: Path) -> None:
    """With its code and its words."""
    broken = engine(tmp_path, "print('Error: conf: no such file'); raise SystemExit(3)")
    with pytest.raises(EngineError, match="ended with 3: no such file"), session(broken, tmp_path):
        pass


def test_engine_that_ends_in_between_is_told(tmp_path: Path) -> None:
    """With what it said last."""
    broken = engine(tmp_path, GREETS_THEN_ENDS)
    with (
        pytest.raises(EngineGoneError, match=r"ended with 0 at pcap-file: .*out of memory"),
        session(broken, tmp_path) as running,
    ):
        running.replay(tmp_path / "a.pcap", tmp_path)


def test_engine_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    """It may be gone since it was looked for."""
    gone = Suricata(str(tmp_path / "gone"), "7.0.0")
    with pytest.raises(EngineError, match="No such file or directory"), session(gone, tmp_path):
        pass


def test_path_that_no_socket_can_have_is_told_with_what_to_do(tmp_path: Path) -> None:
    """The program is ended."""
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    note = tmp_path / "pid"
    waits = engine(tmp_path, WAITS.format(note=str(note)))
    with pytest.raises(EngineError, match="set TMPDIR"), session(waits, deep):
        pass
    assert not note.exists() or not Path("/proc", note.read_text()).exists()
