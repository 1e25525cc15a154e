"""The files that one build leaves for the next, read back and never trusted."""

from __future__ import annotations

import json

import pytest

from rules_lib.aws.store import Store, Stored
from rules_lib.bucket import HOLD, LATEST, REFUSALS
from rules_lib.errors import StoreError
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.state.refusals import Refusals, Refused

SEVEN, EIGHT = Refused(sid=7, words="no"), Refused(sid=8, words="not at all")


def latest() -> Latest:
    """An applied build."""
    return Latest(
        build="20260401T000000Z-1",
        version="10523",
        sha256="0" * 64,
        applied_at="2026-04-01T00:00:00+00:00",
        categories_seen=("drop", "tor"),
    )


def test_latest_is_read_as_it_was_written() -> None:
    """Nothing is lost on the way."""
    assert Latest.parse(latest().to_json()) == latest()


def test_file_is_found_as_it_was_put(store: Store) -> None:
    """And is None before."""
    assert Hold.find(store) is None
    hold = Hold(build="b", since="2026-04-01T00:00:00+00:00")
    hold.put(store)
    assert Hold.find(store) == hold


def test_file_is_put_over_nothing_but_what_was_seen(store: Store) -> None:
    """Neither over one that came meanwhile, nor over one that was changed."""
    first, second, third = (latest().model_copy(update={"build": name}) for name in "123")
    nothing = Latest.see(store)
    assert (nothing.file, nothing.etag) == (None, None)
    assert first.put_over(store, nothing.etag)
    assert not second.put_over(store, nothing.etag)
    seen = Latest.see(store)
    assert seen.file == first
    assert second.put_over(store, seen.etag)
    assert not third.put_over(store, seen.etag)
    assert Latest.find(store) == second


def test_cache_that_cannot_be_read_is_still_seen(store: Store) -> None:
    """So that it can be written over as it was, and people are told."""
    store.put(REFUSALS, b"{")
    seen = Refusals.see(store)
    assert seen.file is None
    assert seen.warnings == Refusals.recall(Stored(b"{", ""))[1] != ()
    assert Refusals({}).put_over(store, seen.etag)
    assert Refusals.find(store) == Refusals({})


def test_latest_is_json_for_programs() -> None:
    """People's scripts read it too."""
    record = json.loads(latest().to_json())
    assert (record["build"], record["version"]) == ("20260401T000000Z-1", "10523")


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"build": 3}', b"\xff"])
def test_latest_that_is_none_is_an_error_that_names_it(data: bytes) -> None:
    """The bucket is not ours alone; the text says which object, and what to do."""
    with pytest.raises(StoreError, match=rf"^{LATEST} cannot be read: .*delete it") as caught:
        Latest.parse(data)
    assert "\n" not in str(caught.value)


def test_hold_that_cannot_be_read_says_how_to_lift_it() -> None:
    """A build neither goes on nor takes it for no hold."""
    with pytest.raises(StoreError, match=rf"^{HOLD} cannot be read: .*rulesync resume"):
        Hold.parse(b"{}")


def test_cache_that_cannot_be_read_is_as_good_as_none() -> None:
    """With a warning that names it; one that is not there is none, without a warning."""
    assert Refusals.recall(None) == (None, ())
    lost, (warning,) = Refusals.recall(Stored(b'{"a": 7}', ""))
    assert lost is None
    assert warning.startswith(f"{REFUSALS} cannot be read: ")
    assert "written again" in warning


def test_warning_of_a_file_with_thousands_of_faults_is_short() -> None:
    """Each entry is one."""
    damaged = json.dumps(dict.fromkeys(map(str, range(5_000)), 7)).encode()
    _, (warning,) = Refusals.recall(Stored(damaged, ""))
    assert "and 4,995 more" in warning
    assert len(warning) < 1_000


def test_refusals_are_read_as_they_were_written() -> None:
    """By the fingerprint of the refused text."""
    known = Refusals({"b": SEVEN, "a": EIGHT})
    assert Refusals.parse(known.to_json()).words == {"a": "not at all", "b": "no"}


def test_refusals_are_written_in_one_order() -> None:
    """The same memory gives the same bytes."""
    assert Refusals({"b": SEVEN, "a": EIGHT}).to_json() == (
        Refusals({"a": EIGHT, "b": SEVEN}).to_json()
    )


def test_refusals_grow_without_changing_in_place() -> None:
    """What is learnt of a text again replaces what was known of it."""
    before = Refusals({"a": SEVEN})
    after = before.plus({"a": EIGHT, "b": SEVEN})
    assert before.words == {"a": "no"}
    assert after.words == {"a": "not at all", "b": "no"}


def test_refusals_of_rules_that_are_gone_are_forgotten() -> None:
    """The memory does not grow for ever."""
    known = Refusals({"a": SEVEN, "b": EIGHT})
    assert known.of([8, 9]).words == {"b": "not at all"}
    assert known.of([]).words == {}


@pytest.mark.parametrize("data", [b"", b"[]", b'{"a": "no"}', b'{"a": {"sid": "x", "words": ""}}'])
def test_refusals_that_are_none_are_as_good_as_none(data: bytes) -> None:
    """The service is asked again."""
    lost, warnings = Refusals.recall(Stored(data, ""))
    assert lost is None
    assert len(warnings) == 1
