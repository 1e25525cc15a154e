"""Addresses of feeds: their neighbours, and that they print without secrets."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict, dataclass
from urllib.parse import quote

import pytest

from rules_lib.address import Address


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
    assert Address(address).checksum.reveal() == checksum
    assert Address(address).version.reveal() == version


@dataclass(frozen=True)
class _Settings:
    feed: Address


def test_address_prints_without_its_secrets_wherever_it_stands() -> None:
    """As text, in a format, as part of a value, taken apart by `asdict`, copied, as JSON."""
    address = Address("https://me:hush@feeds.example/1234567890123456/a.rules?key=hush2")
    held = _Settings(address)
    for words in (
        str(address),
        repr(address),
        f"{address:>20}",
        repr(held),
        str(asdict(held)),
        repr(copy.deepcopy(held)),
        json.dumps(held, default=str),
        str(DeprecationWarning(address)),
    ):
        assert "hush" not in words
        assert "1234567890123456" not in words
        assert "https://feeds.example/***/a.rules" in words or "default" in words
    assert address.reveal().endswith("?key=hush2")
    with pytest.raises(TypeError):
        json.dumps(address)


def test_addresses_are_equal_as_wholes() -> None:
    """Two that read the same are not the same feed."""
    one, other = Address("https://me:a@x.example/f"), Address("https://me:b@x.example/f")
    assert str(one) == str(other)
    assert one != other
    assert len({one, other, Address(one.reveal())}) == 2
    assert one != str(one)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://feeds.example/d/plain.rules?key=1", "plain.rules"),
        ("https://feeds.example/d/my%20rules.rules", "my rules.rules"),
        ("https://feeds.example/1234567890123456.rules", ".rules"),
        ("https://feeds.example/1234567890123456", ""),
        ("https://feeds.example/d/", ""),
        ("s3://bucket/d/feed.zip", "feed.zip"),
        ("file:///d/my%20rules.rules", "my rules.rules"),
        ("/d/1234567890123456.rules", "1234567890123456.rules"),
        ("a b.rules", "a b.rules"),
    ],
)
def test_file_name_has_no_secret(address: str, name: str) -> None:
    """A category is named by it."""
    assert Address(address).file_name == name


def test_schemes_do_not_depend_on_case() -> None:
    """A path has the scheme of files."""
    addresses = [Address(text) for text in ("HTTPS://x", "s3://x", "/x", "x", "httpfile.tar.gz")]
    assert [one.scheme for one in addresses] == ["https", "s3", "file", "file", "file"]
    assert [one.is_web for one in addresses] == [True, False, False, False, False]


def test_origin_is_scheme_host_and_port() -> None:
    """Without anybody's name."""
    assert Address("https://me:pw@feeds.example:8443/a?b").origin == "https://feeds.example:8443"


MARK = "%(secret-code)s"


@pytest.mark.parametrize("secret", ["Summer", "1234567890123456", "p@ss/w:rd?x#y"])
@pytest.mark.parametrize(
    "text",
    [
        f"https://x.example/{MARK}/a.tar.gz",
        f"https://me:{MARK}@x.example/a.tar.gz",
        f"https://x.example/a.tar.gz?key={MARK}",
        f"/feeds/{MARK}/a.tar.gz",
    ],
)
def test_filled_secret_is_sent_and_never_shown(text: str, secret: str) -> None:
    """Wherever its mark stands, whatever it looks like; of its companions neither."""
    address = Address(text).filled(MARK, secret)
    escaped = quote(secret, safe="")
    for one in (address, address.checksum, address.version):
        assert escaped in one.reveal() or one == address.version
        for words in (str(one), repr(one), f"{one}", one.file_name, one.origin):
            assert secret not in words
            assert escaped not in words
        assert secret not in one.clean(f"no {secret} and no {escaped}")
        assert one.has_secrets
    assert address != Address(text).filled(MARK, "another")
