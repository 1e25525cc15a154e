"""The records of a sync, one JSON object a line."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from support.report import DISCARDED, GOLDEN, INFO, WEB, converted, hostile, rule

from rules_lib.model import Change, FeedOrigin, Malformed, Reason
from rules_lib.outcome import Discarded
from rules_lib.report.records import changed_jsonl, discarded_jsonl, json_value

ANY_TEXT = st.text(st.characters())


def test_discarded_rules_are_written_as_in_the_golden_file() -> None:
    """Every field, in the order of the contract."""
    assert b"".join(discarded_jsonl(DISCARDED)) == (GOLDEN / "discarded.jsonl").read_bytes()


def test_changed_rules_are_written_as_in_the_golden_file() -> None:
    """Before and after, with the codes of what was done."""
    assert b"".join(changed_jsonl(WEB + INFO)) == (GOLDEN / "changed.jsonl").read_bytes()


def test_rule_without_a_change_has_no_line() -> None:
    """What is published as the feed ships it is no change."""
    assert list(changed_jsonl([converted(rule(1))])) == []


@given(
    st.text(st.characters()) | st.text(st.sampled_from('\x00\t\n\x1f "\\/\x7f\x80é\u2028😀\ud800'))
)
def test_text_is_escaped_as_json_escapes_it(text: str) -> None:
    """Everything outside of printable ASCII, by whatever way is the faster."""
    assert json_value(text) == json.dumps(text)


def test_setter_that_was_brought_in_is_a_change() -> None:
    """Its standing changed, even where its text did not."""
    (line,) = changed_jsonl([converted(rule(1), "alert", Change.SETTER_BROUGHT_IN)])
    assert json.loads(line)["changes"] == ["setter-brought-in"]


def test_feed_of_a_changed_rule_is_told_where_it_is_asked_for() -> None:
    """Before what only some rules have; people's own have none."""
    theirs = rule(1)._replace(feed=FeedOrigin(1, "ours/hunting"))
    kept = [converted(one, "alert", Change.CLASSTYPE_REMOVED) for one in (theirs, rule(2))]
    records = [json.loads(line) for line in changed_jsonl(kept, with_feed=True)]
    assert [record["feed"] for record in records] == ["ours/hunting", None]
    assert [*records[0]][-2:] == ["after", "feed"]


def test_line_that_is_no_rule_has_no_rev_and_no_msg() -> None:
    """Its text is all there is, and its sid where one can be read."""
    line = Malformed("web", 9, "alert broken sid:7;", "no header", sid=7)
    (record,) = map(json.loads, discarded_jsonl([Discarded(line, Reason.UNPARSEABLE, "no header")]))
    assert (record["sid"], record["rev"], record["msg"]) == (7, None, None)
    assert record["rule"] == "alert broken sid:7;"


def test_records_are_made_one_by_one() -> None:
    """Nothing is read ahead: a long list never stands in memory twice."""
    lines = discarded_jsonl(item for item in DISCARDED)
    assert json.loads(next(lines))["sid"] == 10
    assert json.loads(next(lines))["sid"] == 11


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=5))
def test_any_text_comes_back_from_its_line(texts: list[tuple[str, str, str]]) -> None:
    """Line ends of every kind and broken characters included; a record is one line."""
    given_ = [
        Discarded(hostile(1, msg, category), Reason.OVER_BUDGET, detail)
        for msg, category, detail in texts
    ]
    written = b"".join(discarded_jsonl(given_)).decode()
    records = [json.loads(line) for line in written.splitlines()]
    assert [(r["msg"], r["category"], r["detail"]) for r in records] == texts
    assert [r["rule"] for r in records] == [item.rule.text for item in given_]
