"""The manifest: written as JSON, read back without trust."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.bucket import archive_key, is_manifest_key, manifest_key
from rules_lib.errors import StoreError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feed.manifest import Manifest, read_manifest
from rules_lib.reading.lines import Tally

MANIFEST = Manifest(
    version="10523",
    announced="10523",
    sha256="a" * 64,
    md5="b" * 32,
    size=3,
    source="https://feeds.example/a.tar.gz",
    etag='"v1"',
    last_modified=None,
    fetched_at=datetime(2026, 3, 31, 12, tzinfo=UTC),
    categories={"zeta": Tally(1, 2), "alpha": Tally(3, 4)},
)
KEY = "raw/et/open/10523/manifest.json"


def _document(**changes: Any) -> bytes:
    return json.dumps(json.loads(MANIFEST.to_json()) | changes).encode()


def test_manifest_is_read_as_it_was_written() -> None:
    """Its moment has microseconds even where they are zero, so that texts sort like times."""
    assert read_manifest(MANIFEST.to_json(), KEY) == MANIFEST
    document = json.loads(MANIFEST.to_json())
    assert document["fetched_at"] == "2026-03-31T12:00:00.000000+00:00"
    assert document["categories"]["zeta"] == {"enabled": 1, "disabled": 2}


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.dictionaries(st.text(), st.builds(Tally, st.integers(0, 9), st.integers(0, 9))),
    st.none() | st.text(),
)
def test_any_manifest_is_read_as_it_was_written(
    fetched_at: datetime, categories: dict[str, Tally], etag: str | None
) -> None:
    """Whatever a source calls its categories and validators."""
    changes = {"fetched_at": fetched_at, "categories": categories, "etag": etag}
    manifest = MANIFEST.model_copy(update=changes)
    assert read_manifest(manifest.to_json(), KEY) == manifest


def test_total_adds_up_the_categories() -> None:
    """Enabled and disabled, each by itself."""
    assert MANIFEST.total == Tally(enabled=4, disabled=6)


def test_field_of_a_later_release_is_no_fault() -> None:
    """Going back to this release must not stop at what a later one wrote."""
    assert read_manifest(_document(later=1), KEY) == MANIFEST


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "document: Invalid JSON"),
        (b"\xff", "document: Invalid JSON"),
        (b"[]", "document: "),
        (_document(sha256="A" * 64), "sha256: "),
        (_document(md5="../" * 10 + "ab"), "md5: "),
        (_document(version="../x"), "version: "),
        (_document(size=0), "size: "),
        (_document(size="3"), "size: "),
        (_document(fetched_at="2026-03-31T12:00:00"), "fetched_at: "),
        (_document(categories={"a": {"enabled": 1}}), "categories.a.disabled: "),
        (_document(categories={"a": {"enabled": "1", "disabled": 0}}), "categories.a.enabled: "),
        (_document(version="9"), "is for version '9'"),
    ],
)
def test_what_is_no_manifest_is_an_error_that_names_the_fault(data: bytes, words: str) -> None:
    """And the object, and what to do about it."""
    with pytest.raises(StoreError) as caught:
        read_manifest(data, KEY)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{KEY} ")
    assert "Delete it and fetch again." in str(caught.value)


def test_every_fault_is_named_at_once() -> None:
    """Not one a run."""
    with pytest.raises(StoreError, match=r"md5: .*; size: "):
        read_manifest(_document(md5="", size=-1), KEY)


def test_keys_stand_in_the_folder_of_their_version() -> None:
    """The build finds the archive by the manifest's version."""
    assert archive_key(ET_OPEN, "10523") == "raw/et/open/10523/emerging.rules.tar.gz"
    assert manifest_key(ET_OPEN, "10523") == KEY
    assert is_manifest_key(KEY)
    assert not is_manifest_key(archive_key(ET_OPEN, "10523"))
    assert not is_manifest_key("builds/1/manifest.json")
