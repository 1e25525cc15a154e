"""Rules that are not read again: nothing comes out another way, whatever was kept of them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rules import allow, rule_texts, text

from rules_lib.model import FeedFile, FeedOrigin, Malformed, Rule, SidOnly
from rules_lib.reading import lines
from rules_lib.reading.recall import NOTHING_KEPT, Recall
from rules_lib.stages.read_needed import read_needed
from rules_lib.state.read_rules import read_rules_file, rules_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist import Allowlist
    from rules_lib.reading.ruleset import Ruleset

CODE: Final = "code"
FEED: Final = FeedOrigin(0, "et/open")
ALLOWLISTS: Final = (
    allow(),
    allow(categories={"emerging-dns": "off"}),
    allow(categories={"emerging-dns": "off"}, rules={"on": [3, 7], "off": [5]}),
)
LINES: Final = st.one_of(
    rule_texts().map(str.encode),
    rule_texts().map(lambda source: f"#{source}".encode()),
    st.integers(1, 9).map(lambda sid: text(sid, "flowbits:set,a; metadata:a b; ").encode()),
    st.sampled_from([b"", b" ", b"# words", b"\xff", b"alert", b"x\0y", b"\xef\xbb\xbf", b"\r"]),
)
EDITS: Final = st.lists(st.tuples(st.integers(0, 40), st.none() | LINES), max_size=4)
DAMAGES: Final = st.sampled_from(["none", "none", "gone", "cut", "one byte", "other code"])
DAYS: Final = st.lists(
    st.tuples(EDITS, st.sampled_from(ALLOWLISTS), DAMAGES, st.integers(0, 10_000)),
    min_size=1,
    max_size=5,
)


@pytest.fixture(autouse=True, scope="module")
def short_runs() -> Iterator[None]:
    """Runs of a few lines, so that small files have many."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lines, "_RUN", 3)
        yield


def files(kept: list[bytes], marked: bool = False) -> tuple[FeedFile, ...]:
    """Two categories, one of which may be off, of the same lines."""
    data = b"\xef\xbb\xbf" * marked + b"\n".join(kept)
    return (FeedFile("emerging-dns", data, FEED), FeedFile("emerging-web", data, FEED))


def read(held: tuple[FeedFile, ...], allowlist: Allowlist, kept: bytes) -> tuple[Ruleset, bytes]:
    """What is read with what was kept, and what is kept of it."""
    recall = recalled(kept)
    return read_needed(held, allowlist, recall=recall), rules_file(recall.used, CODE)


def recalled(kept: bytes) -> Recall:
    """What the next build goes by."""
    return Recall(lambda: read_rules_file(kept, CODE))


def damaged(kept: bytes, how: str, where: int) -> bytes:
    """What is found of what was kept."""
    at = where % max(len(kept), 1)
    return {
        "gone": b"",
        "cut": kept[:at],
        "one byte": kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :] if kept else b"",
        "other code": rules_file({}, "other"),
    }.get(how, kept)


@given(st.lists(LINES, max_size=40), DAYS, st.booleans())
def test_what_was_kept_changes_nothing_over_days(
    held: list[bytes],
    days: list[tuple[list[tuple[int, bytes | None]], Allowlist, str, int]],
    marked: bool,
) -> None:
    """Lines come, go and change, the allowlist too, and what was kept is damaged or lost."""
    kept = b""
    for edits, allowlist, damage, where in days:
        for place, edit in edits:
            at = place % (len(held) + 1)
            held = [*held[:at], *([edit] if edit is not None else []), *held[at + 1 :]]
        now = files(held, marked)
        found, kept = read(now, allowlist, damaged(kept, damage, where))
        assert found == read_needed(now, allowlist)


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_what_was_kept(data: bytes) -> None:
    """Packed or not."""
    assert read_rules_file(data, CODE) == NOTHING_KEPT
    assert read_rules_file(gzip.compress(data), CODE) == NOTHING_KEPT


def test_rule_comes_back_with_all_its_fields() -> None:
    """Each of them, and each kind of value, as it was read."""
    whole = text(
        1,
        "flowbits:isset,a|b; xbits:set,c,track ip_src; noalert; classtype:x; priority:1; "
        "metadata:signature_severity Major, confidence High, created_at 2020_01_01, "
        "updated_at 2020_02_02, deployment alert_only; ",
        ends="[10.0.0.0/8,$A] any -> any !80",
    )
    held, off = files([whole.encode()]), allow(categories={"emerging-dns": "off"})
    first, kept = read(held, off, b"")
    again = recalled(kept)
    found = read_needed(held, off, recall=again)
    assert found == first
    assert not again.is_worth_keeping
    [rule], [before] = (read.categories[1].rules for read in (found, first))
    assert isinstance(rule, Rule)
    assert isinstance(before, Rule)
    assert {name for name in Rule._fields if not getattr(rule, name)} == set()
    assert list(map(type, rule)) == list(map(type, before))


def test_only_what_is_new_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line more in the middle: the runs before it and behind it are as they were."""
    held = [text(sid).encode() for sid in range(1, 400)]
    _, kept = read(files(held), ALLOWLISTS[1], b"")
    seen = list[int]()

    def decoded(number: int, raw: bytes) -> lines.Line:
        seen.append(number)
        return lines.Line(number, raw.decode())

    monkeypatch.setattr("rules_lib.reading.ruleset.decoded_line", decoded)
    held.insert(50, text(500, "content:more; ").encode())
    recall = recalled(kept)
    read_needed(files(held), ALLOWLISTS[1], recall=recall)
    assert 51 in seen
    assert len(seen) < 80
    assert not recall.is_worth_keeping


def test_line_that_is_no_rule_is_told_anew() -> None:
    """What is wrong with it is not kept, and costs only the lines beside it."""
    held = [text(1).encode(), b"nonsense", *(text(sid).encode() for sid in range(2, 30))]
    found, kept = read(files(held), ALLOWLISTS[0], b"")
    assert any(isinstance(one, Malformed) for one in found.rules)
    again, _ = read(files(held), ALLOWLISTS[0], kept)
    assert again == found


def test_of_rules_that_nobody_asks_for_only_the_sid_is_kept() -> None:
    """And nothing of their text."""
    held = [text(sid, "content:secret; ").encode() for sid in range(1, 9)]
    off = allow(default="off")
    found, kept = read(files(held), off, b"")
    assert all(isinstance(one, SidOnly) for one in found.rules)
    told = gzip.decompress(kept)
    assert b"secret" not in told
    assert sorted(set(json.loads(told.partition(b"\n")[2])["sids"])) == list(range(1, 9))


def test_what_is_gone_is_not_kept_for_ever() -> None:
    """Only what the newest build has asked for."""
    many = [text(sid).encode() for sid in range(1, 100)]
    _, kept = read(files(many), ALLOWLISTS[0], b"")
    _, fewer = read(files(many[:10]), ALLOWLISTS[0], kept)
    assert len(read_rules_file(fewer, CODE).runs) < len(read_rules_file(kept, CODE).runs) / 3
