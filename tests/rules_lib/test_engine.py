"""What is said of the engine is what the engine says."""

from __future__ import annotations

import subprocess

import pytest

from rules_lib import engine
from rules_lib.groups import Variables
from rules_lib.verify.load import load
from rules_lib.verify.loadable import Loadable
from rules_lib.verify.suricata import find, installed


def test_keywords_of_every_kind_are_known() -> None:
    """Sticky buffers, their older names, modifiers and what only describes a rule."""
    known = {"dns.query", "dns_query", "http_uri", "nocase", "msg", "flowbits", "xbits", "ja3.hash"}
    assert known < engine.keywords()


@pytest.mark.parametrize(
    "name", ["", "#", "contents", "websocket.opcode", "ldap.request.operation"]
)
def test_keywords_of_later_versions_are_not_known(name: str) -> None:
    """Suricata 8 has more than the service's engine."""
    assert name not in engine.keywords()


@pytest.mark.parametrize("name", ["ftp-data", "sctp", "ike", "ikev2", "enip", "cip"])
def test_protocols_that_the_service_rules_out_are_left_out(name: str) -> None:
    """The engine alone would take some of them."""
    assert name not in engine.PROTOCOLS


@pytest.mark.engine
def test_every_listed_keyword_is_known() -> None:
    """None that `suricata --list-keywords` names is missing."""
    [program] = [one.path for one in installed() if one.line == "7.0"]
    command = [program, "--list-keywords=csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    listed = done.stdout.splitlines()[1:]
    names = {entry.split(";")[0].lower() for entry in listed if entry.count(";") > 2}
    assert len(names) > 200
    assert names <= engine.keywords()


@pytest.mark.engine
@pytest.mark.parametrize(("name", "most"), engine.NUMBER_MAX.items())
def test_engine_takes_the_largest_number_and_no_larger(name: str, most: int) -> None:
    """A sid, a rev."""
    for number, taken in ((most, True), (most + 1, False), (1, True), (0, False)):
        other = "" if name == "sid" else " sid:1;"
        rule = f"alert tcp any any -> any any ({name}:{number};{other})"
        assert load(find(), Loadable("numbers", 1, (rule,), Variables())).ok is taken
