"""`rulesync diff`: in which rules two builds differ, or a build and a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.account import Account, account, call
from support.begun import begun
from support.feeds import rule

NONE = {"out": 0, "action": 0, "text": 0, "in": 0}


@begun()
def running(aws: Account) -> None:
    """An account with two builds between which rules came, went and changed."""
    aws.allow(categories={"emerging-malware": "alert"}, max_shrink=1)
    aws.sync(malware=[rule(1), rule(2), rule(3), rule(4)], dns=[rule(10)])
    aws.allow(categories={"emerging-malware": "alert"}, rules={"drop": [3]}, max_shrink=1)
    after = [rule(1), rule(2, rev=2), rule(3), rule(4, "lua:x; "), rule(5)]
    aws.sync(malware=after, dns=[])


def compared(before: str, after: str, *words: str) -> dict[str, Any]:
    """The comparison as JSON."""
    answer = call("diff", before, after, "--json", *words)
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))


def test_rules_are_counted_by_category_and_way(running: Account) -> None:
    """Those that went, act otherwise, have another text, and came."""
    first, second = running.builds
    found = compared(first, second)
    assert found["before"]["rules"] == 5
    assert found["after"] == found["after"] | {"build": second, "rules": 4}
    assert found["categories"] == {
        "emerging-dns": NONE | {"out": 1},
        "emerging-malware": {"out": 1, "action": 1, "text": 1, "in": 1},
    }
    assert found["total"] == {"out": 2, "action": 1, "text": 1, "in": 1}


def test_each_rule_says_what_happened_to_it(running: Account) -> None:
    """With the reason where it was discarded, and what protects less first."""
    found = compared(running.builds[0], "latest")["rules"]
    assert {
        one["sid"]: (one["change"], one["what"], one["before"], one["after"]) for one in found
    } == {
        4: ("out", "discarded: unsupported-keyword", "alert", None),
        10: ("out", "off, or the feed no longer enables it", "alert", None),
        3: ("action", "alert → drop", "alert", "drop"),
        2: ("text", "rev 1 → 2", "alert", "alert"),
        5: ("in", "", None, "alert"),
    }
    assert [one["change"] for one in found] == ["out", "out", "action", "text", "in"]
    assert "text_after" not in found[0]


def test_the_other_way_round_all_is_undone(running: Account) -> None:
    """What came goes."""
    first, second = running.builds
    assert compared(second, first)["total"] == {"out": 1, "action": 1, "text": 1, "in": 2}
    assert compared(first, first)["rules"] == []
    assert "no rule differs" in call("diff", "latest", "latest").stdout


def test_build_is_compared_with_what_a_sync_would_make_now(running: Account) -> None:
    """Of the newest feed and the files in the bucket; nothing is written for it."""
    running.publish(malware=[rule(1), rule(2, rev=2), rule(3), rule(5), rule(6)])
    running.put("local/ours.rules", rule(7))
    written = running.writes()
    found = compared("latest", "plan")
    assert {one["sid"]: (one["change"], one["category"]) for one in found["rules"]} == {
        6: ("in", "emerging-malware"),
        7: ("in", "local-ours"),
    }
    assert (found["after"]["build"], found["after"]["source"]) == (None, "plan")
    assert running.writes() == written


def test_plan_knows_what_is_off_and_what_the_feed_has_no_more(running: Account) -> None:
    """A build records only what it discarded."""
    running.allow(categories={"emerging-malware": "alert"}, rules={"off": [1], "drop": [3]})
    running.publish(malware=[rule(1), rule(2, rev=2), rule(3, "lua:x; ")])
    found = {one["sid"]: one["what"] for one in compared("latest", "plan")["rules"]}
    assert found == {
        1: "off",
        3: "discarded: unsupported-keyword",
        5: "the feed no longer enables it",
    }


def test_texts_are_shown_on_request(running: Account) -> None:
    """Word by word where there are two, and in the JSON."""
    said = call("diff", running.builds[0], "latest", "--text").stdout
    both = (
        '~ alert tcp any any -> any any (msg:"rule 2"; content:"x"; sid:2;[- rev:1;-]{+ rev:2;+})'
    )
    assert both in said
    assert f"- {rule(4)}" in said
    assert f"+ {rule(5)}" in said
    [texts] = [
        (one["text_before"], one["text_after"])
        for one in compared(running.builds[0], "latest", "--text")["rules"]
        if one["sid"] == 5
    ]
    assert texts == (None, rule(5))


def test_long_list_is_cut_and_tells_the_rest(running: Account) -> None:
    """The categories are all there; 0 lists all rules."""
    said = call("diff", running.builds[0], "latest", "--limit", "1").stdout
    assert "and 4 more: --limit 0 lists all" in said
    assert "in all" in said
    assert "more" not in call("diff", running.builds[0], "latest", "--limit", "0").stdout


def test_build_that_is_not_there_names_the_known(running: Account) -> None:
    """As does one that was not applied."""
    answer = call("diff", "nope", "latest")
    assert (answer.exit_code, running.builds[1] in answer.stderr) == (1, True)


def test_rule_group_is_never_told_as_a_category(tmp_path: Path) -> None:
    """Not even of rules that stood in a group of several categories, and are gone."""
    with account(tmp_path) as aws:
        firewall = {"rule_groups": 1, "capacity": 100}
        aws.allow(firewall=firewall, max_shrink=1, max_unblock=1)
        aws.sync(a=[rule(1), rule(2)], b=[rule(3), rule(4)], c=[rule(5)])
        [group] = aws.deployed()
        aws.sync(a=[rule(1)], b=[rule(3, rev=2), f"# {rule(4)}"])
        assert aws.deployed().keys() == {group}
        assert group.startswith("et-shared")
        told = aws.summary()["changes"]["categories"]
        assert told.keys() == {"emerging-b", "no longer enabled"}
        assert told["no longer enabled"]["removed"] == 3
        apart = compared(aws.builds[0], "latest")["categories"]
        assert apart.keys() == {"emerging-a", "emerging-b", "emerging-c"}
        page = aws.read(f"builds/{aws.builds[-1]}/report.html").decode()
        by_category = page.split('aria-label="Changes by category"')[1].split("</table>")[0]
        assert "no longer enabled" in by_category
        assert "shared" not in by_category
