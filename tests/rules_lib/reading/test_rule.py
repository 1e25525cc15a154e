"""One rule's text: where its parts are, and edits that touch nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rules import (
    CUT_IN_TWO_WAYS,
    ENDS,
    ENGINE_REFUSES,
    ENGINE_TAKES,
    QUOTED,
    rule_texts,
    text,
)

import rules_lib
from rules_lib.groups.rule_group import GroupVariables
from rules_lib.model import Header, NumberedOption
from rules_lib.reading.rule import (
    _OPTION,
    RuleSyntaxError,
    close_up,
    header_of,
    header_variables,
    negates_any,
    rest_without,
    sid_of,
    split,
    variables_in,
    without,
    write_variables,
)
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import Loadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rulesync_cli.verify.suricata import Suricata

UNWANTED = {"priority", "classtype", "gid"}


def _scan(source: str) -> list[tuple[int, int, str]]:
    """Find start, end and name of each option by a loop over its characters: no regex of ours."""
    found, begin, place = [], source.index("(") + 1, source.index("(")
    while (place := place + 1) < source.rindex(")"):
        if source[place] != ";" or source[place - 1] == "\\":
            continue
        name = source[begin:place].partition(":")[0].strip().lower()
        found.append((begin, place + 1, name))
        begin = place + 1
    return found


def _loaded(rules: Sequence[str], engine: Suricata) -> set[int]:
    """Numbers, from 1, of the rules that the real engine takes."""
    tried = load_group(engine, Loadable("tried", 1, tuple(rules), GroupVariables()))
    refused = {one.line for one in tried.refusals}
    return {number for number in range(1, len(rules) + 1) if number not in refused}


@given(rule_texts())
def test_options_are_where_a_plain_scan_finds_them(source: str) -> None:
    """Start, end and name of every option agree with a loop over the characters."""
    _, options = split(source)
    assert [(one.start, one.end, one.name) for one in options] == _scan(source)


@given(rule_texts())
def test_parts_put_together_are_the_rule_again(source: str) -> None:
    """Header and options cover the text, in order, but for white space and parentheses."""
    header, options = split(source)
    assert source.startswith(header)
    ends = [len(header), *(one.end for one in options)]
    rest = "".join(source[end : one.start] for end, one in zip(ends, options, strict=False))
    assert rest.strip() in {"(", ""}
    assert source[ends[-1] :].strip() == ")"
    for one in options:
        assert source[one.start : one.end].strip().lower().startswith(one.name)
        assert one.value is None or one.value in source[one.start : one.end]


@given(rule_texts())
def test_without_takes_out_only_what_is_named(source: str) -> None:
    """What is left is the source less the characters of the unwanted options."""
    unwanted = [one for one in split(source)[1] if one.name in UNWANTED]
    expected, position = "", 0
    for start, end, name in _scan(source):
        expected += source[position:start] if name in UNWANTED else source[position:end]
        position = end
    assert without(source, unwanted) == expected + source[position:]


def _unwanted_of(source: str) -> list[NumberedOption]:
    """The options that must go, by a plain scan; their names as written."""
    return [
        NumberedOption(source[begin:end].strip(" \t;").partition(":")[0].strip(), number)
        for number, (begin, end, name) in enumerate(_scan(source))
        if name in UNWANTED
    ]


@given(rule_texts(), st.integers(0, 20))
def test_numbered_options_are_taken_out_as_those_with_places(source: str, start: int) -> None:
    """From a place in the header on, what is left is the same, by whatever way it was found."""
    expected = without(source, [one for one in split(source)[1] if one.name in UNWANTED])
    assert rest_without(source, start, _unwanted_of(source)) == expected[start:]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ("msg:1; classtype:x; sid:1;", "msg:1; sid:1;"),
        ("classtype:x; sid:1;", " sid:1;"),
        ("msg:1;  \t classtype:x ;", "msg:1;"),
        ('msg:"classtype"; classtype:x; sid:1;', 'msg:"classtype"; sid:1;'),
        ('msg:"a classtype:y"; ClassType:x; sid:1;', 'msg:"a classtype:y"; sid:1;'),
        (r"msg:1; classtype:x\;y; sid:1;", "msg:1; sid:1;"),
        ("classtype:x; msg:1; classtype:y;", " msg:1;"),
        ("classtype:x; priority:1; gid:2; sid:1;", " sid:1;"),
        ('msg:"priority"; classtype:x; priority:1;', 'msg:"priority";'),
    ],
)
def test_unwanted_option_is_found_however_the_rule_is_written(options: str, left: str) -> None:
    """Its name may stand elsewhere too, in other letters, or in front of an escaped semicolon."""
    source = f"alert tcp {ENDS} ({options})"
    expected = f"alert tcp {ENDS} ({left})"
    assert rest_without(source, 6, _unwanted_of(source)) == expected[6:]


PLAIN = """
          "[^";\\\\]*+" (?=;)
        | [^!";\\\\]*+ (?=;)
        |"""
"""The forms of values that spare a look at what else a value may hold."""


@given(st.text(st.sampled_from('ab:;!,"\\\\ \t|'), max_size=24))
def test_plain_values_are_read_as_the_others_are(text: str) -> None:
    """Their forms only save time: without them, every text is cut in the same way."""
    thorough = re.compile(_OPTION.pattern.replace(PLAIN, ""), _OPTION.flags)
    assert thorough.pattern != _OPTION.pattern
    source = f"a:{text};b;"
    assert _OPTION.findall(source) == thorough.findall(source)


@given(QUOTED, st.sampled_from(["msg", "content", "pcre"]))
def test_quoted_text_stays_whole(value: str, name: str) -> None:
    """Whatever looks like an option inside quotes is a part of the value."""
    _, options = split(f'alert tcp {ENDS} ({name}:"{value}"; sid:1;)')
    assert [(one.name, one.value) for one in options] == [(name, f'"{value}"'), ("sid", "1")]


@pytest.mark.parametrize("inside", ["sid:9;", "priority:1;", "classtype:x;", "gid:1;", "; sid:9;"])
@pytest.mark.parametrize("name", ["msg", "content", "pcre"])
def test_options_inside_quotes_are_text(inside: str, name: str) -> None:
    """With its semicolons escaped, what is quoted is no option."""
    inside = inside.replace(";", r"\;")
    source = f'alert tcp {ENDS} ({name}:"a {inside} b"; classtype:y; sid:1;)'
    _, options = split(source)
    assert [one.name for one in options] == [name, "classtype", "sid"]
    assert without(source, options[1:2]) == source.replace(" classtype:y;", "")
    assert sid_of(source) == 1


@pytest.mark.parametrize("source", CUT_IN_TWO_WAYS)
def test_line_that_can_be_cut_in_two_ways_is_no_rule(source: str) -> None:
    """What follows the semicolon is text to one reader and an option to the other."""
    with pytest.raises(RuleSyntaxError, match="a quote is open at a semicolon"):
        split(source)


def test_last_quote_of_a_rule_may_stand_alone() -> None:
    """Nothing behind it could close it, so there is one way to cut the line."""
    _, options = split(f'alert tcp {ENDS} (msg:"5" disks"; metadata:size 5"; sid:1;)')
    assert [one.name for one in options] == ["msg", "metadata", "sid"]


@pytest.mark.engine
def test_engine_loads_lines_that_can_be_cut_in_two_ways(engine: Suricata) -> None:
    """So they cannot be left for it to refuse."""
    rules = [one.replace("sid:1;", f"sid:{n};") for n, one in enumerate(CUT_IN_TWO_WAYS, 1)]
    assert len(_loaded(rules, engine)) > len(rules) / 2


@pytest.mark.engine
def test_engine_takes_what_we_take(engine: Suricata) -> None:
    """The list of odd rules that are valid is Suricata's, not ours."""
    assert _loaded(ENGINE_TAKES, engine) == set(range(1, len(ENGINE_TAKES) + 1))


@pytest.mark.engine
def test_engine_refuses_what_we_refuse(engine: Suricata) -> None:
    """The list of rules that are not valid is Suricata's, not ours."""
    rules = [one.replace("sid:1;", f"sid:{n};") for n, one in enumerate(ENGINE_REFUSES, 1)]
    assert _loaded(rules, engine) == set()


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("alert tcp any any -> any", "6 fields instead of 7"),
        ("alert tcp any any -> any any any", "8 fields instead of 7"),
        ("alert tcp any any ~> any any", "direction is ~>"),
        ("alert tcp [any any -> any any", r"brackets of \[any do not match"),
        ("alert tcp any\tany -> any any any", "tab"),
        ("alert tcp !any any -> any any", "!any leaves nothing"),
        ("alert", "1 fields instead of 7"),
    ],
)
def test_bad_header_says_what_is_wrong(header: str, words: str) -> None:
    """The message names the value."""
    with pytest.raises(RuleSyntaxError, match=words):
        header_of(header)


