"""The page of the small sync: taken apart, unpacked, and in a browser."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.report.html import render_html
from rules_lib.report.since import Earlier, Since
from support.report import CATEGORIES, DISCARDED, GROUPS, NOTHING, rule, summary

if TYPE_CHECKING:
    from playwright.sync_api import Page as BrowserPage

    Show = Callable[..., BrowserPage]


VOID = {"meta", "link", "input", "br", "wbr"}
EARLIER = Earlier("20260310T041209Z-11aa", "10788", {1: "too-long"})
SINCE = Since(
    earlier=EARLIER,
    rules=(
        RuleChange(
            "action",
            3,
            "web",
            "et-web-b",
            "alert → drop",
            "third",
            'alert tcp any any -> any any (msg:"third"; sid:3; rev:3;)',
            'drop tcp any any -> any any (msg:"third"; sid:3; rev:3;)',
        ),
        RuleChange("removed", 9, "info", "et-info", "off", "ninth", "alert … (sid:9;)", ""),
        RuleChange("added", 2, "web", "et-web-b", "", "second", "", "drop … (sid:2;)"),
    ),
    fresh=frozenset({10, 11}),
    returned=1,
)

BUILT = replace(
    NOTHING,
    groups=tuple(line.group for line in GROUPS if line.group),
    discarded=DISCARDED,
    off=(rule(7, category="games"), rule(8, category="games")),
)


def drawn(**parts: Any) -> str:
    """The small sync's page; `parts` take the place of its own."""
    given: dict[str, Any] = {"summary": summary(), "categories": CATEGORIES, "since": SINCE}
    given |= {name: parts.pop(name) for name in (*given, "lately") if name in parts}
    return b"".join(render_html(built=replace(BUILT, **parts), **given)).decode()


def rows_of(html: str, name: str) -> list[list[str]]:
    """What the page's script finds in the data of this name."""
    (packed,) = re.findall(rf'id="{name}-data">\s*([^<]*)</script>', html)
    lines = zlib.decompress(b64decode(packed)).decode().split("\n")
    assert lines.pop() == ""
    return [line.split("\t") for line in lines]


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


def sids(page: BrowserPage, table: str = "discarded") -> list[str]:
    """The sids that the table shows, in its order."""
    return page.locator(f"#{table}-rows td.sid").all_inner_texts()


def search(page: BrowserPage, words: str, table: str = "discarded") -> None:
    """Type words and wait until they are looked for."""
    page.fill(f"#{table}-words", words)
    page.dispatch_event(f"#{table}-filters", "change")


def many(number: int) -> tuple[Discarded, ...]:
    """Discarded rules that differ in sid, reason and category."""
    reasons = (Reason.OVER_BUDGET, Reason.NO_SID, Reason.TOO_LONG)
    text = 'alert http $HOME_NET any -> any any (msg:"Rule number {0}"; content:"{1}"; sid:{0};)'
    return tuple(
        Discarded(
            rule(sid, category=f"cat-{sid % 7}", text=text.format(sid, "Fill " * 40)),
            reasons[sid % 3],
            f"detail {sid % 11}",
        )
        for sid in range(1, number + 1)
    )
