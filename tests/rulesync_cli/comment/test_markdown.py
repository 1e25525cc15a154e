"""What others wrote is only read: a real reader of Markdown finds it in code, to the letter."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rules_lib.text import visible
from rulesync_cli.comment.markdown import (
    LONGEST,
    cell,
    code,
    code_items,
    cut_short,
    first,
    fold,
    table,
)

READER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
HOSTILE = (
    "@octocat please",
    "#1 octo/repo#1 GH-1",
    "<script>alert(1)</script>",
    "</code></details><img src=x onerror=alert(1)>",
    "`code` and ``more``",
    "`",
    "``",
    "| a | b |",
    r"a\|b \` \\| c\\",
    "[x](javascript:alert(1)) ![x](http://127.0.0.1/x.png)",
    "www.example.com http://example.com a@b.example",
    "<!-- rulesync -->",
    "one\ntwo\r\n- three",
    "*bold* _it_ ~~gone~~ &amp; &#64;octocat",
    "\x1b[31mred\u202eder",
    " leading and trailing ",
    ":warning: ::error::x ##[error]x",
)


def shown(markdown: str) -> list[str]:
    """What a reader shows in code, to the letter; whatever else is markup must be ours."""
    page = READER.render(markdown)
    return [html.unescape(one) for one in re.findall(r"<code>(.*?)</code>", page, re.DOTALL)]


def plain(text: str) -> str:
    """How a text is told."""
    return cut_short(visible(text.strip()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_list_is_code_and_nothing_else(text: str) -> None:
    """As an item, as it stands for a msg."""
    page = READER.render(f"- `1` alert → drop {code(text)}")
    assert shown(f"- {code(text)}") == [plain(text)]
    assert page.count("<li>") == 1
    assert set(re.findall(r"</?([a-z0-9]+)", page)) <= {"ul", "li", "code"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_table_stays_in_its_cell(text: str) -> None:
    """A bar in code would end a cell, so there it is written by its number."""
    page = READER.render("\n".join(table(("a", "b"), [(cell(text), "1")], 1)))
    assert page.count("<td") == 2
    assert [html.unescape(one) for one in re.findall(r"<code>(.*?)</code>", page)] == [plain(text)]
    assert set(re.findall(r"</?([a-z0-9]+)", page)) <= {
        *("table", "thead", "tbody", "tr", "th", "td", "code")
    }


@given(text=st.text(max_size=80))
@example(text="`` ` ```")
def test_any_text_is_shown_to_the_letter(text: str) -> None:
    """But for what acts on a screen, and space around it."""
    assert shown(code(text)) == [plain(text) or " "]


@given(text=st.text(alphabet="`\\|<>&@#*_a ", max_size=20))
def test_any_text_of_signs_is_shown_to_the_letter_in_a_table(text: str) -> None:
    """Whatever comes before a bar."""
    page = READER.render("\n".join(table(("a", "b"), [(cell(text), "1")], 1)))
    [told] = re.findall(r"<code>(.*?)</code>", page)
    assert html.unescape(told) == (plain(text) or " ")


def test_nothing_that_github_looks_for_stands_outside_of_code() -> None:
    """GitHub makes mentions and issues of text, not of code."""
    page = READER.render("\n".join(code_items(HOSTILE)))
    outside = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    assert not set("@#!|`") & set(outside)


def test_long_text_is_cut() -> None:
    """Nobody reads a msg of a thousand letters."""
    assert len(code("x" * 1_000)) < 310


def test_what_is_not_listed_is_counted() -> None:
    """Also where nothing is listed."""
    items = ["- a", "- b", "- c"]
    assert list(first(items, 3, "rule")) == items
    assert list(first(items, 1, "rule")) == ["- a", "- and more: 2 rules"]
    assert list(first(items, 0, "rule")) == ["- 3 rules"]


def test_nothing_is_folded_where_there_is_nothing() -> None:
    """No empty part."""
    assert list(fold("any", [])) == []
    assert LONGEST == 65_536
