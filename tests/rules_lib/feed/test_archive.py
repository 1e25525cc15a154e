"""The tarball: taken whole or refused whole."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.errors import ArchiveError
from rules_lib.feed.archive import Form, opened, unpack
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.model import FeedFile

_RULE = b'alert tcp any any -> any any (msg:"x"; sid:1; rev:1;)\n'


def _member(name: str, data: bytes = _RULE, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    info.linkname = "/etc/passwd" if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE} else ""
    return info


def _tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _plain(**files: bytes) -> bytes:
    return _tar(*((_member(f"rules/{name}.rules", data), data) for name, data in files.items()))


def _zipped(tar: bytes) -> bytes:
    return gzip.compress(tar, mtime=0)


GOOD = _zipped(_plain(two=_RULE * 2, one=_RULE, three=b"# none\n"))
GOOD_FILES = (
    FeedFile("one", _RULE),
    FeedFile("three", b"# none\n"),
    FeedFile("two", _RULE * 2),
)


def _refusal(data: bytes, limits: ArchiveLimits | None = None) -> str:
    with pytest.raises(ArchiveError) as caught:
        unpack(data, limits or ArchiveLimits(), source="feed.tar.gz")
    assert str(caught.value).startswith("feed.tar.gz: ")
    return str(caught.value)


def test_files_of_any_folder_come_sorted_by_category() -> None:
    """Folders do not matter, other members are ignored, the name without `.rules` counts."""
    data = _tar(
        (_member("rules/", b"", tarfile.DIRTYPE), b""),
        (_member("rules/zeta.rules"), _RULE),
        (_member("deep/er/botcc.portgrouped.rules"), _RULE),
        (_member("LICENSE", b"free"), b"free"),
        (_member("alpha.rules", b""), b""),
    )
    files = unpack(_zipped(data))
    assert [file.category for file in files] == ["alpha", "botcc.portgrouped", "zeta"]
    assert files[0].data == b""


def test_plain_tar_is_taken_too() -> None:
    """Some servers unpack the gzip on their way."""
    assert unpack(gzip.decompress(GOOD)) == unpack(GOOD) == GOOD_FILES


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize(
    "data", [_RULE, b"\xef\xbb\xbf" + _RULE, b"# by us\n\n#" + _RULE, b"junk \xff\n  " + _RULE]
)
def test_one_plain_file_is_one_category(data: bytes, end: bytes) -> None:
    """Called by its file's name, packed or not; a line that is no rule costs only itself."""
    data = data.rstrip() + end
    for content, form, suffix in ((data, Form.RULES, ""), (_zipped(data), Form.RULES_GZ, ".gz")):
        for name in (f"plain.rules{suffix}", f"plain{suffix}", f"https:/x/plain.RULES{suffix}"):
            found = opened(content, name=name)
            assert tuple(found) == (FeedFile("plain", data),)
            assert found.form is form
            assert found.name == f"plain.rules{suffix}"
            assert tuple(opened(content, name=found.name)) == tuple(found)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("", "feed"),
        (".rules", "feed"),
        ("sslblacklist.txt", "sslblacklist"),
        ("my rules (1).rules", "my-rules-1"),
        ("a.rules.rules.gz", "a.rules"),
    ],
)
def test_plain_file_with_an_odd_name_has_a_plain_category(name: str, category: str) -> None:
    """And keeps it under the name by which it is stored."""
    found = opened(_RULE, name=name)
    assert tuple(found) == (FeedFile(category, _RULE),)
    assert tuple(opened(_RULE, name=found.name)) == tuple(found)


def test_plain_file_cannot_pass_for_people_s_own_rules() -> None:
    """They would win over the feed on the same sid."""
    with pytest.raises(ArchiveError, match="a name reserved for your own rules"):
        unpack(_RULE, name="local-mine.rules")


def test_form_is_told_by_the_content_and_stored_under_its_own_name() -> None:
    """Whatever the file was called."""
    found = [opened(data, name="x.rules") for data in (GOOD, gzip.decompress(GOOD))]
    assert [one.form for one in found] == [Form.TAR_GZ, Form.TAR]
    assert [one.name for one in found] == ["emerging.rules.tar.gz", "emerging.rules.tar"]
    assert [tuple(one) for one in found] == [GOOD_FILES, GOOD_FILES]


