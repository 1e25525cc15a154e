"""The page: whole, self-contained, and deaf to what stands in rules."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_support import CATEGORIES, DISCARDED, SCRIPT, nothing, rule, summary

from rules_lib.model import Discarded, Reason
from rules_lib.report.html import render_html
from rules_lib.report.remedies import REMEDIES
from rules_lib.report.summary import Summary

VOID = {"meta", "link", "input", "br"}
REQUESTS = {"src", "href", "action", "srcset", "data", "poster", "formaction", "xlink:href"}


class Page(HTMLParser):
    """A page taken apart: elements in order, text by element, and what was left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element; one that has an end stays open."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """It ends what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text with the element that it stands in."""
        if self.open:
            self.texts.append((self.open[-1], data))

    def attributes(self, name: str) -> list[str]:
        """Every value of that attribute."""
        return [
            value or "" for _, attrs in self.elements for key, value in attrs.items() if key == name
        ]

    def inside(self, tag: str) -> list[str]:
        """The text of every such element."""
        return [text for name, text in self.texts if name == tag]

    @property
    def text(self) -> str:
        """What people read, in one line."""
        words = (text for tag, text in self.texts if tag not in {"script", "style"})
        return " ".join(" ".join(words).split())


def page(shown: Summary | None = None, discarded: tuple[Discarded, ...] = DISCARDED) -> Page:
    """The small sync's page."""
    return Page(render_html(shown or summary(), discarded, CATEGORIES).decode())


def data(of: Page) -> dict[str, Any]:
    """What the page's script reads."""
    (text,) = [text for text in of.inside("script") if text.startswith("{")]
    found: dict[str, Any] = json.loads(text)
    return found


def test_page_is_whole() -> None:
    """Every element is closed where it should be, and no id is there twice."""
    made = page()
    assert made.open == []
    ids = made.attributes("id")
    assert len(ids) == len(set(ids))


def test_every_inner_link_and_label_has_its_aim() -> None:
    """For keyboards and screen readers too."""
    made = page()
    ids = set(made.attributes("id"))
    links = {href[1:] for href in made.attributes("href") if href.startswith("#")}
    assert links | set(made.attributes("for")) | set(made.attributes("aria-labelledby")) <= ids


def test_page_asks_nobody_for_anything() -> None:
    """No address but places in the page itself and an empty icon."""
    made = page()
    addresses = [value for name in REQUESTS for value in made.attributes(name)]
    assert all(value.startswith("#") or value == "data:," for value in addresses)
    style = "".join(made.inside("style"))
    assert "url(" not in style
    assert "@import" not in style


def test_policy_allows_only_the_page_s_own_style_and_script() -> None:
    """By their hashes, so that nothing that slips in could run."""
    made = page()
    (policy,) = [value for value in made.attributes("content") if "default-src" in value]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    (style,), script = made.inside("style"), made.inside("script")[-1]
    for directive, part in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


def test_nothing_in_the_page_needs_what_the_policy_forbids() -> None:
    """Neither inline styles nor inline handlers."""
    names = {name for _, attrs in page().elements for name in attrs}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_hostile_message_is_data_and_never_markup() -> None:
    """A rule's author writes what he likes; the page has the scripts that it always has."""
    hostile = (Discarded(rule(1, SCRIPT, category=SCRIPT), Reason.NO_SID, SCRIPT),)
    html = render_html(
        replace(summary(failed=SCRIPT), warnings=(SCRIPT,)), hostile, CATEGORIES
    ).decode()
    assert "<script>alert" not in html
    made = Page(html)
    assert [tag for tag, _ in made.elements].count("script") == 2
    assert SCRIPT in made.text
    assert data(made)["rows"][0][4:6] == [SCRIPT, SCRIPT]


@given(st.text(st.characters()))
def test_any_text_leaves_the_page_whole(text: str) -> None:
    """Half characters, quotes, markup: the page is written, closed, and its data is read."""
    item = Discarded(rule(1, text, text=text), Reason.NO_SID, text)
    made = page(replace(summary(), warnings=(text,)), (item,))
    assert made.open == []
    assert len(data(made)["rows"]) == 1


def test_data_holds_every_discarded_rule() -> None:
    """With names once, and unseen characters as escapes."""
    found = data(page())
    assert found["categories"] == ["info", "local-own", "web"]
    assert found["reasons"] == ["over-budget", "undefined-variable", "unparseable"]
    assert [row[:4] for row in found["rows"]] == [
        [10, 3, 2, 1],
        [11, 3, 0, 0],
        [None, None, 1, 2],
    ]
    assert found["rows"][2][6] == r"alert \x1b[31m\u2028\u202e broken"


def test_category_named_like_a_reason_is_told_apart() -> None:
    """A feed may name its files as it likes."""
    item = Discarded(rule(1, category="no-sid"), Reason.OVER_BUDGET, "d")
    other = Discarded(rule(2, category="a"), Reason.NO_SID, "d")
    found = data(page(discarded=(item, other)))
    row = found["rows"][0]
    assert (found["categories"][row[2]], found["reasons"][row[3]]) == ("no-sid", "over-budget")


def test_headline_has_the_equation() -> None:
    """And whose rules the setters were."""
    text = page().text
    assert "The sync went through" in text
    assert "8 enabled = 3 kept + 3 discarded + 2 off" in text
    assert "1 rule of the kept was brought in" in text


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_cause_is_shown_where_the_sync_did_not_go_through(status: str) -> None:
    """First, and in full."""
    made = page(summary(**{status: "line one\nline two"}))
    assert f"The sync {'was ' if status == 'refused' else ''}{status}" in made.text
    assert "line one\nline two" in made.inside("pre")


def test_every_discarded_reason_comes_with_its_remedy() -> None:
    """And with a button that shows its rules."""
    made = page()
    for item in DISCARDED:
        assert " ".join(re.sub("`", " ", REMEDIES[item.reason].cause).split()) in made.text
        assert item.reason in made.attributes("data-reason")


def test_missing_variable_says_what_declaring_it_brings() -> None:
    """The most useful line of the page."""
    assert "Declare SQL_SERVERS : 1 rule can come back." in page().text


def test_deleted_group_and_declared_variables_are_shown() -> None:
    """The table says what is gone and what each group declares."""
    text = page().text
    assert "et-games" in text
    assert "HTTP_SERVERS 10.0.0.0/8, !10.9.0.0/16" in text
    assert "replace of et-web" in text


def test_page_without_a_feed_says_so() -> None:
    """Nothing to show is shown as nothing, not as zeros."""
    made = Page(render_html(nothing("no answer"), (), ()).decode())
    assert "The feed could not be had." in made.text
    assert "No rule was discarded." in made.text
    assert "enabled =" not in made.text


def test_same_sync_gives_the_same_bytes() -> None:
    """No clock and no chance in it."""
    assert render_html(summary(), DISCARDED, CATEGORIES) == render_html(
        summary(), DISCARDED, CATEGORIES
    )
