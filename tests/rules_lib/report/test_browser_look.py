"""How the page looks in a real browser: legible, narrow, on paper, and without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from support.page import BUILT, drawn
from support.report import converted, rule, summary

from rules_lib.model import Change, Reason
from rules_lib.outcome import Discarded
from rules_lib.report.staging import StagingFacts
from rules_lib.why import ActionCause, Stage, Why, Without

if TYPE_CHECKING:
    from support.page import Show

pytestmark = pytest.mark.browser

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parts = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return parts("white");
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const poor = [];
  let seen = 0;
  const judge = (what, colour, node, least) => {
    seen += 1;
    const found = ratio(parts(colour), ground(node));
    if (found < least) poor.push(`${what}: ${found.toFixed(2)}`);
  };
  for (const details of document.querySelectorAll("details")) details.open = true;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const words = texts.currentNode.textContent.trim();
    const node = texts.currentNode.parentElement;
    if (!words || !node.checkVisibility() || node.closest(":disabled")) continue;
    judge(words.slice(0, 40), getComputedStyle(node).color, node, 4.5);
  }
  for (const field of document.querySelectorAll("main input, main select, main button")) {
    if (!field.checkVisibility() || field.closest("th")) continue;
    judge(`edge of ${field.id}`, getComputedStyle(field).borderTopColor, field.parentElement, 3);
    if (field.placeholder) {
      judge(`in ${field.id}`, getComputedStyle(field, "::placeholder").color, field, 4.5);
    }
  }
  for (const name of ["drop", "alert", "note"]) {
    const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
    judge(`bars of ${name}`, colour, document.body, 3);
  }
  return [seen, poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_enough(opened: Show, scheme: str) -> None:
    """WCAG AA: 4.5 to 1 for text, 3 to 1 for edges and bars."""
    page = opened(drawn(), aim="sid-3", color_scheme=scheme)
    seen, poor = page.evaluate(CONTRAST)
    assert seen > 150
    assert poor == []


def test_light_and_dark_are_two_looks(opened: Show) -> None:
    """The system's choice is followed while the page is open."""
    page = opened(drawn(), color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) != light


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_page_is_never_wider_than_the_screen(opened: Show, width: int) -> None:
    """Wide tables scroll by themselves, with everything opened too."""
    page = opened(drawn(), aim="sid-10", viewport={"width": width, "height": 800})
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_narrow_screen_shows_numbers_and_no_gap(opened: Show) -> None:
    """What a category keeps is seen without scrolling, and the last tile fills its line."""
    page = opened(drawn(), viewport={"width": 380, "height": 800})
    edge = "element => element.getBoundingClientRect().right"
    assert page.locator(".categories thead th.n").first.evaluate(edge) <= 380
    tiles = page.locator(".tally li")
    assert tiles.count() % 2 == 1
    assert tiles.last.evaluate(edge) == tiles.nth(1).evaluate(edge)


def with_staged() -> str:
    """The page with a rule that is staged, and that has an exception too."""
    stage = Stage(date(2026, 3, 11), date(2026, 3, 18))
    staged = converted(rule(20, "a message " * 6, "emerging-exploit_kit"), "alert", Change.STAGED)
    staged = staged._replace(
        cause=ActionCause(Why.STAGED, stage=stage),
        without=(Without(("10.0.0.0/8",), (), date(2026, 12, 31), "the lab, until it moves"),),
    )
    groups = (*BUILT.groups[:-1], replace(BUILT.groups[-1], rules=(staged,)))
    facts = StagingFacts(staged=1, turns={"2026-03-18": 1}, excepted=1)
    return drawn(groups=groups, summary=replace(summary(), staging=facts))