def test_plain_file_over_a_limit_is_refused() -> None:
    """The same limits as in an archive."""
    for limits, words in (
        (ArchiveLimits(member=100), "has 540 bytes, the limit is 100"),
        (ArchiveLimits(unpacked=100), "more than 100"),
        (ArchiveLimits(lines=9), "10 lines of rules"),
    ):
        for data in (_RULE * 10, _zipped(_RULE * 10)):
            with pytest.raises(ArchiveError, match=words):
                unpack(data, limits)


def test_long_names_are_read() -> None:
    """Names over 100 characters stand in a header of their own."""
    folder = "f" * 150
    assert unpack(_tar((_member(f"{folder}/a.rules"), _RULE))) == (FeedFile("a", _RULE),)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (_member("/etc/a.rules"), "absolute path"),
        (_member("\\etc\\a.rules"), "absolute path"),
        (_member("C:/a.rules"), "absolute path"),
        (_member("rules/../../a.rules"), "'..'"),
        (_member("rules\\..\\a.txt"), "'..'"),
        (_member("a.rules", b"", tarfile.SYMTYPE), "link to '/etc/passwd'"),
        (_member("LICENSE", b"", tarfile.LNKTYPE), "link to '/etc/passwd'"),
        (_member("null", b"", tarfile.CHRTYPE), "neither a file nor a folder"),
        (_member("disk", b"", tarfile.BLKTYPE), "neither a file nor a folder"),
        (_member("pipe", b"", tarfile.FIFOTYPE), "neither a file nor a folder"),
        (_member("rules/a\n.rules"), "invisible characters in its name"),
        (_member("rules/\u202ea.rules"), "invisible characters in its name"),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else "",
)
def test_one_unsafe_member_refuses_the_whole_archive(bad: tarfile.TarInfo, words: str) -> None:
    """Wherever it stands, and whether or not it is a file of rules."""
    good = (_member("rules/good.rules"), _RULE)
    for members in ([good, (bad, _RULE)], [(bad, _RULE), good]):
        refusal = _refusal(_zipped(_tar(*members)))
        assert words in refusal
        assert repr(bad.name) in refusal


def test_sparse_member_is_refused() -> None:
    """Its size says nothing of what it would unpack to."""
    info = _member("a.rules", b"")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    assert "feed.tar.gz" in _refusal(_tar((info, b"")))


def test_gzip_bomb_is_refused_before_it_fills_the_memory() -> None:
    """64 megabytes of zeros in 64 kilobytes."""
    bomb = _zipped(b"\0" * (64 * 2**20))
    tracemalloc.start()
    refusal = _refusal(bomb, ArchiveLimits(unpacked=2**20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "more than 1048576 bytes" in refusal
    assert peak < 8 * 2**20


@pytest.mark.parametrize("padding", [b"", b"\0", b"\0" * 40_000])
def test_gzip_data_in_members_with_zeros_behind_is_one_archive(padding: bytes) -> None:
    """As gzip joins files, and as tapes pad them: a limit is about all of them together."""
    tar = gzip.decompress(GOOD)
    data = b"".join(_zipped(part) + padding for part in (tar[:700], b"", tar[700:]))
    assert unpack(data, ArchiveLimits(unpacked=len(tar))) == GOOD_FILES
    assert "more than" in _refusal(data, ArchiveLimits(unpacked=len(tar) - 1))
    assert "truncated" in _refusal(data + _zipped(tar)[:9])


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (ArchiveLimits(unpacked=4096), "more than 4096 bytes"),
        (ArchiveLimits(member=100), "has 108 bytes, the limit is 100"),
        (ArchiveLimits(members=2), "more than 2 members"),
    ],
)
def test_archive_over_a_limit_is_refused(limits: ArchiveLimits, words: str) -> None:
    """Each limit by itself."""
    assert words in _refusal(GOOD, limits)


