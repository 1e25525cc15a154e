"""The reader of zip archives under fire: taken whole and plain, or refused in one short line."""

from __future__ import annotations

import io
import stat
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile.harness import LIMITS, SOURCE, hold_archive
from support.hostile.seeds import HOSTILE, damaged
from support.hostile.zip import RULE, Entry, deflated, zip_of

from rules_lib.errors import ArchiveError
from rules_lib.feed.archive import DEFAULT_LIMITS, unpack
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.model import FeedFile

GOOD = Entry()
LINK = stat.S_IFLNK | 0o777
ZIPS = (
    zip_of(GOOD, Entry(b"rules/b.rules", RULE * 9), Entry(b"LICENSE", b"free", 0)),
    zip_of(GOOD, comment=b"made by hand"),
    zip_of(Entry(method=0)),
    zip_of(GOOD, Entry(b"x.rules", mode=LINK)),
    zip_of(GOOD, Entry(b"x.rules", at=0)),
)
WORDS = (b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04", b"PK\x06\x06", b"\xff" * 4, b"\xff" * 8)
_FIELD = st.none() | st.integers(0, 2**32 - 1)
_ENTRIES = st.builds(
    Entry,
    name=st.sampled_from([b"a.rules", b"../b.rules", b"c d.rules", b"e\xff.rules", b"", b"x/"])
    | st.binary(max_size=20),
    data=st.sampled_from([RULE, b"", RULE * 50]) | st.binary(max_size=200),
    method=st.sampled_from([0, 8, 8, 8, 9, 12, 99]),
    mode=st.sampled_from([0, 0, 0, LINK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFREG]),
    flags=st.sampled_from([0, 0x800, 1, 8, 0x20, 0x2041]),
    size=_FIELD,
    crc=_FIELD,
    at=st.none() | st.integers(0, 300),
    packed=st.none() | st.binary(max_size=60),
    extra=st.binary(max_size=40),
)


def refusal(data: bytes, limits: ArchiveLimits = DEFAULT_LIMITS) -> str:
    """What the reader says of an archive that it refuses."""
    hold_archive(data)
    with pytest.raises(ArchiveError) as caught:
        unpack(data, limits, source=SOURCE)
    return str(caught.value)


@HOSTILE
@given(damaged(ZIPS, WORDS))
def test_damaged_zip_is_taken_plain_or_refused(data: bytes) -> None:
    """Good archives and bad ones, with a few bytes changed, cut or doubled."""
    hold_archive(data)


@HOSTILE
@given(st.lists(_ENTRIES, max_size=4), _FIELD, _FIELD, _FIELD, st.binary(max_size=30))
def test_any_zip_is_taken_plain_or_refused(
    entries: list[Entry], count: int | None, directory: int | None, start: int | None, end: bytes
) -> None:
    """Every field may lie."""
    number = None if count is None else count % 65_536
    hold_archive(zip_of(*entries, count=number, directory=directory, start=start, comment=end))
    hold_archive(zip_of(*entries))


@HOSTILE
@given(st.sampled_from(ZIPS[:3]), st.integers(0, 2_000))
def test_no_zip_is_taken_in_part(data: bytes, length: int) -> None:
    """One byte less is a refusal."""
    with pytest.raises(ArchiveError):
        unpack(data[: min(length, len(data) - 1)], LIMITS)


@HOSTILE
@given(st.integers(0, len(ZIPS[0]) - 1), st.integers(1, 255))
def test_changed_byte_never_changes_the_rules(at: int, mask: int) -> None:
    """Each member's own checksum sees to it; a name may change."""
    data = bytearray(ZIPS[0])
    data[at] ^= mask
    try:
        files = unpack(bytes(data))
    except ArchiveError:
        return
    assert {file.data for file in files} <= {RULE, RULE * 9}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Entry(b"/etc/a.rules"), "absolute path"),
        (Entry(b"C:\\a.rules"), "absolute path"),
        (Entry(b"../a.rules"), "'..'"),
        (Entry(b"a\\..\\..\\b.txt"), "'..'"),
        (Entry(b"a.rules", b"/etc/passwd", mode=LINK), "is a link"),
        (Entry(b"LICENSE", b"/etc/passwd", 0, mode=LINK), "is a link"),
        (Entry(b"pipe", b"", mode=stat.S_IFIFO), "neither a file nor a folder"),
        (Entry(b"disk", b"", mode=stat.S_IFBLK), "neither a file nor a folder"),
        (Entry(b"a.rules", flags=1), "is encrypted"),
        (Entry(b"a.rules", flags=0x41), "is encrypted"),
        (Entry(b"a.rules", method=12), "is compressed by method 12"),
        (Entry(b"a.rules", method=99), "is compressed by method 99"),
        (Entry(b"a.rules", crc=1), "is damaged"),
        (Entry(b"a.rules", size=len(RULE) - 1), "is damaged"),
        (Entry(b"a.rules", size=len(RULE) + 1), "is damaged"),
        (Entry(b"a.rules", b"", packed=b"\xff\xff", crc=0), "is damaged"),
        (Entry(b"a.rules", packed=deflated(RULE) + b"more"), "is damaged"),
        (Entry(b"a.rules", packed=deflated(RULE)[:-1]), "is damaged"),
        (Entry(b"a.rules", size=2**27 + 1), "has 134217729 bytes, the limit is 134217728"),
        (Entry(b"a.rules", at=0), "overlaps"),
        (Entry(b"a.rules", at=2**31), "is outside"),
        (Entry(b"a.rules", at=3), "is not where the directory says"),
        (Entry(b"local-mine.rules"), "a name reserved for your own rules"),
        (Entry(b"a\x00b.rules"), "invisible characters in its name"),
        (Entry("\u202e.rules".encode()), "invisible characters in its name"),
        (Entry(b"x/good.rules"), "more than one file for category good"),
        (Entry(b"rules/good.rules"), "more than one file for category good"),
    ],
)
def test_one_bad_member_refuses_the_whole_archive(entry: Entry, words: str) -> None:
    """Wherever it stands."""
    assert words in refusal(zip_of(GOOD, entry))
    if entry.at is None:
        assert words in refusal(zip_of(entry, GOOD))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zip_of(), "an empty archive"),
        (zip_of(Entry(b"LICENSE")), "without any .rules file"),
        (ZIPS[0] + b"garbage", "its end is not where it says"),
        (zip_of(GOOD, comment=b"x", claimed=2), "its end is not where it says"),
        (ZIPS[0][:-30], "its end is missing"),
        (zip_of(GOOD, start=3), "damaged, or of the form for more than 4 GB"),
        (zip_of(GOOD, directory=2**32 - 1, start=2**32 - 1), "more than 4 GB"),
        (ZIPS[0][:4] + ZIPS[0], "damaged"),
    ],
)
def test_zip_that_is_not_whole_gets_its_own_words(data: bytes, words: str) -> None:
    """What follows its end, precedes its beginning, or is missing."""
    assert words in refusal(data)


