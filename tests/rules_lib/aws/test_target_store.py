"""A target's part of the bucket: what it writes is its own, what it is made from is everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from support.store import MemoryStore

from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import ALLOWLIST, expiry_of

if TYPE_CHECKING:
    from rules_lib.aws.s3_store import S3Store

OLD: Final = "raw/1/manifest.json"
NEW: Final = "raw/2/manifest.json"


@pytest.fixture
def root() -> MemoryStore:
    """A bucket with two feeds, two allowlists, own rules, and an edition of the first of each."""
    store = MemoryStore()
    for key in (OLD, "raw/1/a.zip", NEW, ALLOWLIST, "config/us.yaml", "local/ours.rules"):
        store.put(key, key.encode())
    for key in (ALLOWLIST, "config/us.yaml", "local/old.rules"):
        store.put(f"editions/e1/{key}", f"e1 {key}".encode())
    return store


def test_target_writes_below_its_folder_alone(root: MemoryStore) -> None:
    """And finds there what it wrote, under the names of a single stack."""
    store = TargetStore(root, "prod")
    store.put("latest.json", b"1")
    store.put("builds/b/summary.json", b"2")
    assert root.written[-2:] == ["targets/prod/latest.json", "targets/prod/builds/b/summary.json"]
    assert [entry.key for entry in store.entries("builds/")] == ["builds/b/summary.json"]
    assert store.folders("") == ("builds",)
    assert store.get("latest.json") == b"1"
    assert TargetStore(root, "pro").find("latest.json") is None
    assert store.address("latest.json") == "s3://feeds/targets/prod/latest.json"
    store.delete("latest.json")
    assert root.find("targets/prod/latest.json") is None


def test_feeds_and_peoples_files_are_those_of_all(root: MemoryStore) -> None:
    """As they are now, where no edition is named."""
    store = TargetStore(root, "prod")
    assert [entry.key for entry in store.entries("raw/")] == ["raw/1/a.zip", OLD, NEW]
    assert [entry.key for entry in store.entries("local/")] == ["local/ours.rules"]
    assert store.get(ALLOWLIST) == ALLOWLIST.encode()
    assert store.folders("raw/") == ("1", "2")


def test_target_may_have_an_allowlist_of_its_own(root: MemoryStore) -> None:
    """It is read, listed and told as the one object that it is."""
    store = TargetStore(root, "us", "config/us.yaml")
    assert store.get(ALLOWLIST) == b"config/us.yaml"
    [entry] = store.entries(ALLOWLIST)
    assert (entry.key, entry.size) == (ALLOWLIST, len(b"config/us.yaml"))
    assert store.address(ALLOWLIST) == "s3://feeds/config/us.yaml"


def test_edition_is_read_in_place_of_what_is_there_now(root: MemoryStore) -> None:
    """People's files as they were, and no feed that came later."""
    store = TargetStore(root, "us", "config/us.yaml", "e1", frozenset({OLD}))
    assert store.get(ALLOWLIST) == b"e1 config/us.yaml"
    assert [entry.key for entry in store.entries("local/")] == ["local/old.rules"]
    assert store.get("local/old.rules") == b"e1 local/old.rules"
    assert [entry.key for entry in store.entries("raw/")] == ["raw/1/a.zip", OLD]
    assert store.find("local/ours.rules") is None


@pytest.mark.parametrize(
    ("key", "folder"),
    [
        ("targets/prod/builds/b/summary.json", "builds"),
        ("targets/prod/discarded/day=1/b.jsonl", "discarded"),
        ("targets/prod/latest.json", ""),
        ("targets/prod/state/hold.json", ""),
        ("targets/builds/latest.json", ""),
        ("builds/b/summary.json", ""),
        ("editions/e/builds/x", ""),
    ],
)
def test_builds_of_a_target_expire(key: str, folder: str) -> None:
    """What a later build needs does not: neither its state nor a hold."""
    assert expiry_of(key) == folder


def test_what_expires_is_tagged_on_s3(s3_store: S3Store) -> None:
    """A lifecycle rule finds it by the tag, as every target has a folder of its own."""
    for key in ("builds/b/summary.json", "latest.json"):
        TargetStore(s3_store, "prod").put(key, b"x")
    tags = {
        key: s3_store.client.get_object_tagging(Bucket=s3_store.bucket, Key=f"targets/prod/{key}")
        for key in ("builds/b/summary.json", "latest.json")
    }
    assert tags["builds/b/summary.json"]["TagSet"] == [
        {"Key": "rulesync-expires", "Value": "builds"}
    ]
    assert tags["latest.json"]["TagSet"] == []
