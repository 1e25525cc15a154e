"""A logical line becomes a rule, or says why it is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import idstools.rule
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.releases import files_of
from support.rules import ENDS, ENGINE_REFUSES, ENGINE_TAKES, line, problem, rule, rule_texts, text
from support.samples import THOROUGH, one_in

from rules_lib.model import AnyRule, FeedFile, Malformed, Rule
from rules_lib.reading.parser import is_silent
from rules_lib.reading.rule import close_up, split
from rules_lib.reading.ruleset import read_rules
from rules_lib.ties import Mark, MarkKind, Tie

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

RELEASES = ("composite-2026-03.tar.gz", "2024-04-19.tar.gz", "2025-08-04.tar.gz")
NOISE = st.text(st.sampled_from('abc:;"\\()[]!$,|& \t-><0sidrevflowbts') | st.characters())


def _options(body: str) -> Rule:
    return rule(f"alert tcp {ENDS} ({body} sid:1;)")


@given(rule_texts())
def test_odd_but_valid_rule_is_a_rule(source: str) -> None:
    """Its text is kept as it stands."""
    assert rule(source).text == source


def problem_of(parsed: AnyRule) -> str:
    """Why a line is no rule."""
    assert isinstance(parsed, Malformed)
    return parsed.problem


@given(NOISE)
def test_no_line_raises(source: str) -> None:
    """Whatever stands there, it becomes a rule or says why not."""
    for attempt in (source, f"alert tcp {ENDS} ({source})", text(1, f"{source};")):
        parsed = line(attempt)
        assert isinstance(parsed, Rule) or problem_of(parsed)


@given(rule_texts(), st.data())
def test_damaged_rule_does_not_raise(source: str, data: st.DataObject) -> None:
    """A character less, more, or another one."""
    place = data.draw(st.integers(0, len(source)))
    noise = data.draw(NOISE)
    parsed = line(source[:place] + noise + source[place + data.draw(st.integers(0, 2)) :])
    assert isinstance(parsed, Rule) or problem_of(parsed)


@pytest.mark.parametrize("source", ENGINE_TAKES)
def test_rule_that_the_engine_takes_is_a_rule(source: str) -> None:
    """Nothing that Suricata would load is lost."""
    assert rule(source).sid


@pytest.mark.parametrize("source", ENGINE_REFUSES)
def test_rule_that_the_engine_refuses_says_why(source: str) -> None:
    """It is found here and not by a dry run of the service."""
    assert problem(source)


def test_facts_of_a_rule() -> None:
    """Each field of a rule that has them all."""
    source = (
        'alert http [10.0.0.0/8, $A] any <> !$HOME_NET 80 (msg:"a\\; b"; flow:established; '
        "classtype:misc-attack; sid:7; rev:3; metadata:confidence Low, signature_severity Major, "
        "updated_at 2024_01_02; flowbits:set,one; priority:2; gid:3;)"
    )
    parsed = rule(source, "emerging-dns", 9)
    assert (parsed.category, parsed.line, parsed.text) == ("emerging-dns", 9, source)
    assert (parsed.header.action, parsed.header.protocol) == ("alert", "http")
    assert parsed.header.addresses == ("[10.0.0.0/8,$A]", "!$HOME_NET")
    assert parsed.header.ports == ("any", "80")
    assert parsed.header.direction == "<>"
    assert (parsed.sid, parsed.rev, parsed.msg) == (7, 3, "a; b")
    assert (parsed.classtype, parsed.severity, parsed.confidence) == ("misc-attack", "Major", "Low")
    assert parsed.updated_at == "2024_01_02"
    assert parsed.ties == (Tie("set", (Mark(MarkKind.FLOWBIT, "one"),)),)
    assert parsed.unwanted == (("classtype", 2), ("priority", 7), ("gid", 8))
    assert {"msg", "flow", "metadata", "flowbits"} < parsed.keywords
    assert not parsed.noalert


def test_rule_may_lack_everything_but_its_header() -> None:
    """No sid, rev, msg: that is for a later stage to judge."""
    parsed = rule(f"alert tcp {ENDS} (nocase;)")
    assert (parsed.sid, parsed.rev, parsed.msg, parsed.classtype) == (None, 0, "", "")
    assert (parsed.severity, parsed.confidence, parsed.updated_at) == ("", "", "")


def test_keywords_are_compared_in_lower_case() -> None:
    """As Suricata compares them."""
    parsed = rule(f'alert tcp {ENDS} (MSG:"a"; Content:"x"; SID:3; REV:4; NoAlert;)')
    assert (parsed.sid, parsed.rev, parsed.msg, parsed.noalert) == (3, 4, "a", True)
    assert parsed.keywords == {"msg", "content", "sid", "rev", "noalert"}


@pytest.mark.parametrize(
    "options", ["noalert;", *(f"{name}: noalert ;" for name in ("flowbits", "xbits", "hostbits"))]
)
def test_every_way_to_say_noalert(options: str) -> None:
    """Such a rule says nothing, and the option ties it to no other."""
    assert (_options(options).noalert, _options(options).ties) == (True, ())
    assert is_silent(_options(options).text)


@pytest.mark.parametrize(
    "options",
    ['msg:"noalert";', "flowbits:set,noalert;", "flowint:noalert,=,1;", "classtype:noalert;"],
)
def test_noalert_elsewhere_is_a_word(options: str) -> None:
    """In a msg, or as the name of a bit."""
    assert not _options(options).noalert
    assert not is_silent(_options(options).text)


@pytest.mark.parametrize("options", ["noalert; alert;", 'content:"(noalert|3b|";'])
def test_rule_that_speaks_in_the_end_is_not_silent(options: str) -> None:
    """The last word counts, and a word that is looked for in traffic is none."""
    assert not is_silent(f"alert tcp {ENDS} ({options} sid:1;)")


def test_what_cannot_be_read_does_not_silence_itself() -> None:
    """Somebody may have written into a rule group by hand."""
    assert not is_silent("alert noalert")


@pytest.mark.parametrize(
    ("options", "keyword"),
    [
        ("tag:host,5,seconds,src;", "tag:host"),
        ("tag: host , 5, seconds, src;", "tag:host"),
        ("xbits:set,a,track ip_src;", "xbits:address"),
        ("XBITS:isset,a,track ip_pair,expire 9;", "xbits:address"),
        ("hostbits:set,a;", "hostbits:address"),
    ],
)
def test_keyword_is_qualified_by_its_value(options: str, keyword: str) -> None:
    """Support depends on the value, so both names are there."""
    assert {keyword, keyword.partition(":")[0]} < _options(options).keywords


@pytest.mark.parametrize("options", ["tag:session,5,packets;", "xbits:set,a,track tx;"])
def test_other_values_leave_the_keyword_plain(options: str) -> None:
    """A session's tag, a transaction's bit."""
    assert not any(":" in keyword for keyword in _options(options).keywords)


def test_of_repeated_metadata_the_highest_and_the_latest_count() -> None:
    """Real rules repeat keys, in one option and in several."""
    parsed = _options(
        "metadata:signature_severity Minor, confidence Low, updated_at 2023_05_06; "
        "metadata:signature_severity critical, confidence High, updated_at 2021_01_01;"
    )
    assert (parsed.severity, parsed.confidence) == ("Critical", "High")
    assert parsed.updated_at == "2023_05_06"


@pytest.mark.parametrize(
    "metadata",
    ["signature_severity Unknown", "confidence", "updated_at soon", "updated_at 2024_01_0²"],
)
def test_metadata_that_says_nothing_known_is_none(metadata: str) -> None:
    """What is no level and no date is as if it were not there."""
    parsed = _options(f"metadata:{metadata};")
    assert (parsed.severity, parsed.confidence, parsed.updated_at) == ("", "", "")


def test_repeated_classtype_and_priority_are_no_reason_to_lose_a_rule() -> None:
    """Suricata takes them, and they go anyway."""
    parsed = _options("classtype:a; priority:1; classtype:b; priority:2; gid:1; gid:1;")
    assert len(parsed.unwanted) == 6


def test_malformed_line_tells_its_sid_where_it_can_be_read() -> None:
    """People look for it by its sid."""
    parsed = line("alert tcp any any -> any (sid:77;)", "emerging-dns", 5)
    assert parsed == Malformed(
        "emerging-dns",
        5,
        "alert tcp any any -> any (sid:77;)",
        "its header has 6 fields instead of 7: alert tcp any any -> any",
        77,
    )


def test_control_character_makes_no_rule() -> None:
    """As in Suricata; a tab is none."""
    assert problem(text(1, 'content:"\x00";')) == "it has a control character"
    assert rule(text(1, 'content:"\t"; '))


def _flowbits(parsed: Rule) -> list[tuple[str, ...]]:
    bits = (tie for tie in parsed.ties if tie.marks[0].kind is MarkKind.FLOWBIT)
    return [(tie.command, *(mark.name for mark in tie.marks)) for tie in bits]


def _agrees(parsed: Rule, judged: Any) -> bool:
    _, options = split(parsed.text)
    ours = [(option.name, option.value and option.value.strip()) for option in options]
    facts: Iterable[tuple[object, object]] = (
        (parsed.sid, judged["sid"]),
        (parsed.rev, judged["rev"] or 0),
        (parsed.msg, re.sub(r"\\(.)", r"\1", judged["msg"] or "")),  # as Suricata does
        (parsed.classtype, judged["classtype"] or ""),
        (_flowbits(parsed), [words for v in judged.flowbits if len(words := _words(v)) > 1]),
        (parsed.updated_at, max(_of("updated_at", judged), default="")),
        (parsed.severity, _first("signature_severity", judged)),
        (parsed.confidence, _first("confidence", judged)),
        (ours, [(option["name"].lower(), option["value"]) for option in judged.options]),
    )
    return all(mine == theirs for mine, theirs in facts)


def _words(value: str) -> tuple[str, ...]:
    command, _, names = value.partition(",")
    return (command.strip(), *(n.strip() for n in names.replace("&", "|").split("|") if n.strip()))


def _of(key: str, judged: Any) -> list[str]:
    return [word.split(" ", 1)[1] for word in judged.metadata if word.startswith(f"{key} ")]


def _first(key: str, judged: Any) -> str:
    levels = ("Critical", "Major", "Minor", "Informational", "High", "Medium", "Low")
    return next((level for level in levels if level in _of(key, judged)), "")


def _header_agrees(parsed: Rule, judged: Any) -> bool:
    ours = parsed.header
    theirs = (
        "action",
        "proto",
        "source_addr",
        "source_port",
        "direction",
        "dest_addr",
        "dest_port",
    )
    mine = (ours.action, ours.protocol, ours.source, ours.source_port, ours.direction)
    both = zip((*mine, ours.destination, ours.destination_port), theirs, strict=True)
    return all(value == close_up(judged[field]) for value, field in both)


def _lines_of_rules(files: Iterable[FeedFile]) -> Iterator[bytes]:
    """Every line of a rule, of a disabled one without its mark."""
    for file in files:
        for bare in (written.lstrip(b"# \t") for written in file.data.splitlines()):
            if bare.startswith((b"alert ", b"drop ", b"pass ", b"reject ")):
                yield bare


@pytest.mark.feeds
@pytest.mark.parametrize("release", RELEASES if THOROUGH else RELEASES[:1])
def test_idstools_agrees_on_the_rules_of_a_real_release(releases: Path, release: str) -> None:
    """Of disabled ones too: header, sid, rev, msg, classtype, flowbits, metadata, all options."""
    lines = [*_lines_of_rules(files_of(releases / release))]
    assert len(lines) > 20_000
    some = one_in(6, lines, release)
    read = tuple(read_rules([FeedFile("of-all", b"\n".join(some))]).rules)
    rules = [one for one in read if isinstance(one, Rule)]
    assert len(rules) == len(some)
    for parsed in rules:
        judged = idstools.rule.parse(parsed.text)
        assert _header_agrees(parsed, judged), parsed.text
        assert _agrees(parsed, judged), parsed.text
