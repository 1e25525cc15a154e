"""One ruleset out of many feeds: on an embedded account, from the bucket to the firewall."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.account import Account, account, next_second, world
from support.feeds import rule
from support.results import by_sid
from support.several import bring, listed, want

from rules_lib.errors import (
    AllowlistError,
    RefusedError,
    ShrinkError,
    StoreError,
    SyncError,
    root_of,
)
from rules_lib.report.summary import Summary
from rules_lib.rollback.run import rollback
from rules_lib.sync.run import sync, sync_if_changed
from rules_lib.sync.settled import InputsUnchanged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rules_lib.errors import RulesyncError

ET = {"emerging-web": [rule(1), rule(2)], "emerging-dns": [rule(3)]}
OURS = {"web": [rule(11), rule(12)]}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Account]:
    """Give an account whose people want two feeds, both of which have arrived."""
    with account(tmp_path) as running:
        want(running, "et/open", listed("ours"))
        bring(running, "et/open", ET)
        bring(running, "ours", OURS)
        running.allow()
        yield running


def refused(running: Account) -> RulesyncError:
    """Build, and give what it was refused or failed for."""
    with pytest.raises(SyncError) as told:
        running.build()
    return root_of(told.value)


def accounts(summary: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Feed -> enabled, kept, discarded and off of its rules."""
    kinds = ("enabled", "kept", "discarded", "off")
    return {feed["name"]: tuple(feed["rules"][kind] for kind in kinds) for feed in summary["feeds"]}


def test_the_categories_of_the_second_feed_have_its_prefix_and_groups_of_their_own(
    both: Account,
) -> None:
    """Those of et/open have none, as ever."""
    both.build()

    assert {name: set(by_sid(text)) for name, text in both.deployed().items()} == {
        "et-emerging-dns": {3},
        "et-emerging-web": {1, 2},
        "et-ours-web": {11, 12},
    }


def test_the_accounting_is_by_feed_and_holds_over_all_with_own_rules(both: Account) -> None:
    """What people have of their own is of no feed."""
    both.put("local/mine.rules", f"{rule(21)}\n{rule(12)}\n")
    both.allow(categories={"emerging-dns": "off", "local-mine": "alert"})
    both.build()

    told = both.summary()
    assert accounts(told) == {"et/open": (3, 2, 0, 1), "ours": (2, 1, 1, 0)}
    rules = told["rules"]
    assert rules["enabled"] == rules["kept"] + rules["discarded"] + rules["off"] == 7
    assert (rules["kept"], rules["discarded"], rules["off"]) == (5, 1, 1)
    assert told["feed"]["version"] == told["feeds"][0]["version"]
    assert [feed["categories"] for feed in told["feeds"]] == [
        ["emerging-dns", "emerging-web"],
        ["ours-web"],
    ]


def test_every_feed_is_recorded_in_latest_and_the_first_stays_where_it_was(both: Account) -> None:
    """Whoever reads `version` and `sha256` goes on reading them."""
    both.build()

    latest, told = both.latest(), both.summary()
    assert (latest["version"], latest["sha256"]) == (
        told["feed"]["version"],
        told["feed"]["sha256"],
    )
    assert [(one["name"], one["prefix"]) for one in latest["feeds"]] == [
        ("et/open", ""),
        ("ours", "ours"),
    ]


def test_the_order_of_the_list_decides_on_an_equal_sid_and_can_be_changed(both: Account) -> None:
    """No release arrived in between."""
    bring(both, "ours", {"web": [rule(2, rev=9)]})
    both.build()
    before = both.discarded()[2]
    want(both, listed("ours"), "et/open")
    both.build()

    assert before[1] == (
        "sid 2 of feed ours is also in emerging-web, line 2 of feed et/open, as rev 1; that one "
        "is used"
    )
    assert both.discarded()[2][1] == (
        "sid 2 of feed et/open is also in ours-web, line 1 of feed ours, as rev 9; that one is used"
    )
    assert both.summary()["feed"]["version"] == both.summary()["feeds"][0]["version"]
    assert [feed["name"] for feed in both.summary()["feeds"]] == ["ours", "et/open"]


def test_a_feed_that_has_never_arrived_is_told_and_stops_no_other(tmp_path: Path) -> None:
    """Its categories may stand in the allowlist meanwhile; a mistyped one is found all the same."""
    with account(tmp_path) as running:
        want(running, "et/open", listed("ours"))
        bring(running, "et/open", ET)
        running.allow(categories={"ours-web": "drop"})
        running.build()
        told = running.summary()
        running.allow(categories={"our-web": "drop"})
        mistyped = refused(running)

    assert running.builds
    assert accounts(told) == {"et/open": (3, 3, 0, 0), "ours": (0, 0, 0, 0)}
    assert told["feeds"][1]["version"] is None
    [warning] = (one for one in told["warnings"] if "never arrived" in one)
    assert "feed ours" in warning
    assert isinstance(mistyped, AllowlistError)


