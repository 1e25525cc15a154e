"""An engine that ends on a capture costs that capture, and no other."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from rules_lib.errors import EngineError
from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.captures import Capture
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata
from rulesync_cli.verify.traffic import replayer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENDS_ON_DEADLY_CAPTURES = """
import json, os, signal, socket, sys
path = [word.partition("=")[2] for word in sys.argv if word.startswith("--unix-socket=")][0]
answers = {"pcap-file-number": 0, "pcap-current": "None"}
with socket.socket(socket.AF_UNIX) as listening:
    listening.bind(path)
    listening.listen()
    talking = listening.accept()[0]
    for line in talking.makefile():
        asked = json.loads(line)
        named = asked.get("arguments", {})
        if b"deadly" in open(named["filename"], "rb").read() if named else b"":
            open(os.path.join(named["output-dir"], "eve.json"), "w").write("{torn")
            os.kill(os.getpid(), signal.SIGSEGV)
        hasty = path + ".was-hasty"
        if named and not os.path.exists(hasty) and b"hasty" in open(named["filename"], "rb").read():
            sys.exit(open(hasty, "w").close())
        if named and b"over" in open(named["filename"], "rb").read():
            sys.exit()
        if named:
            open(os.path.join(named["output-dir"], "eve.json"), "w").close()
        answer = {"return": "OK", "message": answers.get(asked.get("command"), "")}
        if asked.get("command") == "shutdown":
            break
        talking.sendall(json.dumps(answer).encode() + b"\\n")
"""
GROUP = Loadable("et-a", 1, ("alert tcp any any -> any any (sid:1;)",), GroupVariables())


@pytest.fixture
def engine(tmp_path: Path) -> Suricata:
    """A program that dies as a real engine does on some captures."""
    path = tmp_path / "engine"
    path.write_text(f"#!{sys.executable}\n{ENDS_ON_DEADLY_CAPTURES}")
    path.chmod(0o755)
    return Suricata(str(path), "8.0.0")


def captures(folder: Path, kinds: Sequence[str]) -> tuple[Capture, ...]:
    """A capture of each kind, deadly or quiet."""
    made = []
    for number, kind in enumerate(kinds):
        path = folder / f"{number}.pcap"
        path.write_bytes(bytes.fromhex("d4c3b2a1") + bytes(20) + kind.encode())
        made.append(Capture(path, path.name))
    return tuple(made)


def test_engine_that_ends_on_a_capture_costs_that_capture_only(
    tmp_path: Path, engine: Suricata
) -> None:
    """It is named with the signal, the others are replayed by an engine that was started anew."""
    kinds = ("quiet", "deadly", "quiet", "deadly", "deadly", "quiet")
    with replayer(engine, [GROUP]) as running:
        found = list(running.replay(captures(tmp_path, kinds)))
    assert [one.skipped for one in found] == [kind == "deadly" for kind in kinds]
    [told] = {one.problem for one in found if one.skipped}
    assert "Suricata ended with signal 11 at pcap-file" in str(told)
    assert "it was restarted for the next" in str(told)
    assert all(one.quiet for one in found if not one.skipped)


def test_engine_that_ends_in_order_is_given_the_same_capture_again(
    tmp_path: Path, engine: Suricata
) -> None:
    """As Suricata may after its first one, on a busy machine: the capture is not the cause."""
    with replayer(engine, [GROUP]) as running:
        found = list(running.replay(captures(tmp_path, ("hasty", "quiet"))))
    assert all(one.quiet and one.problem is None for one in found)


def test_engine_that_ends_in_order_each_time_costs_the_capture(
    tmp_path: Path, engine: Suricata
) -> None:
    """It is started once more for it, and then for the next."""
    with replayer(engine, [GROUP]) as running:
        found = list(running.replay(captures(tmp_path, ("over", "quiet"))))
    assert [one.skipped for one in found] == [True, False]
    assert "Suricata ended with 0 at pcap-file" in str(found[0].problem)


def test_engine_that_ends_on_every_capture_is_an_error(tmp_path: Path, engine: Suricata) -> None:
    """It is not started for ever."""
    with (
        replayer(engine, [GROUP]) as running,
        pytest.raises(EngineError, match=r"2\.pcap: Suricata ended with signal 11"),
    ):
        list(running.replay(captures(tmp_path, ["deadly"] * 5)))