@pytest.mark.parametrize("width", [380, 768, 1280])
def test_staged_rules_are_read_without_scrolling_aside(opened: Show, width: int) -> None:
    """No day is broken over two lines, and each says which it is where the table has no head."""
    page = opened(with_staged(), viewport={"width": width, "height": 800})
    tables = page.locator("#staging table")
    assert tables.count() == 2
    for table in tables.all():
        assert table.evaluate("element => element.getBoundingClientRect().right") <= width
    lines = "element => element.getClientRects().length * element.offsetHeight"
    days = page.locator("#staging .day")
    one = days.last.evaluate(lines)
    narrow = width == 380
    for day, label in zip(
        days.all(), ("alerts since", "drops from", "fired", "until"), strict=True
    ):
        said = day.evaluate("element => getComputedStyle(element, '::before').content")
        assert said == (f'"{label} "' if narrow else "none")
        assert not narrow or day.evaluate(lines) == one
        assert day.evaluate("element => getComputedStyle(element).whiteSpace") == "nowrap"


def test_narrow_screen_shows_all_of_a_rule_group(opened: Show) -> None:
    """Name, mode, change and numbers are seen without scrolling, each with its word."""
    page = opened(drawn(), viewport={"width": 380, "height": 800})
    group = page.locator(".groups tbody tr").first
    for cell in group.locator("th, td").all():
        assert cell.evaluate("element => element.getBoundingClientRect().right") <= 380
    content = "element => getComputedStyle(element, '::before').content"
    labels = [cell.evaluate(content) for cell in group.locator("[data-label]").all()]
    assert labels == [f'"{word} "' for word in ("priority", "rules", "capacity", "used", "size")]


def test_drop_and_alert_differ_by_more_than_colour(opened: Show) -> None:
    """One is solid, the other a pattern; the picture has words for who cannot see it."""
    page = opened(drawn())
    fill = "element => element.getAttribute('fill')"
    assert page.locator(".bar rect.drop").first.evaluate(fill) == "currentColor"
    assert page.locator(".bar rect.alert").first.evaluate(fill) == "url(#stripes)"
    assert page.locator(".bar rect.unfit").first.evaluate(fill) == "url(#crosses)"
    label = page.get_attribute(".bar", "aria-label") or ""
    assert "3 units filled and 30 reserved of 30,000; 1 rule did not fit" in label


def test_paper_has_no_controls(opened: Show) -> None:
    """And is light, whatever the screen is."""
    page = opened(drawn(), color_scheme="dark")
    page.emulate_media(media="print")
    for control in ("nav", ".find", ".filters", ".pages button", ".why .button"):
        assert not page.locator(control).first.is_visible(), control
    assert page.locator("#discarded-rows tr").count() == 3
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_focus_can_be_seen(opened: Show) -> None:
    """On every stop of the Tab key."""
    page = opened(drawn())
    for _ in range(12):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(style) != "none", page.evaluate("document.activeElement.outerHTML")


def test_essentials_are_there_without_scripts(opened: Show) -> None:
    """Numbers, picture, reasons and remedies; where the list of rules is, too."""
    page = opened(drawn(), java_script_enabled=False)
    for words in (
        "give variables: SQL_SERVERS: a value, and 1 rule can come back",
        "discarded.csv",
        "plan.json",
    ):
        assert page.get_by_text(words).first.is_visible(), words
    assert page.locator(".bar rect.drop").first.is_visible()
    assert not page.locator("#discarded-filters").is_visible()
    assert not page.locator("#find").is_visible()


BROKEN = """() => {
  const broken = [];
  for (const cell of document.querySelectorAll("td.category")) {
    for (const node of cell.childNodes) {
      const range = document.createRange();
      range.selectNodeContents(node);
      if (node.nodeType === Node.TEXT_NODE && range.getClientRects().length > 1) {
        broken.push(node.textContent);
      }
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("width", [1280, 375])
def test_long_category_is_broken_behind_an_underscore(opened: Show, width: int) -> None:
    """A browser would break it within a word."""
    name = "web_specific_applications_of_servers"
    discarded = (Discarded(rule(10, category=name), Reason.OVER_BUDGET, "detail"),)
    page = opened(drawn(discarded=discarded), viewport={"width": width, "height": 800})
    assert page.inner_text("#discarded-rows td.category").replace("\n", "") == name
    assert page.evaluate(BROKEN) == []
