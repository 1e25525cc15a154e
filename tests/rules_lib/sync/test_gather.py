"""What a build reads from the bucket before it decides anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.account import BUCKET, Account, account
from support.feeds import packed, rule
from support.inputs import DAY

from rules_lib.aws.firewall import Firewall
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import AllowlistError, StoreError
from rules_lib.sync.gather import Gathered, gather, inputs_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with an allowlist, and no feed yet."""
    with account(tmp_path) as found:
        found.allow()
        yield found


def gathered(running: Account) -> Gathered:
    """What the account's bucket says."""
    return gather(S3Store(running.s3, BUCKET))


def test_newest_feed_is_read(running: Account) -> None:
    """Every `.rules` file of its archive is a category."""
    running.publish(malware=[rule(1)])
    running.publish(malware=[rule(1), rule(2)], info=[rule(3)])
    found = gathered(running)
    assert found.categories == ("emerging-info", "emerging-malware")
    assert found.manifest.total.enabled == 3


def test_own_files_are_categories_before_the_feed_s(running: Account) -> None:
    """`local/<file>.rules` is `local-<file>`, which the allowlist may name; nothing else counts."""
    running.publish(malware=[rule(1)])
    running.put("local/ours.rules", rule(900))
    running.put("local/readme.txt", "not rules")
    running.allow(categories={"local-ours": "drop"})
    found = gathered(running)
    assert found.categories == ("local-ours", "emerging-malware")
    assert found.allowlist.setting_of("local-ours").mode == "drop"


def test_category_of_an_earlier_feed_is_known(running: Account) -> None:
    """`latest.json` remembers what feeds had, so that what was dropped is no typo."""
    running.publish(blend=[rule(1)], malware=[rule(2)])
    running.build()
    running.publish(malware=[rule(2)])
    running.allow(categories={"emerging-blend": "drop"})
    assert "emerging-blend" in gathered(running).seen


def test_category_that_nobody_had_is_an_error(running: Account) -> None:
    """With the nearest name, of the feed's own too."""
    running.publish(blend=[rule(1)])
    running.allow(categories={"emerging-blent": "drop"})
    with pytest.raises(AllowlistError, match="nearest: emerging-blend"):
        gathered(running)


def test_bucket_without_a_feed_is_an_error(running: Account) -> None:
    """It says what to run."""
    with pytest.raises(StoreError, match="no feed yet: run the fetch function first"):
        gathered(running)


def test_archive_that_is_not_the_manifest_s_is_an_error(running: Account) -> None:
    """Somebody wrote over it: what was not checked is not built from."""
    running.publish(malware=[rule(1)])
    key = next(key for key in running.keys("raw/") if key.endswith(".tar.gz"))
    other = packed({"emerging-malware": [rule(666)]})
    running.s3.put_object(Bucket=BUCKET, Key=key, Body=other)
    with pytest.raises(StoreError, match=f"{key} is not the archive that its manifest names"):
        gathered(running)


def test_manifest_that_is_none_is_an_error(running: Account) -> None:
    """It names the object and says what to do."""
    running.put("raw/9/manifest.json", json.dumps({"version": "9"}))
    with pytest.raises(StoreError, match=r"raw/9/manifest.json is not a manifest.*fetch again"):
        gathered(running)


def test_inputs_are_what_was_gathered_and_what_is_deployed(running: Account) -> None:
    """With the day of the build, which nothing but the world knows."""
    running.publish(malware=[rule(1), rule(2)])
    running.build()
    found = gathered(running)
    given = inputs_of(found, Firewall(running.firewall, "et"), DAY)
    assert [one.sid for one in given.ruleset.rules] == [1, 2]
    assert [group.name for group in given.deployed.groups] == ["et-emerging-malware"]
    assert (given.allowlist, given.refusals, given.day) == (found.allowlist, {}, DAY)