def test_zip_over_a_limit_is_refused_before_it_is_unpacked() -> None:
    """Sizes are taken from the directory, and a member never gives more than it says."""
    bomb = Entry(b"bomb.rules", bytes(8 * 2**20))
    tracemalloc.start()
    for entries, limits, words in (
        ((GOOD, bomb), ArchiveLimits(member=2**20), "has 8388608 bytes"),
        ((GOOD, bomb), ArchiveLimits(unpacked=2**20), "more than 1048576 bytes"),
        ((GOOD, Entry(b"b.rules", bomb.data, size=100)), ArchiveLimits(), "is damaged"),
        ([Entry(b"%d.rules" % n) for n in range(5)], ArchiveLimits(members=4), "more than 4 mem"),
        ((Entry(data=b"a\n" * 99),), ArchiveLimits(lines=98), "99 lines of rules"),
    ):
        made = zip_of(*entries)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        with pytest.raises(ArchiveError, match=words):
            unpack(made, limits)
        assert tracemalloc.get_traced_memory()[1] - before < 2**20
    tracemalloc.stop()


def test_directory_of_too_many_members_is_not_read() -> None:
    """However few its end claims: each would take ten times its bytes in memory."""
    made = zip_of(*(Entry(b"%d" % n, b"", 0) for n in range(2_000)), count=3)
    assert "a directory of" in refusal(made, ArchiveLimits(members=64))
    assert "more than 4096 members" in refusal(
        zip_of(*(Entry(b"%d" % n, b"", 0) for n in range(5_000)), count=3)
    )


def test_same_bytes_under_many_names_are_refused() -> None:
    """A bomb of overlapping members."""
    entries = [GOOD, *(Entry(b"%d.rules" % n, at=0) for n in range(50))]
    assert "overlaps another" in refusal(zip_of(*entries))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_python_s_own_archives_are_read(method: int) -> None:
    """Streamed ones too, whose sizes stand behind the data, and those with a comment."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    for buffer in (io.BytesIO(), Stream()):
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.mkdir("rules") if hasattr(archive, "mkdir") else None
            archive.writestr("rules/b.rules", RULE * 2)
            archive.writestr("rules/a.rules", RULE)
            archive.comment = b"a comment"
        files = unpack(buffer.getvalue())
        assert files == (FeedFile("a", RULE), FeedFile("b", RULE * 2))
