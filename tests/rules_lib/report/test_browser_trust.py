"""The page in a real browser where a feed means it harm, or is large."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.page import SINCE, drawn, many, search, sids
from support.report import CATEGORIES, hostile, summary

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.text import visible, visible_lines

if TYPE_CHECKING:
    from support.page import Show

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script><img src=x onerror='window.ran=1'>",
    "<svg onload=window.ran=1>",
    "{{7*7}}${7*7}{% raw %}",
    "\u202etfel ot thgir\u2066",
    "one\u2028two\u2029three\x00\x1b[31m\tfour",
    "&lt;b&gt; &#x41; \" ' `",
)


def test_hostile_text_is_shown_and_never_run(opened: Show) -> None:
    """In every place that a feed or a service can write to."""
    discarded = tuple(
        Discarded(hostile(sid, words, words), Reason.NO_SID, words)
        for sid, words in enumerate(HOSTILE, 1)
    )
    changed = tuple(
        RuleChange("edited", sid, words, words, words, words, words, f"{words};{words}")
        for sid, words in enumerate(HOSTILE, 101)
    )
    shown = replace(summary(failed="\n".join(HOSTILE)), warnings=HOSTILE, build_id=HOSTILE[0])
    lines = tuple(replace(CATEGORIES[0], name=words) for words in HOSTILE)
    html = drawn(
        summary=shown, discarded=discarded, categories=lines, since=replace(SINCE, rules=changed)
    )
    page = opened(html)
    for summary_of in page.locator(".rules summary").all():
        summary_of.click()
    for place, words in enumerate(HOSTILE, 1):
        for table in ("discarded", "changes"):
            row = page.locator(f"#{table}-rows tr:nth-child({place})")
            assert visible(words) in (row.locator("summary").text_content() or "")
            assert visible(words) in (row.locator(".detail").text_content() or "")
            assert visible(words) in (row.locator("pre").text_content() or "")
        assert visible_lines(words) in (page.locator(".warnings").text_content() or "")
    assert page.evaluate("window.ran") is None
    assert page.locator("main img, main script, td svg[onload]").count() == 0


def test_20_000_rules_are_filtered_right_with_one_look_at_each(opened: Show) -> None:
    """A word is looked for once in a rule, no text is lowered anew, and one page is drawn."""
    page = opened(drawn(discarded=many(20_000)))
    search(page, "number 1234")
    assert sids(page) == [str(sid) for sid in range(20_001) if "1234" in str(sid)]
    looks, lowered, drawn_anew = page.evaluate(
        """() => {
          const counts = [0, 0, 0];
          const counted = (of, name, which) => {
            const before = of[name];
            of[name] = function (...given) {
              counts[which] += 1;
              return before.apply(this, given);
            };
          };
          counted(String.prototype, "includes", 0);
          counted(String.prototype, "toLowerCase", 1);
          counted(Node.prototype, "appendChild", 2);
          counted(Document.prototype, "createElement", 2);
          document.getElementById("discarded-words").value = "number 777";
          document.getElementById("discarded-filters").dispatchEvent(new Event("change"));
          return counts;
        }"""
    )
    assert 20_001 <= looks <= 2 * 20_001
    assert 1 <= lowered < 100
    assert drawn_anew < 20_001
