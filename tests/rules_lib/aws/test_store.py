"""A bucket on S3, in a test's memory, and a target's part of either: objects and conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support.store import MemoryStore

from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import Store
from rules_lib.aws.target_store import TargetStore
from rules_lib.errors import StoreError

NOWHERE = r"s3://nowhere/(targets/prod/)?a: NoSuchBucket.*RULESYNC_BUCKET"


@dataclass(frozen=True, slots=True)
class Buckets:
    """One that is there and empty, and one that is not."""

    there: Store
    nowhere: Store


def _on_s3(request: pytest.FixtureRequest) -> Buckets:
    there: S3Store = request.getfixturevalue("s3_store")
    return Buckets(there, replace(there, bucket="nowhere"))


def _in_memory(_: pytest.FixtureRequest) -> Buckets:
    return Buckets(MemoryStore(), MemoryStore("nowhere", gone=True))


def _of_a_target(whole: Buckets) -> Buckets:
    return Buckets(TargetStore(whole.there, "prod"), TargetStore(whole.nowhere, "prod"))


def _target_on_s3(request: pytest.FixtureRequest) -> Buckets:
    return _of_a_target(_on_s3(request))


def _target_in_memory(request: pytest.FixtureRequest) -> Buckets:
    return _of_a_target(_in_memory(request))


@pytest.fixture(
    params=[_on_s3, _in_memory, _target_on_s3, _target_in_memory],
    ids=["s3", "memory", "target on s3", "target in memory"],
)
def buckets(request: pytest.FixtureRequest) -> Buckets:
    """All kinds in turn."""
    make: Callable[[pytest.FixtureRequest], Buckets] = request.param
    return make(request)


@pytest.fixture
def store(buckets: Buckets) -> Store:
    """The empty bucket."""
    return buckets.there


def test_object_is_read_as_it_was_written(store: Store) -> None:
    """By `get` and by `find`, with what else was to be known of it."""
    assert store.put("dir/a", b"\0data", metadata={"build": "1"})
    assert store.get("dir/a") == b"\0data"
    found = store.find("dir/a")
    assert found is not None
    assert (found.body, dict(found.metadata)) == (b"\0data", {"build": "1"})


def test_object_may_come_in_pieces(store: Store) -> None:
    """Or in none."""
    assert store.put("a", iter([b"one ", b"", b"two"]))
    assert store.put("b", iter(()))
    assert (store.get("a"), store.get("b")) == (b"one two", b"")


def test_missing_object_is_none_or_an_error(store: Store) -> None:
    """`find` may find nothing; whoever says `get` counts on it."""
    assert store.find("none") is None
    with pytest.raises(StoreError, match=r"none: NoSuchKey.*Nothing has been stored") as raised:
        store.get("none")
    assert str(raised.value).startswith(f"{store.address('none')}: ")


def test_write_only_if_absent_leaves_what_is_there(store: Store) -> None:
    """The first of two writers wins."""
    assert store.put("a", b"first", only_if_absent=True)
    assert not store.put("a", b"second", only_if_absent=True)
    assert store.get("a") == b"first"


def test_write_over_an_etag_needs_that_object(store: Store) -> None:
    """Neither one that was changed meanwhile nor one that was deleted is written."""
    store.put("a", b"first")
    found = store.find("a")
    assert found is not None
    assert store.put("a", b"second", only_if_etag=found.etag)
    assert not store.put("a", b"third", only_if_etag=found.etag)
    assert store.get("a") == b"second"
    assert not store.put("gone", b"x", only_if_etag=found.etag)
    assert store.find("gone") is None


@pytest.mark.parametrize("condition", [{"only_if_absent": True}, {"only_if_etag": '"other"'}])
def test_condition_that_fails_over_the_same_bytes_is_a_write(
    store: Store, condition: dict[str, Any]
) -> None:
    """An earlier attempt got through, and its answer was lost."""
    store.put("a", b"same")
    assert store.put("a", b"same", **condition)
    assert not store.put("a", b"other", **condition)


def test_etag_tells_the_bytes(store: Store) -> None:
    """In `find` and in the listing: the same for the same bytes, another for others."""
    for key, data in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        store.put(key, data)
    found = [store.find(key) for key in "abc"]
    etags = [one.etag for one in found if one]
    assert etags == [entry.etag for entry in store.entries("")]
    assert (etags[0] == etags[1], etags[0] == etags[2]) == (True, False)


def test_deleted_object_is_gone(store: Store) -> None:
    """One that was never there is as good."""
    store.put("a", b"x")
    store.delete("a")
    store.delete("never")
    assert store.find("a") is None
    assert store.entries("") == ()


def test_copy_has_the_bytes_and_the_metadata(store: Store) -> None:
    """Whatever was there before; what it was copied from stays."""
    store.put("a", b"1", metadata={"by": "x"})
    store.put("b", b"2")
    store.copy("a", "b")
    assert store.find("b") == store.find("a")
    assert store.find("a")
    with pytest.raises(StoreError, match=r"b: NoSuchKey"):
        store.copy("c", "b")


def test_listing_keeps_to_its_prefix(store: Store) -> None:
    """In the order of the keys; a folder without objects lists nothing."""
    for key in ("p/2", "q/0", "p/1"):
        store.put(key, b"xy")
    assert [(entry.key, entry.size) for entry in store.entries("p/")] == [("p/1", 2), ("p/2", 2)]
    assert store.entries("none/") == ()


def test_listing_tells_when_an_object_was_last_written(store: Store) -> None:
    """In UTC, in whole seconds; never before what was written earlier."""
    store.put("b", b"1")
    store.put("a", b"2")
    later, earlier = (entry.last_modified for entry in store.entries(""))
    assert (later.tzname(), later.microsecond) == ("UTC", 0)
    assert later >= earlier


def test_folders_are_named_once_and_in_order(store: Store) -> None:
    """Those directly below; an object beside them is none."""
    for key in ("p/b/1", "p/a/1", "p/a/x/2", "p/file", "q/c/1"):
        store.put(key, b"")
    assert store.folders("p/") == ("a", "b")
    assert store.folders("") == ("p", "q")
    assert store.folders("none/") == ()


def test_missing_bucket_names_the_setting(buckets: Buckets) -> None:
    """For every kind of call."""
    lost = buckets.nowhere
    calls: tuple[Callable[[], object], ...] = (
        lambda: lost.get("a"),
        lambda: lost.find("a"),
        lambda: lost.put("a", b""),
        lambda: lost.put("a", b"", only_if_absent=True),
        lambda: lost.delete("a"),
        lambda: lost.entries("a"),
        lambda: lost.folders("a"),
    )
    for call in calls:
        with pytest.raises(StoreError, match=NOWHERE) as raised:
            call()
        assert raised.value.code == "NoSuchBucket"