def test_tab_after_the_action_parts_it_from_the_protocol() -> None:
    """Suricata takes it there, and behind a space."""
    expected = Header("alert", "tcp", "any", "any", "->", "any", "any")
    assert header_of("alert\ttcp any any -> any any") == expected
    assert header_of("alert \t tcp any  \tany -> any any") == expected


def test_spaces_of_nested_lists_are_taken_out_and_no_others() -> None:
    """Also tabs, and what stands between `!` and what it negates."""
    header = "alert tcp [ 10.0.0.0/8 ,\t! [ 10.1.0.0/16 , 10.2.0.0/16 ] ]  any -> ! $A [80 , 81]"
    closed = "alert tcp [10.0.0.0/8,![10.1.0.0/16,10.2.0.0/16]]  any -> !$A [80,81]"
    assert close_up(header) == closed
    assert close_up(closed) == closed
    assert header_of(header) == header_of(closed)


@given(st.text(st.sampled_from("[]!,$A 1\t"), max_size=30))
def test_closing_up_removes_white_space_alone_and_once(header: str) -> None:
    """All else stays, in its order; a second time there is nothing to do."""
    closed = close_up(header)
    assert re.sub(r"\s", "", closed) == re.sub(r"\s", "", header)
    assert close_up(closed) == closed


