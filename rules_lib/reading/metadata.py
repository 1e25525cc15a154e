"""What a rule's metadata say: what counts of every rule, and the values of any key where asked.

Suricata takes them as pairs of a key and a value, separated by commas the pairs, and makes nothing
of them (detect-metadata.c, 8.0.3); what the keys mean is Emerging Threats' own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from sys import intern
from typing import Final, NamedTuple

from rules_lib.facts.metadata import CONFIDENCES, SEVERITIES
from rules_lib.reading.rule import cut

SEVERITY: Final = "signature_severity"
CONFIDENCE: Final = "confidence"

_DATE: Final = re.compile(r"[0-9]{4}_[0-9]{2}_[0-9]{2}")
"""How ET writes a day."""

_COUNTING: Final = re.compile(
    rf",\s*((?:{SEVERITY}|{CONFIDENCE}|created_at|updated_at|deployment) [^,]*)", re.ASCII
)
"""An entry behind its comma, which a search finds at once; so the first entry is given one too."""
_ENTRY: Final = re.compile(r",\s*([^\s,]+) ([^,]*)", re.ASCII)
_ALERT_ONLY: Final = "alert_only"
"""The `deployment` of rules that are not meant to block: 48 of ET Open's in March 2026."""


class RuleMetadata(NamedTuple):
    """What counts of a rule's metadata, whatever the allowlist asks for.

    Attributes:
        severity: the highest; empty where there is none of ET's four.
        confidence: the highest; empty where there is none of ET's three.
        created_at: the earliest as `YYYY_MM_DD`; empty where none.
        updated_at: likewise, the latest.
        alert_only: it should not block.
    """

    severity: str
    confidence: str
    created_at: str
    updated_at: str
    alert_only: bool


def rule_metadata(values: Iterable[str]) -> RuleMetadata:
    """Find what counts in the values of a rule's `metadata` options."""
    return _weighed(",".join(values))


def metadata_values(text: str, key: str) -> tuple[str, ...]:
    """The values that a rule's metadata have for a key, as written; none where it lacks the key.

    Args:
        text: of a valid rule.
        key: of the metadata, in ET's letter case.
    """
    if key not in text:
        return ()
    parts = cut(text)
    options = zip(parts.names, parts.values, strict=True)
    entries = ",".join(value for name, value in options if name.lower() == "metadata")
    return tuple(value.strip() for has, value in _ENTRY.findall(f",{entries}") if has == key)


def is_alert_only(text: str) -> bool:
    """Whether a valid rule's metadata say that it should not block."""
    return _ALERT_ONLY in map(str.lower, metadata_values(text, "deployment"))


@lru_cache(maxsize=512)  # rules that are alike stand together: more would find no more
def _weighed(entries: str) -> RuleMetadata:
    return _of_counting(",".join(_COUNTING.findall(f",{entries}")))


@lru_cache(maxsize=512)
def _of_counting(entries: str) -> RuleMetadata:
    found = defaultdict[str, list[str]](list)
    for entry in entries.split(","):
        key, _, value = entry.partition(" ")
        found[key].append(value.strip())
    return RuleMetadata(
        _highest(found[SEVERITY], SEVERITIES),
        _highest(found[CONFIDENCE], CONFIDENCES),
        intern(min(filter(_DATE.fullmatch, found["created_at"]), default="")),
        intern(max(filter(_DATE.fullmatch, found["updated_at"]), default="")),
        _ALERT_ONLY in map(str.lower, found["deployment"]),
    )


def _highest(values: Iterable[str], scale: tuple[str, ...]) -> str:
    found = [value.capitalize() for value in values]
    return next((level for level in scale if level in found), "")
