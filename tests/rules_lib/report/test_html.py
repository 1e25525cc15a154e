"""The page: whole, self-contained, and deaf to what stands in rules."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.page import SINCE, Page, drawn, rows_of
from support.report import DISCARDED, FEEDS, GROUPS, SCRIPT, hostile, nothing, rule, summary

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.groups.relief import Relief
from rules_lib.model import Mode, Reason
from rules_lib.outcome import Discarded
from rules_lib.report.category_line import CategoryLine
from rules_lib.report.changes import Changes, FirstRules
from rules_lib.report.remedies import REMEDIES
from rules_lib.report.rows import LISTED
from rules_lib.report.since import Since
from rules_lib.report.summary import Summary
from rules_lib.report.templates import environment

REQUESTS = {"src", "href", "action", "srcset", "data", "poster", "formaction", "xlink:href"}


def page(shown: Summary | None = None, discarded: tuple[Discarded, ...] = DISCARDED) -> Page:
    """The small sync's page."""
    return Page(drawn(summary=shown or summary(), discarded=discarded))


def test_page_is_whole() -> None:
    """Every element is closed where it should be, and no id is there twice."""
    made = page()
    assert made.open == []
    ids = made.attributes("id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("mode", Mode)
def test_categories_of_every_mode_are_shown(mode: Mode) -> None:
    """With their mode in words, as colour is never alone."""
    one = CategoryLine("local-mine", mode, 1, kept=1, discarded=0, off=0, setters=0)
    made = Page(drawn(categories=(one,)))
    assert made.open == []
    assert str(mode) in made.inside("span")


def test_every_inner_link_and_label_has_its_aim() -> None:
    """For keyboards and screen readers too."""
    made = page()
    ids = set(made.attributes("id"))
    links = {href[1:] for href in made.attributes("href") if href.startswith("#")}
    assert links | set(made.attributes("for")) | set(made.attributes("aria-labelledby")) <= ids


def test_page_asks_nobody_for_anything() -> None:
    """No address but places in the page, the files beside it, and an empty icon."""
    made = page()
    addresses = {value for name in REQUESTS for value in made.attributes(name)}
    beside = {f"rule-groups/{line.name}.rules" for line in GROUPS if line.group}
    assert beside < addresses
    assert all(value.startswith("#") or value == "data:," for value in addresses - beside)
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
    words = (Discarded(hostile(1, SCRIPT, SCRIPT), Reason.NO_SID, SCRIPT),)
    html = drawn(summary=replace(summary(failed=SCRIPT), warnings=(SCRIPT,)), discarded=words)
    assert "<script>alert" not in html
    made = Page(html)
    assert [tag for tag, _ in made.elements].count("script") == 4
    assert SCRIPT in made.text
    assert rows_of(html, "discarded")[0][4:6] == [SCRIPT, SCRIPT]


@given(st.text(st.characters()))
def test_any_text_leaves_the_page_whole(text: str) -> None:
    """Half characters, quotes, markup: the page is written, closed, and its data is read."""
    item = Discarded(hostile(1, text), Reason.NO_SID, text)
    html = drawn(summary=replace(summary(), warnings=(text,)), discarded=(item,))
    assert Page(html).open == []
    assert len(rows_of(html, "discarded")) == 1


def test_data_holds_what_the_tables_show() -> None:
    """Every discarded rule, every changed one, and where each sid is."""
    html = drawn()
    assert len(rows_of(html, "discarded")) == len(DISCARDED)
    assert [row[0] for row in rows_of(html, "changes")] == ["3", "9", "2"]
    assert [row[:2] for row in rows_of(html, "places")] == [
        ["kept", "et-info"],
        ["kept", "et-web-b"],
        ["off", "games"],
    ]


def test_headline_has_the_equation() -> None:
    """And whose rules the setters were."""
    text = page().text
    assert "The sync succeeded" in text
    assert "8 enabled = 3 kept + 3 discarded + 2 off" in text
    assert "1 kept rule was brought in" in text


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_cause_is_shown_where_the_sync_did_not_go_through(status: str) -> None:
    """First, and in full."""
    made = page(summary(**{status: "line one\nline two"}))
    assert f"The sync {'was ' if status == 'refused' else ''}{status}" in made.text
    assert "line one\nline two" in made.inside("pre")


def test_every_discarded_reason_comes_with_its_remedy() -> None:
    """And with a link that shows its rules."""
    made = page()
    for item in DISCARDED:
        assert " ".join(re.sub("`", " ", REMEDIES[item.reason].cause).split()) in made.text
        assert item.reason in made.attributes("data-reason")


def test_missing_variable_says_what_declaring_it_brings() -> None:
    """The most useful line of the page."""
    assert "give variables: SQL_SERVERS: a value, and 1 rule can come back" in page().text


def test_reason_says_what_it_comes_down_to() -> None:
    """Where several rules are out for the very same thing."""
    two = tuple(Discarded(rule(sid), Reason.UNSUPPORTED_PROTOCOL, "no sctp") for sid in (1, 2))
    made = page(replace(summary(), discarded={Reason.UNSUPPORTED_PROTOCOL: 2}), two)
    assert "2 no sctp" in made.text


def test_changes_are_counted_by_category_and_group() -> None:
    """Since which build, and what of the discarded is new."""
    text = page().text
    assert "Since build 20260310T041209Z-11aa of feed 10788 , which was in force before." in text
    assert "1 removed 1 other action 0 other rev 0 other text 2 newly discarded" in text
    assert "category added removed other action info 0 1 0 web 1 0 1" in text


def test_what_blocks_less_is_named_before_the_lists() -> None:
    """By its number and its first rules; of what there is none of, nothing is said."""
    turns = Changes(unblocks=FirstRules(80, {7: "<seventh>"}), passes=FirstRules(1, {8: "eighth"}))
    made = page(replace(summary(), changes=turns))
    text = " ".join(made.text.split())
    assert "80 rules no longer blocking 7 <seventh> and 79 more 1 rule newly passing 8" in text
    assert "newly blocking" not in text


def test_long_list_of_changes_says_how_many_it_leaves_out() -> None:
    """Of each kind, in one sentence."""
    one = RuleChange("added", 1, "web", "et-web", "", "m", "", "drop … (sid:1;)")
    many = (one._replace(kind="removed"), *[one._replace(sid=n) for n in range(LISTED + 2)])
    text = Page(drawn(since=replace(SINCE, rules=many))).text
    assert f"The list shows the first {LISTED} of each kind. Not shown: 2 added. plan.json" in text


def test_more_budget_that_brings_nothing_back_is_not_told() -> None:
    """A zero is no advice."""
    relief = Relief({"web": 3}, {})
    text = page(replace(summary(), relief=relief)).text
    assert "brings back 3 rules: web 3" in text
    assert "one more rule group" not in text
    assert "brings back 0" not in text


def test_first_build_lists_no_rule_as_new() -> None:
    """All of them are, and a list of all says nothing."""
    new = tuple(one for one in SINCE.rules if one.kind == "added")
    html = drawn(since=Since(rules=new))
    assert "so every rule is new" in Page(html).text
    assert rows_of(html, "changes") == []


def test_build_that_changes_nothing_says_so() -> None:
    """The usual day."""
    html = drawn(since=Since(earlier=SINCE.earlier))
    assert "No published rule has changed." in Page(html).text


def test_deleted_group_and_declared_variables_are_shown() -> None:
    """The table says what is gone and what each group declares."""
    text = page().text
    assert "et-games" in text
    assert "HTTP_SERVERS 10.0.0.0/8, !10.9.0.0/16" in text
    assert "replace of et-web" in text


def test_page_without_a_feed_says_so() -> None:
    """Nothing to show is shown as nothing, not as zeros."""
    made = Page(drawn(summary=nothing("no answer"), discarded=(), categories=(), since=Since()))
    assert "The feed could not be fetched." in made.text
    assert "No rule was discarded." in made.text
    assert "enabled =" not in made.text


def test_same_sync_gives_the_same_bytes() -> None:
    """No clock and no chance in it."""
    assert drawn() == drawn()


def test_several_feeds_are_listed_with_their_licences_and_the_one_that_is_missing() -> None:
    """In the order in which they count; the page stays whole, and every link has its aim."""
    made = page(summary(feeds=FEEDS))

    assert made.open == []
    ids = made.attributes("id")
    assert len(ids) == len(set(ids))
    assert "feeds" in ids
    assert "#feeds" in made.attributes("href")
    assert "1 feed of 2 in use: 6 enabled rules and 4 disabled" in " ".join(made.text.split())
    for words in ("ours/hunting", "has never arrived", "Proofpoint", "MIT", "https://a.test"):
        assert words in made.text


def test_one_feed_has_no_list_of_feeds() -> None:
    """Its release stands at the top, as ever."""
    made = page()
    assert "feeds" not in made.attributes("id")
    assert "Feed 10789 ships 8 enabled rules" in " ".join(made.text.split())


def test_names_may_be_broken_behind_an_underscore() -> None:
    """They come from outside, and stay text."""
    assert environment().filters["breakable"]("web_<b>_é\n") == "web_<wbr>&lt;b&gt;_<wbr>é\\n"