def test_variables_are_told_apart_by_their_place() -> None:
    """A name stands for addresses where an address is wanted, else for ports."""
    header = header_of("alert tcp [$A,!$B] $C -> !$HOME_NET [$D_1,80]")
    addresses, ports = header_variables(header)
    assert (set(addresses), set(ports)) == ({"A", "B", "HOME_NET"}, {"C", "D_1"})


def test_name_of_a_variable_is_taken_whole() -> None:
    """`$HOME_NET-X` is not `$HOME_NET` with something behind it."""
    assert variables_in("[$HOME_NET-X,$1A] $") == ("HOME_NET-X", "1A", "")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("$A", "$HOME_NET"),
        ("!$A", "!$HOME_NET"),
        ("[$A,!$A]", "[$HOME_NET,!$HOME_NET]"),
        ("$N", "!$HOME_NET"),
        ("!$N", "$HOME_NET"),
        ("[!$N,$N]", "[$HOME_NET,!$HOME_NET]"),
        ("$E $AB $OTHER", "any $AB $OTHER"),
        ("!$E", "!any"),
    ],
)
def test_written_variables(header: str, expected: str) -> None:
    """Only whole names are replaced, and two negations cancel."""
    written = {"A": "$HOME_NET", "N": "!$HOME_NET", "E": "any"}
    assert write_variables(header, written) == expected


@pytest.mark.parametrize("field", ["!any", "![any]", "![10.0.0.0/8,any]", "[!any,80]", "!ANY"])
def test_negation_of_any_is_seen(field: str) -> None:
    """Alone, and in a list."""
    assert negates_any(field)


@pytest.mark.parametrize("field", ["any", "[any,!80]", "!$ANYTHING", "!10.0.0.0/8", "[!80,any]"])
def test_any_beside_a_negation_is_fine(field: str) -> None:
    """What is negated is not `any`."""
    assert not negates_any(field)


@pytest.mark.parametrize(
    ("source", "sid"),
    [
        (text(5), 5),
        (f'alert tcp {ENDS} (msg:"a; sid:9;"; sid:5;)', 5),
        (f'alert tcp {ENDS} (sid:5; msg:"a; sid:9;";)', 5),
        (f'alert tcp {ENDS} (msg:"a\\; sid:9\\; b"; SID : 5 ;)', 5),
        (f'alert tcp {ENDS} (msg:"a"; rev:1;)', None),
        ("alert tcp broken (sid:4; sid:5;", 5),
        ("nothing", None),
    ],
)
def test_sid_is_that_of_the_rule(source: str, sid: int | None) -> None:
    """Not one that stands in a msg; of a broken rule the last."""
    assert sid_of(source) == sid


def test_line_of_very_many_options_is_read_in_one_pass() -> None:
    """Time grows with the length alone, so that one line cannot stop a sync."""
    _, options = split(f"alert tcp {ENDS} ({'a;' * 200_000})")
    assert len(options) == 200_000


def test_no_expression_has_a_possessive_group() -> None:
    """Python 3.11.2, which Debian bookworm has, gets it wrong; single characters it gets right."""
    for path in Path(rules_lib.__file__).parent.rglob("*.py"):
        assert not re.search(r"[^\\]\)[*+?]\+", path.read_text("utf-8")), path
