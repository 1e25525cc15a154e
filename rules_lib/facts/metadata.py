"""The keys and scales that Emerging Threats gives its rules as metadata, as far as known.

Counted over ET Open's enabled rules of March 2026. ET adds keys as it sees fit, so one that is not
here may be right all the same: the list serves to offer names and to tell a slip of the pen.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

KEYS: Final = frozenset(
    {
        *("affected_product", "attack_target", "confidence", "created_at", "cve", "deployment"),
        *("deprecation_reason", "former_category", "former_sid", "malware_family"),
        *("mitre_tactic_id", "mitre_tactic_name", "mitre_technique_id", "mitre_technique_name"),
        *("performance_impact", "reviewed_at", "signature_severity", "tag", "tls_state"),
        "updated_at",
    }
)

Severity: TypeAlias = Literal["Critical", "Major", "Minor", "Informational"]
Confidence: TypeAlias = Literal["High", "Medium", "Low"]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""Values of `signature_severity`, the highest first; `Unknown`, of 2,931 rules, counts as none."""

CONFIDENCES: Final[tuple[Confidence, ...]] = get_args(Confidence)
"""Values of `confidence`, the highest first."""