def test_the_first_feed_may_be_the_one_that_has_not_arrived(tmp_path: Path) -> None:
    """Whoever adds a feed at the front, with a wrong code, keeps what was there up to date."""
    with account(tmp_path) as running:
        want(running, listed("ours"), "et/open")
        bring(running, "et/open", ET)
        running.allow()
        running.build()
        told = running.summary()

    assert told["feed"]["version"] == told["feeds"][1]["version"]
    assert [feed["name"] for feed in told["feeds"]] == ["ours", "et/open"]


def test_a_list_of_which_nothing_has_arrived_builds_nothing(both: Account) -> None:
    """An empty ruleset would take all protection away."""
    both.build()
    want(both, listed("new"))

    error = refused(both)

    assert isinstance(error, StoreError)
    assert "has no feed yet" in str(error)
    assert both.sids() == {1, 2, 3, 11, 12}


def test_two_feeds_with_one_category_are_refused_with_both_names(both: Account) -> None:
    """The allowlist could not tell them apart."""
    want(both, "et/open", listed("ours", prefix=""))
    bring(both, "ours", {"emerging-web": [rule(11)]})

    error = refused(both)

    assert isinstance(error, RefusedError)
    assert "feeds et/open and ours both have category emerging-web" in str(error)
    assert "prefix" in str(error)


def test_a_feed_that_leaves_the_list_is_held_by_the_guard_and_goes_with_leave(
    both: Account,
) -> None:
    """A slip in the list is as easy as one in the allowlist; the cause is told."""
    both.build()
    want(both, "et/open")

    error = refused(both)
    assert isinstance(error, ShrinkError)
    assert "2 of them because feed ours is no longer in config/feeds.yaml" in str(error)
    assert both.sids() == {1, 2, 3, 11, 12}

    both.build(allow_shrink=True)
    assert both.sids() == {1, 2, 3}
    assert [one["name"] for one in both.latest()["feeds"]] == ["et/open"]


def test_a_feed_whose_release_is_gone_still_leaves_with_a_cause_that_is_true(
    both: Account,
) -> None:
    """Then nobody knows which rules were its own, and none is laid on it."""
    both.build()
    for key in both.keys("raw/ours/"):
        both.s3.delete_object(Bucket="rulesync-test", Key=key)
    want(both, "et/open")

    assert "config/feeds.yaml" not in str(refused(both))


def test_a_schedule_that_finds_nothing_new_stops_and_any_feed_or_the_list_wakes_it(
    both: Account,
) -> None:
    """The note is about every feed."""
    noon = datetime.now(UTC) + timedelta(minutes=1)

    def tick() -> object:
        return sync_if_changed(replace(world(both), now=noon), sync)

    assert isinstance(tick(), Summary)
    assert isinstance(tick(), Summary)
    assert isinstance(tick(), InputsUnchanged)

    bring(both, "ours", {"web": [rule(11), rule(12), rule(13)]})
    assert isinstance(tick(), Summary)
    assert 13 in both.sids()

    assert isinstance(tick(), InputsUnchanged)
    want(both, "et/open", listed("ours", prefix="theirs"))
    assert isinstance(tick(), Summary)
    assert "et-theirs-web" in both.deployed()


def test_a_rollback_knows_which_releases_it_put_back(both: Account) -> None:
    """So the next build knows what is different."""
    both.build()
    first, before = both.builds[0], both.latest()["feeds"]
    bring(both, "ours", {"web": [rule(11, rev=2), rule(12)]})
    both.build()
    assert both.latest()["feeds"] != before

    rollback(world(both), first)

    assert both.latest()["feeds"] == before


def test_a_setter_of_the_second_feed_is_brought_in_for_a_rule_of_the_first(both: Account) -> None:
    """Marks know no feeds: both stand in one rule group, the setter before its checker."""
    bring(both, "et/open", {"emerging-web": [rule(1, "flowbits:isset,mark; ")]})
    bring(both, "ours", {"web": [rule(11, "flowbits:set,mark; ")], "info": [rule(12)]})
    both.allow(categories={"emerging-web": "drop", "ours-web": "off", "ours-info": "off"})
    both.build()

    assert [*by_sid(both.text("et-emerging-web"))] == [11, 1]
    told = both.summary()
    assert accounts(told) == {"et/open": (1, 1, 0, 0), "ours": (2, 1, 0, 1)}
    assert [feed["rules"]["setters_added"] for feed in told["feeds"]] == [0, 1]


