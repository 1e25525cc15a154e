"""What each command says where several feeds are in use, and that it says nothing of it else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from support.account import Account, call, next_second
from support.begun import begun
from support.feeds import rule
from support.several import bring, listed, want

ET = {"emerging-web": [rule(1), rule(2)], "emerging-dns": [rule(3)]}
OURS = {"web": [rule(11), rule(2, rev=7)]}


@begun()
def both(running: Account) -> None:
    """An account with two feeds in force, and a sid that both have."""
    want(running, "et/open", listed("ours/hunting", licence="CC-BY"))
    bring(running, "et/open", ET)
    bring(running, "ours/hunting", OURS)
    running.put("local/mine.rules", f"{rule(21)}\n{rule(3)}\n")
    running.allow(categories={"local-mine": "alert"})
    running.build()


@begun()
def alone(running: Account) -> None:
    """An account with one feed in force, of which people have no list."""
    running.allow()
    running.publish(web=[rule(1), rule(2), rule(2)])
    running.build()


def told(*words: object) -> dict[str, Any]:
    """What a command says in JSON."""
    return dict(json.loads(call(*words, "--json").stdout))


def said(*words: object) -> str:
    """What a command prints, with single spaces."""
    return " ".join(call(*words).stdout.split())


def versions(running: Account) -> tuple[str, str]:
    """Of both feeds in force."""
    first, second = running.summary()["feeds"]
    return first["version"], second["version"]


def test_plan_names_both_releases_and_where_the_rules_of_each_went(both: Account) -> None:
    """And the build that it compares with likewise."""
    first, second = versions(both)
    words = said("plan")

    assert f"feeds et/open {first}, ours/hunting {second}: 7 enabled" in words
    assert "et/open: 3 enabled = 2 kept + 1 discarded + 0 off" in words
    assert "ours/hunting: 2 enabled = 1 kept + 1 discarded + 0 off" in words
    assert f"compared with build {both.builds[-1]}, feeds et/open {first}, ours" in words


@pytest.mark.usefixtures("both")
def test_explain_says_which_feed_a_rule_is_of() -> None:
    """Of the used line, and of the one that is not."""
    origins = [story["origin"] for story in told("explain", 2)["stories"]]

    assert [(one["category"], one["feed"]) for one in origins] == [
        ("emerging-web", "et/open"),
        ("hunting-web", "ours/hunting"),
    ]
    assert "feed ours/hunting" in said("explain", 11)


def test_the_history_of_a_rule_is_that_of_its_feed(both: Account) -> None:
    """The release that had it first is one of the second feed."""
    next_second()  # S3 tells releases apart by it
    bring(both, "ours/hunting", {"web": [rule(11), rule(12)]})
    both.build()
    second = versions(both)[1]

    words = said("explain", 12, "--history")

    assert f"release {second} of ours/hunting" in words


def test_discarded_has_the_feed_of_each_rule(both: Account) -> None:
    """From a build, and from an edit that is only looked at."""
    for words in (("discarded",), ("discarded", "--config", _allowlist(both))):
        records = told(*words)["discarded"]
        assert [(one["sid"], one["feed"]) for one in records] == [
            (3, "et/open"),
            (2, "ours/hunting"),
        ]
        assert "ours/hunting" in said(*words)


def test_the_files_of_a_build_have_the_feed_of_each_discarded_rule(both: Account) -> None:
    """As JSON lines, and for a spreadsheet."""
    folder = f"builds/{both.builds[-1]}"
    lines = both.read(f"{folder}/discarded.jsonl").splitlines()
    rows = csv.DictReader(io.StringIO(both.read(f"{folder}/discarded.csv").decode("utf-8-sig")))

    assert [json.loads(line)["feed"] for line in lines] == ["et/open", "ours/hunting"]
    assert [row["feed"] for row in rows] == ["et/open", "ours/hunting"]


@pytest.mark.usefixtures("both")
def test_rules_can_be_told_apart_by_feed() -> None:
    """In the table, as CSV and as JSON; people's own have none."""
    feeds = {one["sid"]: one["feed"] for one in told("rules")["rules"]}
    rows = {row["sid"]: row["feed"] for row in csv.DictReader(io.StringIO(_csv()))}

    assert feeds == {1: "et/open", 2: "et/open", 3: None, 11: "ours/hunting", 21: None}
    assert (rows["11"], rows["21"]) == ("ours/hunting", "")
    assert "ours/hunting" in said("rules", "--sid", 11)


def test_rules_of_a_shared_group_are_found_in_the_feed_that_has_them(both: Account) -> None:
    """A build records the category of what it altered alone; of the rest the releases tell."""
    firewall = {"rule_groups": 2}
    both.allow(categories={"local-mine": "alert"}, firewall=firewall)
    next_second()
    both.build()

    found = {one["sid"]: (one["category"], one["feed"]) for one in told("rules")["rules"]}

    assert found[11] == ("hunting-web", "ours/hunting")
    assert found[1] == ("emerging-web", "et/open")
    assert found[21] == ("local-mine", None)


