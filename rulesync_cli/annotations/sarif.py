"""Findings as SARIF 2.1.0, which GitHub's code scanning and editors read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from rules_lib.model import Reason
from rules_lib.report.remedies import REMEDIES
from rulesync_cli.annotations.annotation import (
    FAULTY_ALLOWLIST,
    FAULTY_LIST,
    NOT_LOADED,
    REFUSED,
    WARNING,
)
from rulesync_cli.version import RULESYNC_VERSION

if TYPE_CHECKING:
    from rulesync_cli.annotations.annotation import Annotation

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
"""As GitHub's documentation of SARIF names it."""

_KINDS: Final = {
    FAULTY_ALLOWLIST: "The allowlist has an error.",
    FAULTY_LIST: "The list of feeds has an error.",
    NOT_LOADED: "Suricata does not load a rule of your own, or a file cannot be read.",
    REFUSED: "The account cannot take what would be published.",
    WARNING: "This is valid, but probably not what you meant.",
}


def sarif_document(findings: Iterable[Annotation]) -> dict[str, Any]:
    """Write one run with all findings, and describe the kinds that occur."""
    found = tuple(findings)
    kinds = sorted({one.kind for one in found})
    driver = {
        "name": "rulesync",
        "semanticVersion": RULESYNC_VERSION,
        "rules": [_described(kind) for kind in kinds],
    }
    results = [_result(one, kinds.index(one.kind)) for one in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _described(kind: str) -> dict[str, Any]:
    if kind in _KINDS:
        return {"id": kind, "shortDescription": {"text": _KINDS[kind]}}
    remedy = REMEDIES[Reason(kind)]
    return {
        "id": kind,
        "shortDescription": {"text": f"A rule of your own would be discarded: {remedy.cause}"},
        "help": {"text": remedy.way_back},
    }


def _result(one: Annotation, index: int) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": _uri(one.place)},
        "region": {"startLine": one.line},
    }
    return {
        "ruleId": one.kind,
        "ruleIndex": index,
        "level": one.level,
        "message": {"text": one.words},
        "locations": [{"physicalLocation": place}],
    }


def _uri(place: str) -> str:
    """From the top of the repository, or whole."""
    if place.startswith("/"):
        return f"file://{quote(place)}"
    return quote(place, safe="/:" if "://" in place else "/")