def test_a_rule_is_staged_that_is_new_because_its_feed_is(tmp_path: Path) -> None:
    """What is in force goes on dropping."""
    with account(tmp_path) as running:
        bring(running, "et/open", ET)
        running.allow(default="drop")
        running.build()
        running.allow(default="drop", staging={"days": 7})
        want(running, "et/open", listed("ours"))
        bring(running, "ours", OURS)
        running.build()
        actions = {
            name: {line.split()[0] for line in text.splitlines()}
            for name, text in running.deployed().items()
        }

    assert actions == {
        "et-emerging-dns": {"drop"},
        "et-emerging-web": {"drop"},
        "et-ours-web": {"alert"},
    }


def test_one_plain_file_is_a_feed_with_one_category(both: Account) -> None:
    """As many publishers have it."""
    bring(both, "ours", f"{rule(31)}\n".encode())
    both.build()

    assert "et-ours-x" in both.deployed()


def test_rules_with_sids_of_another_feeds_range_are_told_once_with_their_number(
    both: Account,
) -> None:
    """Of people's own too, where several feeds are in use."""
    bring(both, "ours", {"web": [rule(2_900_001), rule(2_900_002), rule(1_000_001)]})
    both.put("local/mine.rules", f"{rule(2_900_003)}\n{rule(1_000_002)}\n")
    both.allow(categories={"local-mine": "alert"})
    both.build()

    told = [one for one in both.summary()["warnings"] if "with sids from" in one]
    assert told == [
        (
            "your own files have 1 rule with sids from 2,000,000 to 2,999,999, the range of "
            "et/open: on the same sid only one rule is used (duplicate-sid); use sids from "
            "1,000,000 to 1,999,999"
        ),
        (
            "feed ours has 2 rules with sids from 2,000,000 to 2,999,999, the range of et/open: on "
            "the same sid only one rule is used (duplicate-sid)"
        ),
        (
            "feed ours has 1 rule with sids from 1,000,000 to 1,999,999, as 1 rule of your own "
            "have; on the same sid yours is used"
        ),
    ]


def test_sids_are_no_matter_where_one_feed_is_in_use(tmp_path: Path) -> None:
    """Whoever overrides a rule of et/open by its sid knows it."""
    with account(tmp_path) as running:
        bring(running, "et/open", ET)
        running.put("local/mine.rules", f"{rule(2_900_003)}\n")
        running.allow(categories={"local-mine": "alert"})
        running.build()

        assert not [one for one in running.summary()["warnings"] if "with sids from" in one]


def test_archives_that_cannot_be_read_only_cost_the_cause_of_a_feed_that_left(
    both: Account,
) -> None:
    """The guard holds without it."""
    both.build()
    release = both.latest()["feeds"][1]["version"]
    both.put(f"raw/ours/{release}/emerging.rules.tar.gz", "damaged")
    want(both, "et/open")

    error = refused(both)

    assert isinstance(error, ShrinkError)
    assert "config/feeds.yaml" not in str(error)


def test_an_archive_in_use_that_is_not_its_manifests_fails_the_build(both: Account) -> None:
    """Nobody knows whose rules these are."""
    both.build()
    release = both.latest()["feeds"][1]["version"]
    both.put(f"raw/ours/{release}/emerging.rules.tar.gz", "damaged")

    error = refused(both)

    assert isinstance(error, StoreError)
    assert "is not the archive that its manifest names" in str(error)
    assert both.sids() == {1, 2, 3, 11, 12}


def test_a_build_of_an_earlier_version_is_one_of_et_open(both: Account) -> None:
    """Its `latest.json` and its summary name no feeds, and a rollback to it names none."""
    want(both, "et/open")
    both.build()
    build, latest = both.builds[0], both.latest()
    for key, document in (
        ("latest.json", latest),
        (f"builds/{build}/summary.json", both.summary()),
    ):
        del document["feeds"]
        both.put(key, json.dumps(document))
    want(both, "et/open", listed("ours"))
    next_second()
    both.build()
    assert both.sids() == {1, 2, 3, 11, 12}

    rollback(world(both), build)

    assert both.sids() == {1, 2, 3}
    assert both.latest()["feeds"] == []
    assert both.latest()["version"] == latest["version"]