@pytest.mark.parametrize("gone", ["raw/ours/", "raw/et/"])
def test_a_release_that_is_gone_costs_a_category_and_no_error(both: Account, gone: str) -> None:
    """Of the rules that only it could tell of."""
    both.allow(categories={"local-mine": "alert"}, firewall={"rule_groups": 2})
    next_second()
    both.build()
    for key in both.keys(gone):
        both.s3.delete_object(Bucket="rulesync-test", Key=key)

    found = {one["sid"]: one["category"] for one in told("rules")["rules"]}

    assert found[11 if gone == "raw/ours/" else 1] is None
    assert found[1 if gone == "raw/ours/" else 11]
    assert "feed" in said("status")


@pytest.mark.usefixtures("both")
def test_categories_say_which_feed_they_are_of() -> None:
    """Those of people's own are of none."""
    found = {one["name"]: one["feed"] for one in told("categories")["categories"]}

    assert found == {
        "emerging-dns": "et/open",
        "emerging-web": "et/open",
        "hunting-web": "ours/hunting",
        "local-mine": None,
    }
    assert "ours/hunting" in said("categories", "hunting-web")


def test_builds_and_diff_name_both_releases(both: Account) -> None:
    """A feed that has a new release shows in both."""
    first, second = versions(both)
    bring(both, "ours/hunting", {"web": [rule(11, rev=2)]})
    next_second()
    both.build()
    third = versions(both)[1]

    built = told("builds")["builds"]
    assert [one["feeds"]["ours/hunting"] for one in built] == [third, second]
    assert f"et/open {first}, ours/hunting {third}" in said("builds", "--wide")
    apart = told("diff", both.builds[0], both.builds[1])
    assert apart["before"]["feeds"] == {"et/open": first, "ours/hunting": second}
    assert f"feeds et/open {first}, ours/hunting {third}" in said("diff", *both.builds)


def test_status_tells_the_age_of_each_feed_and_what_has_come_since(both: Account) -> None:
    """By name."""
    second = versions(both)[1]
    bring(both, "ours/hunting", {"web": [rule(11, rev=2)]})

    answer = told("status")

    assert [one["name"] for one in answer["feeds"]] == ["et/open", "ours/hunting"]
    assert all(one["age_hours"] is not None for one in answer["feeds"])
    words = [one["words"] for one in answer["findings"]]
    newest = answer["feeds"][1]["newest"]
    assert words == [f"feed ours/hunting {newest} was fetched but not applied"]
    assert f"feed ours/hunting {second}, fetched" in said("status")


def test_status_tells_a_list_that_was_edited_one_with_errors_and_a_feed_that_is_missing(
    both: Account,
) -> None:
    """Each with what to do."""
    want(both, listed("ours/hunting"), "et/open")
    edited = told("status")["findings"]
    want(both, "et/open", listed("ours/hunting"), listed("new"))
    missing = told("status")["findings"]
    both.put("config/feeds.yaml", "version: 2")
    broken = told("status")["findings"]

    assert [one["code"] for one in edited] == ["feed-list"]
    assert [(one["code"], one["words"]) for one in missing] == [
        ("no-feed", "feed new has never arrived; builds go on without it")
    ]
    assert [one["code"] for one in broken if one["state"] == "failing"] == ["feed-list"]
    assert "config/feeds.yaml" in broken[0]["words"]


def test_the_page_and_the_folder_have_the_licences(both: Account) -> None:
    """Beside what is published."""
    folder = f"builds/{both.builds[-1]}"
    page = both.read(f"{folder}/report.html").decode()
    licences = both.read(f"{folder}/LICENCES.txt").decode()

    assert "CC-BY" in page
    assert "2 feeds of 2 in use" in page
    assert "et/open by Proofpoint" in licences
    assert "licence: MIT" in licences
    assert "licence: CC-BY" in licences


def test_nothing_of_it_is_said_where_one_feed_is_in_use(alone: Account) -> None:
    """Whoever has one reads and parses what he always did."""
    folder = f"builds/{alone.builds[-1]}"
    assert not alone.has(f"{folder}/LICENCES.txt")
    assert b'id="feeds"' not in alone.read(f"{folder}/report.html")
    assert [*json.loads(alone.read(f"{folder}/discarded.jsonl"))][-1] == "rule"
    version = alone.summary()["feed"]["version"]
    assert f"feed {version}: 3 enabled = 2 kept" in said("plan")
    assert "feeds" not in told("status")
    assert "feed" not in told("explain", 1)["stories"][0]["origin"]
    assert "feed" not in told("discarded")["discarded"][0]
    assert "feed" not in told("rules")["rules"][0]
    assert "feed" not in told("categories")["categories"][0]
    assert "feeds" not in told("builds")["builds"][0]


def _allowlist(running: Account) -> Path:
    path = running.folder / "edited.yaml"
    path.write_bytes(running.read("config/categories.yaml"))
    return path


def _csv() -> str:
    return call("rules", "--csv").stdout.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
