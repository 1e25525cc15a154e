"""Reading files and objects as sources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.web import BUCKET, settings

from rules_lib.address import Address
from rules_lib.errors import DownloadError
from rules_lib.sources.answers import Absent, Body, Unmodified, Validators
from rules_lib.sources.download import HttpReader
from rules_lib.sources.files import FileReader
from rules_lib.sources.objects import S3Reader
from rules_lib.sources.reader import reader_for

if TYPE_CHECKING:
    from pathlib import Path

    from rules_lib.aws.s3_store import S3Store


def test_file_is_read_by_path_and_by_url(tmp_path: Path) -> None:
    """Spaces are written `%20` in a URL, `#` and `?` mean nothing in a path."""
    path = tmp_path / "a feed?#1.tar.gz"
    path.write_bytes(b"feed")
    assert FileReader().read(Address(str(path)), 4) == Body(b"feed")
    assert FileReader().read(Address(path.as_uri()), 4) == Body(b"feed")
    assert FileReader().size(Address(str(path))) == 4


def test_missing_file_is_absent(tmp_path: Path) -> None:
    """As a missing page is."""
    assert FileReader().read(Address(str(tmp_path / "none")), 4) == Absent("no such file")
    assert FileReader().size(Address(str(tmp_path / "none"))) is None


def test_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """The error names file, size and limit."""
    (tmp_path / "f").write_bytes(b"feed")
    with pytest.raises(DownloadError, match=r"/f: 4 bytes, the limit is 3"):
        FileReader().read(Address(str(tmp_path / "f")), 3)


def test_folders_and_pipes_are_no_files(tmp_path: Path) -> None:
    """A pipe would wait forever."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DownloadError, match="not a file"):
            FileReader().read(Address(str(path)), 100_000)


def test_path_through_a_file_is_an_error_with_its_cause(tmp_path: Path) -> None:
    """Whatever else the system says is passed on."""
    (tmp_path / "f").write_bytes(b"feed")
    with pytest.raises(DownloadError, match="Not a directory"):
        FileReader().read(Address(str(tmp_path / "f" / "g")), 4)


def test_file_url_with_a_host_is_refused_with_the_right_spelling() -> None:
    """Two slashes instead of three is the usual mistake."""
    with pytest.raises(DownloadError, match="write file:///tmp/feed"):
        FileReader().read(Address("file://tmp/feed"), 4)


def test_object_is_read_with_its_etag(s3_store: S3Store) -> None:
    """And is not sent again to whoever has it."""
    s3_store.put("dir/feed", b"feed")
    reader = S3Reader(s3_store.client)
    answer = reader.read(Address(f"s3://{BUCKET}/dir/feed"), 4)
    assert isinstance(answer, Body)
    assert answer.data == b"feed"
    assert reader.read(Address(f"s3://{BUCKET}/dir/feed"), 4, answer.validators) == Unmodified()
    assert reader.read(Address(f"s3://{BUCKET}/dir/feed"), 4, Validators('"0"')) == answer
    assert reader.size(Address(f"s3://{BUCKET}/dir/feed")) == 4


def test_missing_object_is_absent_and_missing_bucket_an_error(s3_store: S3Store) -> None:
    """A typo in the bucket's name is no missing companion file."""
    reader = S3Reader(s3_store.client)
    assert reader.read(Address(f"s3://{BUCKET}/none"), 4) == Absent("S3 answers NoSuchKey")
    assert reader.size(Address(f"s3://{BUCKET}/none")) is None
    with pytest.raises(DownloadError, match=r"s3://nowhere/none: .*NoSuchBucket"):
        reader.read(Address("s3://nowhere/none"), 4)


def test_object_over_the_limit_is_refused(s3_store: S3Store) -> None:
    """Before a byte of it is read."""
    s3_store.put("feed", b"feed")
    with pytest.raises(DownloadError, match="4 bytes, the limit is 3"):
        S3Reader(s3_store.client).read(Address(f"s3://{BUCKET}/feed"), 3)


@pytest.mark.usefixtures("s3_store")
@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://feeds.example/a.tar.gz", HttpReader),
        ("HTTP://feeds.example/a.tar.gz", HttpReader),
        ("s3://feeds/a.tar.gz", S3Reader),
        ("file:///feeds/a.tar.gz", FileReader),
        ("/feeds/a.tar.gz", FileReader),
        ("a.tar.gz", FileReader),
    ],
)
def test_each_address_has_its_reader(address: str, kind: type) -> None:
    """By its scheme; whatever has none is a path."""
    assert isinstance(reader_for(Address(address), settings("x")), kind)
