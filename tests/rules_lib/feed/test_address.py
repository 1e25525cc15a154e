"""Addresses of feeds: their neighbours, and their names without secrets."""

from __future__ import annotations

import pytest

from rules_lib.feed.address import checksum_of, is_web, redact, scheme, version_of


@pytest.mark.parametrize(
    ("address", "checksum", "version"),
    [
        (
            "https://feeds.example/open/a.tar.gz",
            "https://feeds.example/open/a.tar.gz.md5",
            "https://feeds.example/open/version.txt",
        ),
        (
            "https://me:pw@feeds.example/a.tar.gz?key=1&b=2#top",
            "https://me:pw@feeds.example/a.tar.gz.md5?key=1&b=2",
            "https://me:pw@feeds.example/version.txt?key=1&b=2",
        ),
        ("s3://bucket/a?b.tar.gz", "s3://bucket/a?b.tar.gz.md5", "s3://bucket/version.txt"),
        ("file:///d/a.tar.gz", "file:///d/a.tar.gz.md5", "file:///d/version.txt"),
        ("/d/a.tar.gz", "/d/a.tar.gz.md5", "/d/version.txt"),
        ("a.tar.gz", "a.tar.gz.md5", "version.txt"),
    ],
)
def test_companions_stand_beside_the_archive(address: str, checksum: str, version: str) -> None:
    """A query belongs to all three; where there are no queries, `?` is a letter."""
    assert checksum_of(address) == checksum
    assert version_of(address) == version


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://me:pw@feeds.example:8443/a.tar.gz?key=hush#x",
            "https://feeds.example:8443/a.tar.gz",
        ),
        ("https://feeds.example?key=hush", "https://feeds.example"),
        ("https://feeds.example/1234567890123456/a.tar.gz", "https://feeds.example/***/a.tar.gz"),
        ("https://feeds.example/2026/a.tar.gz", "https://feeds.example/2026/a.tar.gz"),
        ("https://a@b@feeds.example/x@y", "https://feeds.example/x@y"),
        ("s3://bucket/a.tar.gz", "s3://bucket/a.tar.gz"),
        ("file:///d/a?b#c@d", "file:///d/a?b#c@d"),
        ("/d/a?b#c@d", "/d/a?b#c@d"),
    ],
)
def test_names_for_logs_have_no_secrets(address: str, shown: str) -> None:
    """No user, password, query or subscriber's code; paths are shown as they are."""
    assert redact(address) == shown
    assert redact(shown) == shown


def test_schemes_do_not_depend_on_case() -> None:
    """A path has the scheme of files."""
    assert [scheme(text) for text in ("HTTPS://x", "s3://x", "/x", "x")] == [
        "https",
        "s3",
        "file",
        "file",
    ]
    assert is_web("HTTP://x")
    assert not is_web("httpfile.tar.gz")
