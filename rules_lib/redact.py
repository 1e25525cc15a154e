"""What of an address may be read by anybody, and taking the rest out of the words of others.

Who configured an address knows it; who reads a log, a report or a notice need not. So this errs on
one side: what does not look harmless is shown as `***`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HIDDEN: Final = "***"
"""Stands where something was taken out."""

_SCHEMES: Final = frozenset({"http", "https", "s3", "ftp", "ftps", "sftp"})
_SPLIT: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(/*)(.*)", re.DOTALL)
_HOST: Final = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
_WORD: Final = re.compile(r"[A-Za-z]{1,15}\d?|\d{1,8}")
_DIGITS: Final = 8
"""In one folder's name; a date has so many. The subscriber's code of ET Pro has sixteen."""
_SUFFIX: Final = re.compile(r"(?:\.rules|\.tar|\.txt)?(?:\.(?:rules|tar|tgz|gz|zip|md5|txt))*\Z")
_CODED: Final = ("emergingthreatspro.com", "stamus-networks.io")
"""Publishers whose URLs begin with the subscriber's code, whatever that looks like."""
_OPEN: Final = frozenset({"open", "", HIDDEN})
_IN_WORDS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://[^\s'\"<>]*[^\s'\"<>.,:;)]")
_OBJECT: Final = re.compile(r"s3://[^@?#]*")
_LONG: Final = 8
"""Characters; what is shorter may be part of another word, which stays."""
_COUNT: Final = re.compile(r"\d{1,3}")
"""Too short for a secret, and what a message may count."""


def redact(address: str) -> str:
    """Take user, password, query, fragment and subscriber's code out of an address.

    Paths of the file system stay. So do an URL's host, and the folders of its path that are plain
    words, versions and dates. Where it cannot be told which part is the host, that is hidden too.
    """
    address = address.strip()
    scheme, rest = _parts(address)
    if rest is None:
        return address
    before, cut, behind = _cut(rest)
    authority, slash, path = before.partition("/")
    host = authority.rpartition("@")[2]
    known = _HOST.fullmatch(host) and "@" not in path + cut + behind
    return f"{scheme}{host if known else HIDDEN}{slash}{_path(host, path)}"


def secrets(address: str) -> frozenset[str]:
    """What must not be read of an address, in every spelling in which it may come back."""
    _, rest = _parts(address.strip())
    if rest is None:
        return frozenset()
    parts = (one for one in _secret_parts(rest) if one and not _COUNT.fullmatch(one))
    return frozenset(form for one in parts for form in spellings(one))


def spellings(secret: str) -> Iterator[str]:
    """Every way in which a secret may come back once it stood in an address."""
    yield from (secret, quote(secret, safe=""), quote_plus(secret))
    for plain in (unquote(secret), unquote_plus(secret)):
        yield from (plain, quote(plain, safe=""), quote_plus(plain), quote(plain))


def clean(words: str, hidden: Iterable[str]) -> str:
    """Take secrets out of words that may hold them, the longest first."""
    for secret in sorted(hidden, key=len, reverse=True):
        exact = re.escape(secret)
        pattern = exact if len(secret) >= _LONG else rf"(?<!\w){exact}(?!\w)"
        words = re.sub(pattern, HIDDEN, words, flags=re.IGNORECASE)
    return words


def clean_urls(words: str) -> str:
    """Redact whatever is an URL in some words, but for an object's plain address in S3.

    Who reads that of an object needs more than its name, and people have to find what is named.
    """
    return _IN_WORDS.sub(
        lambda found: found[0] if _OBJECT.fullmatch(found[0]) else redact(found[0]), words
    )


def _parts(address: str) -> tuple[str, str | None]:
    """Scheme and slashes, and what stands behind them; None where it is a path."""
    match = _SPLIT.fullmatch(address)
    if match and match[1].lower() == "file":
        has_host = match[2] == "//" and not match[3].startswith("/")
        return (f"{match[1]}://", match[3]) if has_host else ("", None)
    if match and (match[2].startswith("//") or match[1].lower() in _SCHEMES):
        return f"{match[1]}:{match[2]}", match[3]
    if "://" in address:
        return "", address
    return ("", address) if _lacks_its_scheme(address) else ("", None)


def _lacks_its_scheme(address: str) -> bool:
    """Whether it is more likely an URL without its beginning than a path."""
    bare = address.removeprefix("//")
    if bare.startswith(("/", ".", "~")):
        return False
    first, slash, _ = bare.partition("/")
    return bool(slash) and (bare != address or "@" in first or ":" in first or "." in first)


def _cut(rest: str) -> tuple[str, str, str]:
    """What stands before the query or fragment, the character that begins it, and the rest."""
    found = re.search(r"[?#]", rest)
    at = found.start() if found else len(rest)
    return rest[:at], rest[at : at + 1], rest[at + 1 :]


def _path(host: str, path: str) -> str:
    if not path:
        return ""
    *folders, name = path.split("/")
    shown = [folder if _is_plain(folder) else HIDDEN for folder in folders]
    if folders and _is_coded(host) and folders[0] not in _OPEN:
        shown[0] = HIDDEN
    suffix = _SUFFIX.search(name)
    end = suffix[0] if suffix else ""
    return "/".join((*shown, name if _is_plain(name) else f"{HIDDEN}{end}"))


def _is_coded(host: str) -> bool:
    return host.partition(":")[0].lower().endswith(_CODED)


def _is_plain(name: str) -> bool:
    """Whether a name is words, versions and dates, which nobody would give away as a code."""
    name = unquote(name)
    if name == HIDDEN or _SUFFIX.sub("", name) == HIDDEN:
        return True
    parts = [part for part in re.split(r"[ ._()-]", name) if part]
    digits = sum(letter.isdigit() for letter in name)
    return digits <= _DIGITS and all(map(_WORD.fullmatch, parts))


def _secret_parts(rest: str) -> Iterator[str]:
    """Every part that `redact` takes out; before an `@` all of them, wherever it stands."""
    before, _, behind = _cut(rest)
    yield behind
    for pair in re.split(r"[&;#?]", behind):
        yield pair.partition("=")[2] or pair
    user = rest.rpartition("@")[0]
    yield user
    yield from re.split(r"[:/?#@]", user)
    if user:
        yield b64encode(unquote(user).encode("utf-8", "surrogatepass")).decode()
    authority, _, path = before.partition("/")
    shown = _path(authority.rpartition("@")[2], path)
    yield from (
        one for one, seen in zip(path.split("/"), shown.split("/"), strict=True) if one != seen
    )
