"""A rule's text is split the way the engine splits it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localaws.grammar import (
    MalformedRuleError,
    broken_comments,
    parse_header,
    parse_options,
    parse_rule,
    rule_lines,
)
from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import Loadable

if TYPE_CHECKING:
    from rulesync_cli.verify.suricata import Suricata

ACCEPTED = (
    'alert tcp any any -> any any (msg:"a"; sid:1;)',
    'alert tcp any any <> any any (msg:"b"; content:"x\\;y"; pcre:"/a"b/"; sid:2;)',
    'alert tcp any any -> any any (MSG:"c"; SID:3;)',
    'alert tcp any any -> any any (msg:"d"; content:"a\\\\"; sid:4;)',
    'alert tcp any any -> any any ( msg : "e" ; sid: 5 ;  )',
    'alert tcp any any -> any any (msg:"f"; reference:url,a.b/c\\;d; sid:6;)',
    'alert tcp any any -> any any (msg:"g $HOME_NET sid:99"; content:!"x"; sid:7;)',
    "alert tcp [10.0.0.0/8, ![10.1.0.0/16, 10.2.0.0/16]] any -> any [80, 443] (sid:8;)",
    "alert\ttcp  any any ->   any any (sid:9;)",
)
REFUSED = (
    'alert tcp any any -> any any (msg:"a; sid:9;"; sid:11;)',
    'alert tcp any any -> any any (msg:"b"; content:"x;y"; sid:12;)',
    'alert tcp any any -> any any (msg:"c"; sid:13)',
    'alert tcp any any -> any any (msg:"d"; ; sid:14;)',
    'alert tcp any any -> any any (msg:"e"; sid:15;) more',
    'alert tcp any any ~> any any (msg:"f"; sid:16;)',
    'alert tcp any any -> any any(msg:"g"; sid:17;)',
    'alert tcp any any -> any (msg:"h"; sid:18;)',
    "alert tcp any any -> any any",
    'alert tcp any any -> any any (msg:"i; sid:19;)',
)

KEYWORDS = st.from_regex(r"[a-z][a-z_.]{0,8}", fullmatch=True)
PLAIN = st.from_regex(r"[A-Za-z0-9,|$:\\]{0,6}[A-Za-z0-9]", fullmatch=True)
QUOTED = st.text(st.sampled_from('ab"\\:$() '), max_size=12).map(
    lambda text: '"' + re.sub(r"\\$", "", text.replace(";", r"\;")) + '"'
)
SPACE = st.sampled_from(["", " ", "  "])


def accepts(text: str) -> bool:
    """Whether the double can split the rule."""
    try:
        parse_rule(text)
    except MalformedRuleError:
        return False
    return True


@pytest.mark.parametrize("text", ACCEPTED)
def test_well_formed_rule_is_split(text: str) -> None:
    """What the engine loads has seven fields and a sid here too."""
    assert parse_rule(text).values("sid") == (re.findall(r"(?i)sid: ?(\d+) ?;", text)[-1],)


@pytest.mark.parametrize("text", REFUSED)
def test_malformed_rule_is_refused(text: str) -> None:
    """What the engine does not load cannot be split here either."""
    assert not accepts(text)


@pytest.mark.engine
def test_grammar_agrees_with_the_engine(engine: Suricata) -> None:
    """The real Suricata refuses exactly the lines that this grammar refuses."""
    texts = [text.replace("$HOME_NET", "HOME") for text in ACCEPTED + REFUSED]
    refused = load_group(engine, Loadable("grammar", 1, tuple(texts), GroupVariables())).refusals
    assert {one.line for one in refused} == {
        line for line, text in enumerate(texts, 1) if not accepts(text)
    }


def test_bare_semicolon_ends_an_option_inside_quotes_too() -> None:
    """As in the engine, for which a lone quote is a value."""
    rule = parse_rule('alert tcp any any -> any any (msg:"; noalert; pcre:"/x"y/"; sid:1;)')
    assert [each.keyword for each in rule.options] == ["msg", "noalert", "pcre", "sid"]


def test_comment_lines_are_no_rules() -> None:
    """They are skipped, and told where a carriage return is in them."""
    text = f"# one\n{ACCEPTED[0]}\r\n  # two\r\n#three\r{ACCEPTED[0]}\n"
    assert rule_lines(text) == (ACCEPTED[0],)
    assert list(broken_comments(text)) == ["# two", f"#three\r{ACCEPTED[0]}"]


def test_continued_line_is_refused() -> None:
    """A backslash does not join two lines."""
    with pytest.raises(MalformedRuleError, match="line continuation"):
        parse_rule("alert tcp any any -> any any \\")


def test_blank_lines_are_no_rules() -> None:
    """Only lines with text count, whatever ends them."""
    assert rule_lines("\n a \r\n\n\tb\n") == ("a", "b")


def test_spaces_in_a_list_do_not_split_it() -> None:
    """A list is one field, with its spaces taken out."""
    fields = parse_header("alert tcp [1.1.1.1, ![2.2.2.2, 3.3.3.3]] any -> any [80, 81]")
    assert fields[2] == "[1.1.1.1,![2.2.2.2,3.3.3.3]]"
    assert fields[6] == "[80,81]"


@given(st.lists(st.tuples(KEYWORDS, PLAIN | QUOTED, SPACE), max_size=8))
def test_printed_options_parse_back(options: list[tuple[str, str, str]]) -> None:
    """Whatever is written between semicolons comes back, spaces or not."""
    body = "".join(f"{space}{name}{space}:{space}{value};" for name, value, space in options)
    printed = tuple((name, value) for name, value, _ in options)
    assert parse_options(body) == printed


@given(QUOTED)
def test_escaped_semicolons_never_make_an_option(value: str) -> None:
    """A quoted value with escaped semicolons in it stays one option."""
    inside = value[:-1] + r'\;sid:9\;"'
    assert [each.keyword for each in parse_options(f"msg:{inside};sid:1;")] == ["msg", "sid"]


@given(st.text(max_size=80))
def test_any_text_is_split_or_refused(text: str) -> None:
    """No text makes the parser fail in any other way."""
    for line in rule_lines(text):
        assert accepts(line) in {True, False}
