"""What a rule's metadata say: what counts of every rule, and the values of any key where asked.

Suricata takes them as pairs of a key and a value, separated by commas the pairs, and makes nothing
of them (detect-metadata.c, 8.0.3); what the keys mean is Emerging Threats' own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
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
    options = cut(text).found
    entries = ",".join(value for _, name, value in options if name.lower() == "metadata")
    return tuple(value.strip() for has, value in _ENTRY.findall(f",{entries}") if has == key)


def is_alert_only(text: str) -> bool:
    """Whether a valid rule's metadata say that it should not block."""
    return _ALERT_ONLY in map(str.lower, metadata_values(text, "deployment"))


@lru_cache(maxsize=512)  # rules that are alike stand together: more would find no more
def _weighed(entries: str) -> RuleMetadata:
    found: dict[str, str] = {}
    for key, value in map(_meant, _COUNTING.findall(f",{entries}")):
        if value:
            found[key] = _PREFERRED[key](found[key], value) if key in found else value
    return RuleMetadata(
        found.get(SEVERITY, ""),
        found.get(CONFIDENCE, ""),
        found.get("created_at", ""),
        found.get("updated_at", ""),
        "deployment" in found,
    )


@lru_cache(maxsize=8192)
def _meant(entry: str) -> tuple[str, str]:
    """A key and what its value means; empty where it means nothing. Feeds repeat their entries."""
    key, _, text = entry.partition(" ")
    value = text.strip()
    if key in _SCALES:
        level = value.capitalize()
        return key, level if level in _SCALES[key] else ""
    if key == "deployment":
        return key, _ALERT_ONLY if value.lower() == _ALERT_ONLY else ""
    return key, value if _DATE.fullmatch(value) else ""


def _higher(one: str, other: str, scale: tuple[str, ...]) -> str:
    return min(one, other, key=scale.index)


_SCALES: Final[Mapping[str, tuple[str, ...]]] = {SEVERITY: SEVERITIES, CONFIDENCE: CONFIDENCES}
_PREFERRED: Final[Mapping[str, Callable[[str, str], str]]] = {
    SEVERITY: partial(_higher, scale=SEVERITIES),
    CONFIDENCE: partial(_higher, scale=CONFIDENCES),
    "created_at": min,
    "updated_at": max,
    "deployment": min,
}
"""Which of two values of a key counts."""
