"""What is said of the engine is what the engine says."""

from __future__ import annotations

import subprocess

import pytest

from rules_lib.facts import suricata as facts
from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata, find_engine


def test_keywords_of_every_kind_are_known() -> None:
    """Sticky buffers, their older names, modifiers and what only describes a rule."""
    known = {"dns.query", "dns_query", "http_uri", "nocase", "msg", "flowbits", "xbits", "ja3.hash"}
    assert known < facts.keywords()


@pytest.mark.parametrize("name", ["", "#", "contents", "ntp.stratum", "gunzip", "tcp.session"])
def test_keywords_of_later_versions_are_not_known(name: str) -> None:
    """Suricata 8.0.8 has more than the service's engine."""
    assert name not in facts.keywords()


def test_keywords_that_came_with_suricata_8_are_known() -> None:
    """And are not in the list of 7, which is kept beside it."""
    known = {"websocket.opcode", "ldap.request.operation", "email.subject", "entropy", "absent"}
    assert known <= facts.keywords() - facts.keywords(7)
    assert facts.keywords(7) - facts.keywords() == {"luajit", "mqtt.connack.return_code"}


def test_newer_keywords_are_in_the_list_that_they_are_newer_than() -> None:
    """One that the list does not have would be left out of nothing."""
    listed = facts.keywords() | facts.newer_keywords()
    assert len(facts.newer_keywords()) == len(listed - facts.keywords()) == 8


def test_protocols_that_came_with_suricata_8_are_known() -> None:
    """WebSocket is one of its own since then."""
    newer = {"doh2", "ldap", "mdns", "pop3", "websocket"}
    assert facts.protocols() - facts.protocols(7) == newer
    assert "pgsql" in facts.protocols(7)


@pytest.mark.parametrize("name", ["ftp-data", "sctp", "ike", "ikev2", "enip", "cip"])
def test_protocols_that_the_service_rules_out_are_left_out(name: str) -> None:
    """The engine alone would take some of them."""
    assert name not in facts.PROTOCOLS


@pytest.mark.engine
def test_every_listed_keyword_is_known(engine: Suricata) -> None:
    """None that `suricata --list-keywords` names is missing, whichever release it is."""
    command = [engine.path, "--list-keywords=csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    entries = (line.split(";") for line in done.stdout.splitlines())
    names = {entry[0].lower() for entry in entries if len(entry) > 3} - {"name"}  # the heading
    assert len(names) > 200
    known = facts.keywords(int(engine.line[0]))
    assert names <= known | facts.newer_keywords()


@pytest.mark.engine
@pytest.mark.parametrize("name", sorted(facts.OBSOLETE))
def test_obsolete_keywords_are_refused_in_the_words_that_we_tell(name: str) -> None:
    """Whatever their value is."""
    rule = f"alert ssh any any -> any any ({name}:2; sid:1;)"
    [refusal] = load_group(find_engine(), Loadable("old", 1, (rule,), GroupVariables())).refusals
    assert facts.OBSOLETE[name] in refusal.words


@pytest.mark.engine
def test_misused_buffers_are_refused_and_others_loaded() -> None:
    """Each of them, by its name and by its older one."""
    buffers = sorted(facts.MD5_LIKE | facts.NO_SPACE)
    texts = [
        text
        for buffer in buffers
        for text in (("a b", "HTTP/1.1") if buffer in facts.NO_SPACE else ("z" * 32, "a" * 32))
    ]
    rules = (
        f'alert ip any any -> any any ({buffers[n // 2]}; content:"{text}"; sid:{n + 1};)'
        for n, text in enumerate(texts)
    )
    assert refused(*rules) == [*range(1, len(texts), 2)]


@pytest.mark.engine
def test_engine_takes_the_largest_number_and_no_larger() -> None:
    """A sid, a rev."""
    most = facts.NUMBER_MAX
    sids = (f"sid:{number};" for number in (most["sid"], most["sid"] + 1, 1, 0))
    revs = (f"sid:{2 + number};" for number in range(4))
    numbers = (most["rev"], most["rev"] + 1, 1, 0)
    options = (*sids, *(f"{sid} rev:{rev};" for sid, rev in zip(revs, numbers, strict=True)))
    assert most.keys() == {"sid", "rev"}
    assert refused(*(f"alert tcp any any -> any any ({one})" for one in options)) == [2, 4, 6, 8]


def refused(*rules: str) -> list[int]:
    """The lines of the rules that the engine refuses; it loads all others."""
    found = load_group(find_engine(), Loadable("asked", 1, rules, GroupVariables()))
    assert found.loaded == len(rules) - len(found.refusals)
    return [one.line for one in found.refusals]
