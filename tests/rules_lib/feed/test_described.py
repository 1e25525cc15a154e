"""Bytes that are no feed: told by their kind."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest

from rules_lib.feed.described import described


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<!DOCTYPE html><p>hush", "an HTML page"),
        (b"\xef\xbb\xbf\n <HTML><body>hush", "an HTML page"),
        (b"<?xml version='1.0'?><Error>hush", "XML"),
        (b"<Error>hush</Error>", "XML"),
        (b'{"message": "hush"}', "JSON"),
        (b'[{"hush": 1}]', "JSON"),
        (b"{}", "JSON"),
        (b"%PDF-1.7 hush", "a PDF file"),
        (b"PK\x03\x04hush", "a zip archive"),
        (gzip.compress(b"hush", mtime=0), "gzip data"),
        (bz2.compress(b"hush"), "bzip2 data"),
        (lzma.compress(b"hush"), "xz data"),
        ("hush".encode("utf-16"), "text in UTF-16"),
        (b"\0\1\2hush", "binary data"),
        (b"hush", "text"),
        (b"[1:2019401:5] hush", "text"),
    ],
)
def test_bytes_are_told_by_their_kind_and_size(data: bytes, kind: str) -> None:
    """Never in their own words."""
    assert described(data) == f"{kind}, {len(data)} bytes"


def test_nothing_is_told_as_nothing() -> None:
    """An empty answer is a kind of its own."""
    assert described(b"") == "empty, 0 bytes"
