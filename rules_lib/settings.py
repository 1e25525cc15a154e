"""What the environment sets, read once and checked whole: every fault is named at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from rules_lib.address import Address
from rules_lib.errors import SettingsError
from rules_lib.groups.policy_names import EXPECTED, named_policies, policy_name_problem
from rules_lib.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_FEED_URL: Final = (
    "https://rules.emergingthreats.net/open/suricata-7.0.3/emerging.rules.tar.gz"
)
"""ET Open for the engine of Network Firewall, Suricata 7."""

_MIB: Final = 2**20
_LONGEST_WAIT: Final = 900.0
_MOST_ATTEMPTS: Final = 10
LARGEST: Final = 2048 * _MIB
"""Bytes; no setting lets a feed, packed or unpacked, be larger."""
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable: `parse` answers None for a value that is not as `expected` says.

    Attributes:
        why: says what is wrong with such a value, where that is more than that it is not so.
    """

    name: str
    expected: str
    parse: Callable[[str], object | None]
    default: str | None = None
    why: Callable[[str], str] | None = None


def _bucket(text: str) -> str | None:
    return text if _BUCKET.fullmatch(text) else None


def _feed_url(text: str) -> Address | None:
    """Take an URL with a host (or bucket) and a path, or a path of the file system."""
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname and parts.path.strip("/") and parts.port != 0)
    except ValueError:  # brackets without an address between them, a port that is no number
        return None
    if parts.scheme in {"http", "https", "s3"}:
        return Address(text) if whole else None
    return Address(text) if parts.scheme in {"", "file"} and parts.path.strip("/") else None


def _names(text: str) -> tuple[str, ...] | None:
    """Take a list of policies, each of them once; none is a list too."""
    names = named_policies(text)
    return None if any(map(policy_name_problem, names)) else names


def _name_problems(text: str) -> str:
    return "; ".join(
        problem for name in named_policies(text) if (problem := policy_name_problem(name))
    )


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 < value <= _LONGEST_WAIT else None


def _whole(most: int) -> Callable[[str], int | None]:
    def parse(text: str) -> int | None:
        plain = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        return int(text) if plain and 1 <= int(text) <= most else None

    return parse


_SECONDS: Final = f"seconds, more than 0 and up to {_LONGEST_WAIT:.0f}"
_BYTES: Final = f"a whole number of bytes from 1 to {LARGEST}"

_STORE: Final = {
    "bucket": _Variable("RULESYNC_BUCKET", "the name of an S3 bucket", _bucket),
}
_BUILD: Final = _STORE | {
    "policies": _Variable("RULESYNC_POLICIES", EXPECTED, _names, "", _name_problems),
}
_FETCH: Final = _STORE | {
    "feed_url": _Variable(
        "RULESYNC_FEED_URL",
        "an http, https, file or s3 URL of an archive, or a path",
        _feed_url,
        DEFAULT_FEED_URL,
    ),
    "connect_timeout": _Variable("RULESYNC_CONNECT_TIMEOUT", _SECONDS, _seconds, "10"),
    "read_timeout": _Variable("RULESYNC_READ_TIMEOUT", _SECONDS, _seconds, "30"),
    "download_timeout": _Variable("RULESYNC_DOWNLOAD_TIMEOUT", _SECONDS, _seconds, "180"),
    "attempts": _Variable(
        "RULESYNC_ATTEMPTS",
        f"a whole number from 1 to {_MOST_ATTEMPTS}",
        _whole(_MOST_ATTEMPTS),
        "4",
    ),
    "max_download_bytes": _Variable(
        "RULESYNC_MAX_DOWNLOAD_BYTES", _BYTES, _whole(LARGEST), str(64 * _MIB)
    ),
    "max_unpacked_bytes": _Variable(
        "RULESYNC_MAX_UNPACKED_BYTES", _BYTES, _whole(LARGEST), str(512 * _MIB)
    ),
}


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """What a build needs to know.

    Attributes:
        bucket: holds the feeds, the allowlist and the builds.
        policies: firewall policies to which the rule groups are attached.
    """

    bucket: str
    policies: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the `RULESYNC_…` variables.

        Raises:
            SettingsError: a variable is missing or wrong; names every one of them.
        """
        return cls(**_read(environment, _BUILD))


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """What a fetch needs to know.

    Attributes:
        bucket: where the feed is stored.
        feed_url: where it comes from: an http, https, file or s3 URL, or a path.
        connect_timeout: seconds until a connection must stand.
        read_timeout: seconds until the source must send something more.
        download_timeout: seconds that one attempt at one file may take in all.
        attempts: how often a file is asked for, the first time included.
        max_download_bytes: size above which the archive is refused.
        max_unpacked_bytes: likewise for what it unpacks to.
    """

    bucket: str
    feed_url: Address
    connect_timeout: float
    read_timeout: float
    download_timeout: float
    attempts: int
    max_download_bytes: int
    max_unpacked_bytes: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the `RULESYNC_…` variables; an empty one counts as not set.

        Raises:
            SettingsError: a variable is missing or wrong; names every one of them.
        """
        return cls(**_read(environment, _FETCH))


def _read(environment: Mapping[str, str], variables: Mapping[str, _Variable]) -> dict[str, Any]:
    texts = {
        field: environment.get(variable.name, "").strip() or variable.default
        for field, variable in variables.items()
    }
    values = {
        field: None if text is None else variables[field].parse(text)
        for field, text in texts.items()
    }
    problems = [
        _problem(variables[field], texts[field]) for field, value in values.items() if value is None
    ]
    if problems:
        raise SettingsError("\n".join(("wrong environment:", *problems)))
    return values


def _problem(variable: _Variable, text: str | None) -> str:
    found = "is not set" if text is None else f"is {redact(text)!r}"
    why = f" ({variable.why(text)})" if variable.why and text else ""
    return f"  {variable.name} {found}{why}; expected: {variable.expected}"
