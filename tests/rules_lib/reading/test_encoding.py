"""Files that look right on the screen and are stored otherwise are named as what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rules import text

from rules_lib.reading.encoding import SAVE, oddities, unreadable, wide

TWO = f"{text(1)}\n{text(2)}\n"


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_wide_encoding_is_named_once(name: str, ends: str) -> None:
    """With its mark or without; no line of it can be read."""
    [found] = oddities(TWO.replace("\n", ends).encode(name))
    assert found.whole
    assert found.words.startswith("it is UTF-")
    assert "PowerShell" in found.words


@pytest.mark.parametrize(("start", "name"), [(b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "zip")])
def test_packed_file_is_named_as_that(start: bytes, name: str) -> None:
    """And not as text of another encoding."""
    [found] = oddities(start + bytes(range(256)))
    assert found.whole
    assert f"compressed ({name})" in found.words


def test_big_endian_marks_are_known() -> None:
    """Python writes none by itself."""
    assert wide(b"\xfe\xff" + TWO.encode("utf-16-be")) == "UTF-16"
    assert wide(b"\x00\x00\xfe\xff" + TWO.encode("utf-32-be")) == "UTF-32"


@pytest.mark.parametrize(
    "data",
    [
        TWO.replace("\n", "\r").encode(),
        TWO.replace("\n", "\r").encode() + b"\n",
        f"# ours\r{text(1)}".encode(),
    ],
)
def test_carriage_returns_alone_are_named(data: bytes) -> None:
    """It is one line to the engine, whatever ends it."""
    [found] = oddities(data)
    assert found.whole
    assert "bare carriage return" in found.words


@pytest.mark.parametrize("first", [f"{text(1)}\r{text(2)}", f"# ours\r{text(2)}"])
def test_lines_that_run_together_are_named(first: str) -> None:
    """A rule behind a comment is lost, too; the file's other lines are read."""
    [found] = oddities(f"{text(5)}\n{first}\r\n{text(3)}\n".encode())
    assert (found.lines, found.whole) == ((2,), False)
    assert "bare carriage return" in found.words


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        TWO.encode(),
        TWO.replace("\n", "\r\n").encode(),
        TWO.replace("\n", "\r\r\n").encode(),
        text(1).encode() + b"\r",
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_ordinary_file_is_not_odd(data: bytes, mark: bytes) -> None:
    """Nor is one with the mark of UTF-8 or Windows' line ends."""
    assert oddities(mark + data) == ()


def test_latin1_is_told_with_all_its_lines() -> None:
    """Comments cost no rule."""
    lines = ["# caf\xe9", text(1), 'alert tcp any any -> any any (msg:"caf\xe9"; sid:2;)', text(3)]
    [found] = oddities("\n".join([*lines, lines[2]]).encode("latin-1"))
    assert (found.lines, found.whole) == ((3, 5), False)
    assert found.words.startswith("not UTF-8 (byte 0xe9), probably Latin-1")
    assert found.words.endswith(SAVE)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("alert tcp any any -> any any (msg:\u201ca\u201d; sid:1;)", "typographic quotes"),
        ('alert tcp any any -> any any (msg:"a"; content:!\u2018x\u2019; sid:1;)', "typographic"),
        ('alert tcp any any -> any any (msg:"a";\u00a0sid:1;)', "no-break space"),
        ("alert\u00a0tcp any any -> any any (sid:1;)", "no-break space"),
        ("\ufeffalert tcp any any -> any any (sid:1;)", "invisible"),
        ("alert tcp any any \u2013> any any (sid:1;)", "dashes or arrows"),
    ],
)
def test_lookalike_is_named_for_what_it_is(rule: str, words: str) -> None:
    """Where Suricata takes it for no more than it is."""
    [found] = oddities(f"{text(1)}\n{rule}\n".encode())
    assert (found.lines, found.whole) == ((2,), False)
    assert words in found.words


@pytest.mark.parametrize(
    "rule",
    [
        'alert tcp any any -> any any (msg:"\u201ca\u201d \u2013"; content:"\u00ab\u00a0"; sid:1;)',
        "alert tcp any any -> any any (metadata:by \u201cus\u201d; sid:1;)",
        "alert tcp any any -> any any (flowbits:set,\u201cx\u201d; sid:1;)",
        'alert tcp any any -> any any (msg:"a \\" \u201cb\u201d"; sid:1;)',
        "# alert tcp any any -> any any (msg:\u201ca\u201d; sid:1;)",
    ],
)
def test_what_suricata_takes_is_not_odd(rule: str) -> None:
    """In quotes, in a comment, in values that may hold anything."""
    assert oddities(f"{rule}\n".encode()) == ()


@given(st.binary(max_size=300))
def test_any_bytes_can_be_looked_at(data: bytes) -> None:
    """And what is unreadable has one oddity."""
    found = oddities(data)
    assert bool(unreadable(data)) == any(one.whole for one in found)
    assert not unreadable(data) or len(found) == 1
    assert all(one.lines and one.words for one in found)
