"""Where a feed lies: a value that prints without secrets; who downloads it asks for the whole."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from rules_lib.redact import HIDDEN, clean, redact, secrets, spellings

_WEB: Final = frozenset({"http", "https"})


class Address:
    """An http(s), file or s3 URL, or a path.

    As text it has no user, password, query or subscriber's code (see `redact`), so that it may
    stand in any message, record or report. It is no dataclass, whose fields `asdict` would give.
    """

    __slots__ = ("_masked", "_real", "_secrets", "_shown")

    def __init__(self, text: str) -> None:
        self._real: Final = text.strip()
        self._masked: Final = self._real
        self._secrets: Final[frozenset[str]] = frozenset()
        self._shown: Final = redact(text)

    @classmethod
    def _made(cls, real: str, masked: str, hidden: frozenset[str]) -> Address:
        made = cls(masked)
        made._real, made._secrets = real, hidden  # type: ignore[misc]  # not changed from here on
        return made

    def filled(self, mark: str, secret: str) -> Address:
        """Put a secret where a mark stands; wherever it stands, it is never shown.

        Args:
            mark: stands in the address for it.
            secret: as its owner has it; what an URL may not have in it is escaped.
        """
        real = self._real.replace(mark, quote(secret, safe=""))
        masked = self._masked.replace(mark, HIDDEN)
        return self._made(real, masked, self._secrets | frozenset(spellings(secret)))

    def __str__(self) -> str:
        """The address as people may read it."""
        return self._shown

    def __repr__(self) -> str:
        """Likewise."""
        return f"Address({self._shown!r})"

    def __format__(self, spec: str) -> str:
        """As text is formatted."""
        return format(self._shown, spec)

    def __eq__(self, other: object) -> bool:
        """Whether it is the very same address, secrets included."""
        return isinstance(other, Address) and self._real == other._real

    def __hash__(self) -> int:
        """As for texts."""
        return hash(self._real)

    def reveal(self) -> str:
        """The whole address, secrets included: only for the request itself."""
        return self._real

    @property
    def has_secrets(self) -> bool:
        """Whether two addresses that read the same may be different ones."""
        return self._real != self._shown

    @property
    def scheme(self) -> str:
        """Its scheme; `file` for a plain path."""
        return self._real.partition("://")[0].lower() if "://" in self._real else "file"

    @property
    def is_web(self) -> bool:
        """Whether it is asked for over http or https."""
        return self.scheme in _WEB

    @property
    def file_name(self) -> str:
        """The last part of its path, without query; of one that may be a secret only its ending."""
        name = posixpath.basename(self._shown)
        return unquote(name).replace(HIDDEN, "") if "://" in self._real else name

    @property
    def origin(self) -> str:
        """Its scheme, host and port alone, as people may read them."""
        start, mark, rest = self._shown.partition("://")
        return f"{start}{mark}{rest.partition('/')[0]}"

    @property
    def checksum(self) -> Address:
        """The file with the archive's MD5: the archive's own name and `.md5`."""
        return self._changed(lambda path: f"{path}.md5")

    @property
    def version(self) -> Address:
        """The `version.txt` that stands beside the archive."""
        return self._changed(lambda path: _beside(path, "version.txt"))

    def clean(self, words: str) -> str:
        """Take the address's secrets out of words that others wrote."""
        return clean(words, secrets(self._real) | self._secrets)

    def _changed(self, change: Callable[[str], str]) -> Address:
        """The same address with another path, its secrets hidden as before."""
        real, masked = (
            _with_path(text, change) if self.is_web else change(text)
            for text in (self._real, self._masked)
        )
        return self._made(real, masked, self._secrets)


def is_whole(text: str) -> bool:
    """Whether it is an URL with a host (or bucket) and a path, or a path of the file system."""
    try:
        parts = urlsplit(text)
        placed = bool(parts.hostname and parts.port != 0)
    except ValueError:  # brackets without an address between them, a port that is not a number
        return False
    local = parts.scheme in {"", "file"}
    web = placed and parts.scheme in {"http", "https", "s3"}
    return (local or web) and bool(parts.path.strip("/"))


def _beside(path: str, name: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}{name}"


def _with_path(address: str, change: Callable[[str], str]) -> str:
    parts = urlsplit(address)
    return parts._replace(path=change(parts.path), fragment="").geturl()