def test_archive_at_its_limits_is_taken() -> None:
    """A limit is the largest that is allowed."""
    size = len(gzip.decompress(GOOD))
    assert unpack(GOOD, ArchiveLimits(unpacked=size, member=108, members=3)) == GOOD_FILES


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty: 0 bytes"),
        (b"\n<!DOCTYPE html><p>Sign in", "an HTML page, "),
        (b"<HTML><body>", "an HTML page, "),
        (b"PK\x03\x04" + b"x" * 600, "a zip archive that is damaged or truncated"),
        (_zipped(b"PK\x03\x04" + b"x" * 600), "a zip archive, 604 bytes, not a feed"),
        (_zipped(GOOD), "gzip data, "),
        (b"\0" * 600, "an empty archive"),
        (b"\xfd7zXZ\0" + b"\0" * 600, "xz data, 606 bytes, not a feed"),
        (_RULE.decode().encode("utf-16"), "text in UTF-16, "),
        (b'{\n"message": 1}\n' + _RULE, "JSON, "),
        (b"<html>\n" + _RULE, "an HTML page, "),
        (
            b"Service unavailable\n",
            "text, 20 bytes, not a feed: accepted: .tar.gz, .tgz, .tar, .zip",
        ),
        (b"# no rule yet\n", "text, 14 bytes, not a feed"),
        (_zipped(b""), "empty, 0 bytes, not a feed"),
        (_zipped(_tar()), "an empty archive"),
        (_zipped(_tar((_member("LICENSE"), _RULE))), "without any .rules file"),
        (GOOD + b"garbage", "followed by something else"),
        (GOOD[:-8] + b"\0\0\0\0" + GOOD[-4:], "damaged"),
        (_zipped(_plain(a=_RULE) + b"garbage"), "damaged after member 'rules/a.rules'"),
        (_zipped(_plain(a=_RULE)[:1024]), "the tar end mark is missing"),
        (_zipped(_plain(a=_RULE)[:530]), "truncated: unexpected end of data"),
        (
            _tar((_member("x/a.rules"), _RULE), (_member("y/a.rules"), _RULE)),
            "more than one file for category a",
        ),
    ],
)
def test_what_is_no_feed_gets_its_own_words(data: bytes, words: str) -> None:
    """A person can tell from the error what the source sent."""
    assert words in _refusal(data)


def test_damaged_header_between_two_members_is_not_the_end() -> None:
    """`tarfile` by itself would give the first file and no error."""
    tar = bytearray(_plain(a=_RULE, b=_RULE))
    tar[1024:1034] = b"##########"
    assert "damaged" in _refusal(bytes(tar))


def test_endless_chain_of_headers_is_refused() -> None:
    """A long name of a long name of a long name, and so on."""
    link = _tar((_member("n" * 120), _RULE))[:1024]
    assert "damaged" in _refusal(link * 3000)


@given(st.integers(0, len(GOOD) - 1))
def test_any_prefix_of_a_gzipped_archive_is_refused(length: int) -> None:
    """However little is missing, nothing of it is used."""
    with pytest.raises(ArchiveError):
        unpack(GOOD[:length])


@given(st.integers(0, len(gzip.decompress(GOOD)) - 1))
def test_no_prefix_of_a_plain_archive_gives_a_part(length: int) -> None:
    """Only the padding after its end may be missing."""
    try:
        files = unpack(gzip.decompress(GOOD)[:length])
    except ArchiveError:
        return
    assert files == GOOD_FILES


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_changed_byte_of_a_gzipped_archive_never_changes_the_rules(at: int, mask: int) -> None:
    """It is refused, unless the byte means nothing (a time, a name)."""
    data = bytearray(GOOD)
    data[at] ^= mask
    try:
        files = unpack(bytes(data))
    except ArchiveError:
        return
    assert files == GOOD_FILES


@given(st.binary(min_size=1, max_size=600), st.integers(0, 3072))
def test_any_damage_to_a_plain_archive_is_a_refusal_or_a_feed(junk: bytes, at: int) -> None:
    """Whatever stands in its headers, no other error comes out."""
    tar = gzip.decompress(GOOD)
    damaged = tar[:at] + junk + tar[at + len(junk) :]
    try:
        files = unpack(damaged)
    except ArchiveError:
        return
    assert files
