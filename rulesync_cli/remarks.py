"""What people should know of rules of their own that are kept: no fault, and perhaps not meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules_lib.allowlist.names import nearest
from rules_lib.facts import suricata, vocabulary
from rules_lib.stages.keywords import unknown_keywords
from rules_lib.ties import MarkKind

if TYPE_CHECKING:
    from rules_lib.model import Rule


def remarks(rule: Rule) -> Iterator[str]:
    """Everything that is odd about a rule, in plain words."""
    if names := unknown_keywords(rule.keywords):
        named = ", ".join(map(_with_near, sorted(names)))
        yield (
            f"unknown to {suricata.NAME} and not AWS's own: {named}; the service decides in the "
            "dry run of a sync"
        )
    if vocabulary.RESOLVED_DOMAIN in rule.keywords:
        yield (
            f"{vocabulary.RESOLVED_DOMAIN} does nothing unless the firewall policy has "
            "Route53ResolvedIPValidation"
        )
    toggled = {mark.kind for tie in rule.ties if tie.command == "toggle" for mark in tie.marks}
    if MarkKind.FLOWBIT in toggled:
        yield "flowbits:toggle works, but is deprecated since Suricata 8.0.6"


def _with_near(name: str) -> str:
    """An unknown keyword, and the one that was perhaps meant."""
    meant = nearest(name, suricata.keywords() | vocabulary.KEYWORDS)
    return f"{name} (nearest: {meant})" if meant else name
