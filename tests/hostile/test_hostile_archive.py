"""The archive reader under fire: taken whole and plain, or refused in one short line."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile.harness import LIMITS, SOURCE, hold_archive, hold_made_archive
from support.hostile.seeds import HOSTILE, archives, damaged
from support.hostile.tar import END, KEYS, RULE, header, member, pax, record

from rules_lib.errors import ArchiveError
from rules_lib.feed.archive import DEFAULT_LIMITS, unpack
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.feed.tar import EXTENSION_BYTES

GOOD = member(b"rules/good.rules")
ZIPPED = tuple(gzip.compress(tar, mtime=0) for tar in archives())
WORDS = (*filter(None, KEYS), b"\x80" + b"\xff" * 11, b"\xff" * 12, b"77777777777\x00", END)


def refusal(tar: bytes, limits: ArchiveLimits = DEFAULT_LIMITS) -> str:
    """What the reader says of an archive that it refuses."""
    hold_archive(tar)
    with pytest.raises(ArchiveError) as caught:
        unpack(tar, limits, source=SOURCE)
    return str(caught.value)


@HOSTILE
@given(st.binary(max_size=2_000))
def test_any_bytes_are_taken_plain_or_refused(data: bytes) -> None:
    """No other error comes out."""
    hold_archive(data)


@HOSTILE
@given(st.binary(max_size=600))
def test_any_members_are_taken_plain_or_refused(data: bytes) -> None:
    """Headers of every kind, with any size, name and pax record, their checksum right."""
    hold_made_archive(data)


@HOSTILE
@given(damaged(archives(), WORDS))
def test_damaged_archive_is_taken_plain_or_refused(data: bytes) -> None:
    """Good archives and bad ones, with a few bytes changed, cut or doubled."""
    hold_archive(data)


@HOSTILE
@given(damaged(ZIPPED, WORDS))
def test_damaged_gzip_is_taken_plain_or_refused(data: bytes) -> None:
    """Its header, its blocks, its checksum; and two of them one after the other."""
    hold_archive(data)


@HOSTILE
@given(st.sampled_from(ZIPPED), st.integers(0, 8_000))
def test_no_archive_is_taken_in_part(data: bytes, length: int) -> None:
    """One byte less is a refusal, whatever the archive has."""
    with pytest.raises(ArchiveError):
        unpack(data[: min(length, len(data) - 1)], LIMITS)


@pytest.mark.parametrize("kind", b"xgXLKS")
@pytest.mark.parametrize("size", [2**63, 2**80, -1, -512, -(2**62), -(2**80)])
def test_extended_header_of_a_size_that_cannot_be_is_refused(kind: int, size: int) -> None:
    """`tarfile` would read by it, and fail with an error of its own."""
    words = refusal(GOOD + header(b"x", size, bytes([kind])) + GOOD + END)
    assert "an extended header of" in words or "neither a file nor a folder" in words


@pytest.mark.parametrize("kind", b"xgL")
def test_extended_header_has_at_most_4_096_bytes(kind: int) -> None:
    """A longer one would be read and kept, however long."""
    body = b"n" * (EXTENSION_BYTES - 1) + (b"\x00" if kind == b"L"[0] else b"\n")
    whole = member(b"x", body + b"z", bytes([kind])) + GOOD + END
    assert "an extended header of 4097 bytes, the limit is 4096" in refusal(whole)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ((record(b"path", b"../x.rules"),), "'..'"),
        ((record(b"path", b"/etc/x.rules"),), "absolute path"),
        ((record(b"path", b"a\x00b.rules"),), "invisible characters in its name"),
        ((record(b"path", b"\xe2\x80\xae.rules"),), "invisible characters in its name"),
        ((record(b"path", b"local-mine.rules"),), "a name reserved for your own rules"),
        ((record(b"size", b"-1024"),), "has -1024 bytes"),
        ((record(b"size", b"9" * 70),), "the limit is"),
        ((record(b"size", b"9" * 80),), "no tar program writes"),
        ((record(b"GNU.sparse.map", b"0,9"),), "neither a file nor a folder"),
        ((record(b"GNU.sparse.size", b"x"),), "neither a file nor a folder"),
        ((record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0")), "neither a file"),
        ((b"9" * 70 + b" a=b\n",), "damaged"),
        ((b"9" * 80 + b" a=b\n",), "no tar program writes"),
        ((b"0 a=b\n",), "damaged"),
    ],
)
def test_pax_record_cannot_bring_in_what_a_header_may_not(
    records: tuple[bytes, ...], words: str
) -> None:
    """It wins over the header, for one member or for all of them."""
    for kind in (b"x", b"g"):
        assert words in refusal(pax(*records, kind=kind) + GOOD + END)


def test_harmless_pax_records_are_passed_over() -> None:
    """Tar programs note times, and `git archive` its commit."""
    commit = pax(record(b"comment", b"0123456789abcdef" * 2 + b"01234567"), kind=b"g")
    noted = pax(record(b"mtime", b"1700000000.123456789"), record(b"uid", b"1000"))
    assert unpack(commit + noted + GOOD + END) == unpack(GOOD + END)


def test_records_for_all_members_do_not_add_up() -> None:
    """Every member that follows would get a copy of all of them."""
    few = pax(*(record(b"key%d" % number, b"") for number in range(64)), kind=b"g")
    assert unpack(few + GOOD + END) == unpack(GOOD + END)
    more = pax(record(b"one", b"more"), kind=b"g")
    assert "follows more than 64 records" in refusal(few + more + GOOD + END)


@pytest.mark.parametrize("kind", b"0123457SDMNVA9")
def test_only_files_and_folders_are_taken(kind: int) -> None:
    """Links, devices, pipes, sparse files, and what nobody knows are refused with their name."""
    tar = GOOD + header(b"odd", 0, bytes([kind])) + END
    if kind in b"057":
        assert unpack(tar) == unpack(GOOD + END)
    else:
        assert "member 'odd' is " in refusal(tar)


@pytest.mark.parametrize("size", [-1, -512, 2**31, 2**33, 2**62, 2**63, 2**80])
def test_size_that_lies_is_refused(size: int) -> None:
    """It leads out of the archive, back into it, or nowhere."""
    words = refusal(GOOD + header(b"x.rules", size) + b"x" * 512 + END)
    assert f"member 'x.rules' has {size} bytes" in words


def test_size_that_takes_in_other_members_makes_them_text() -> None:
    """They are no members then, and their headers are lines that are no rules."""
    (file,) = unpack(header(b"a.rules", 2 * len(GOOD)) + 2 * GOOD + END)
    assert file.data == 2 * GOOD


def test_category_of_peoples_own_rules_is_refused() -> None:
    """They come first and win over the feed on the same sid, so no feed may name itself so."""
    words = refusal(GOOD + member(b"rules/local-mine.rules") + END)
    assert "member 'rules/local-mine.rules' has a name reserved for your own rules" in words


def test_long_name_is_told_in_short() -> None:
    """A name may have 4,000 letters, and people read the error."""
    long = member(b"././@LongLink", b"/" + b"n" * 4_000 + b"\x00", b"L")
    words = refusal(long + GOOD + END)
    assert "nnn…' has an absolute path" in words
    assert len(words) < 300


def test_names_that_come_twice_are_told_in_short() -> None:
    """The first eight of them."""
    twice = b"".join(member(b"%d/%03d.rules" % (n % 2, n // 2), b"") for n in range(40))
    assert "for category 000, 001, 002, 003, 004, 005, 006, 007 and 12 more" in refusal(twice + END)


def test_lines_are_counted_over_all_files() -> None:
    """A line takes a hundred times the memory of its own two bytes."""
    halves = member(b"a.rules", b"a\n" * 600) + member(b"b.rules", b"b\n" * 600) + END
    words = refusal(halves, ArchiveLimits(lines=1_199))
    assert words.endswith("1,200 lines of rules, more than 1,199, the limit")
    assert len(unpack(halves, ArchiveLimits(lines=1_200))) == 2


def test_python_s_own_archives_are_read_in_all_its_formats() -> None:
    """The look that is taken at each header refuses none that is meant well."""
    name = f"{'folder/' * 30}a.rules"
    for written in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz", format=written) as archive:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(RULE), 1_700_000_000.5
            archive.addfile(info, io.BytesIO(RULE))
        assert [file.category for file in unpack(buffer.getvalue())] == ["a"]
