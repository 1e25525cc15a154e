"""The page at work in a real browser: it finds, sorts, and links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.page import EARLIER, drawn, many, search, sids
from support.report import FEEDS, rule, summary

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.report.since import Since

if TYPE_CHECKING:
    from support.page import Show

pytestmark = pytest.mark.browser


def test_words_reason_and_category_filter_together(opened: Show) -> None:
    """Every word must be somewhere in the rule; upper and lower case are one."""
    page = opened(drawn(discarded=many(120)))
    search(page, "NUMBER 11")
    assert sids(page) == [str(sid) for sid in (11, *range(110, 120))]
    page.select_option("#discarded-reason", "no-sid")
    page.select_option("#discarded-category", "cat-5")
    assert sids(page) == [str(s) for s in (11, *range(110, 120)) if s % 3 == 1 and s % 7 == 5]
    search(page, "no such words")
    assert page.inner_text("#discarded-range") == "No rule matches."
    page.click("#discarded-filters button")
    expect(page.locator("#discarded-range")).to_have_text("1 to 50 of 120")


def test_columns_sort_both_ways(opened: Show) -> None:
    """Numbers as numbers, and what has no value stays last."""
    discarded = (*many(12), Discarded(rule(None, "none"), Reason.NO_SID, "d"))
    page = opened(drawn(discarded=discarded))
    page.click(".discarded th.sid button")
    assert sids(page) == [*map(str, range(1, 13)), "no sid"]
    page.click(".discarded th.sid button")
    assert sids(page) == [*map(str, range(12, 0, -1)), "no sid"]
    assert page.get_attribute(".discarded th.sid", "aria-sort") == "descending"


def test_new_discards_can_be_shown_alone(opened: Show) -> None:
    """Those that the last build did not discard."""
    page = opened(drawn(discarded=many(30)))
    page.select_option("#discarded-fresh", "new")
    assert sids(page) == ["10", "11"]


def test_reason_leads_to_its_rules(opened: Show) -> None:
    """So does the number of a category."""
    page = opened(drawn())
    page.click("a[data-reason=over-budget]")
    assert sids(page) == ["11"]
    page.click("a[data-category=web]")
    assert sids(page) == ["10"]


@pytest.mark.parametrize(
    ("sid", "answer"),
    [
        (1, "1 is kept, in et-web-b."),
        (3, "3 is kept, in et-info; see its change below."),
        (7, "7 is off, with games."),
        (9, "9 was removed; see below."),
        (10, "10 is discarded; see below."),
        (12, "12 is not an enabled rule of this feed."),
    ],
)
def test_link_by_sid_says_where_the_rule_is(opened: Show, sid: int, answer: str) -> None:
    """Kept, off, discarded, changed or unknown: each sid has an answer."""
    page = opened(drawn(), aim=f"sid-{sid}")
    assert page.inner_text("#found") == answer


def test_unknown_sid_is_of_none_of_several_feeds(opened: Show) -> None:
    """Where there is one feed, it is not a rule of this one."""
    page = opened(drawn(summary=summary(feeds=FEEDS)), aim="sid-12")
    assert page.inner_text("#found") == "12 is not an enabled rule of any feed."


def test_link_by_sid_opens_the_rule_on_its_page(opened: Show) -> None:
    """It is in view, open, and where the keyboard goes on; asking again works from the form."""
    page = opened(drawn(discarded=many(200)), aim="sid-150")
    assert "sid:150;" in page.inner_text(".aim pre")
    assert page.evaluate("document.activeElement === document.querySelector('.aim summary')")
    top = page.evaluate("document.querySelector('.aim').getBoundingClientRect().top")
    assert 0 < top < page.evaluate("innerHeight")
    page.fill("#find-sid", "7")
    page.press("#find-sid", "Enter")
    expect(page.locator(".aim pre")).to_contain_text("sid:7;")


def test_kept_rule_leads_to_its_group(opened: Show) -> None:
    """The texts of 25,000 kept rules lie beside the page, not in it."""
    page = opened(drawn(), aim="sid-1")
    assert page.get_attribute("#found a", "href") == "rule-groups/et-web-b.rules#:~:text=sid%3A1%3B"


def test_change_is_shown_as_what_went_and_what_came(opened: Show) -> None:
    """Word by word; what is the same stands once."""
    page = opened(drawn(), aim="sid-3")
    row = page.locator("#changes-rows .aim")
    assert row.locator("del").all_text_contents() == ["alert "]
    assert row.locator("ins").all_text_contents() == ["drop "]
    assert (row.locator("pre").text_content() or "").endswith(
        'tcp any any -> any any (msg:"third"; sid:3; rev:3;)'
    )


def test_everything_is_done_by_keyboard(opened: Show) -> None:
    """Search, walk, open, turn the page, go back."""
    page = opened(drawn(discarded=many(120)))
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "discarded-words"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#discarded-rows tr:nth-child(2) pre")
    page.keyboard.press("ArrowRight")
    assert sids(page)[0] == "51"
    page.keyboard.press("ArrowLeft")
    assert sids(page)[0] == "1"
    page.keyboard.press("Escape")
    page.keyboard.type("number 77")
    expect(page.locator("#discarded-rows tr")).to_have_count(1)
    assert sids(page) == ["77"]


def test_list_of_changes_is_shorter_than_that_of_discards(opened: Show) -> None:
    """The rest of the report stands behind it."""
    one = RuleChange("added", 1, "web", "et-web", "", "m", "", "drop … (sid:1;)")
    since = Since(EARLIER, tuple(one._replace(sid=sid) for sid in range(1, 61)))
    page = opened(drawn(since=since, discarded=many(60)))
    assert page.inner_text("#changes-range") == "1 to 20 of 60"
    assert page.inner_text("#discarded-range") == "1 to 50 of 60"
    page.click("#changes-next")
    assert page.inner_text("#changes-range") == "21 to 40 of 60"
