"""CVEs: as people type one, and as rules name them."""

from __future__ import annotations

import re
from typing import Final

_TYPED: Final = re.compile(
    r"(?:cve[-_:, ]?)?((?:19|20)\d\d)[-_](\d{4,7})", re.IGNORECASE | re.ASCII
)
_IN_RULE: Final = re.compile(r"cve[\s:,_-]{0,3}((?:19|20)[0-9]{2})[-_]([0-9]{4,7})", re.IGNORECASE)
"""In a msg, a reference or metadata: `CVE-2021-44228`, `cve,2021-44228`, `cve CVE_2021_44228`."""


def cve_named(text: str) -> str | None:
    """A CVE as `CVE-2021-44228`, however it is written; None where it is none."""
    match = _TYPED.fullmatch(text.strip())
    return f"CVE-{match[1]}-{match[2]}" if match else None


def cves_in(text: str) -> tuple[str, ...]:
    """Every CVE that a text names, as `CVE-2021-44228`, in order."""
    return tuple(sorted({f"CVE-{year}-{number}" for year, number in _IN_RULE.findall(text)}))
