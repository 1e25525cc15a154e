"""The structure of SARIF 2.1.0 as far as rulesync writes it, read from the published standard.

Written down from the OASIS standard (sections 3.13 to 3.50); the whole published schema
takes what this one takes.
"""

from __future__ import annotations

from typing import Any, Final

_TEXT: Final = {"type": "string", "minLength": 1}


def _closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """An object with these members alone."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_MESSAGE: Final = _closed(("text",), text=_TEXT)
_RULE: Final = _closed(("id",), id=_TEXT, shortDescription=_MESSAGE, help=_MESSAGE)
_PLACE: Final = _closed(
    (),
    physicalLocation=_closed(
        ("artifactLocation",),
        artifactLocation=_closed((), uri={"type": "string", "format": "uri-reference"}),
        region=_closed((), startLine={"type": "integer", "minimum": 1}),
    ),
)
_RESULT: Final = _closed(
    ("message",),
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations={"type": "array", "items": _PLACE},
)
_DRIVER: Final = _closed(
    ("name",),
    name=_TEXT,
    semanticVersion=_TEXT,
    rules={"type": "array", "uniqueItems": True, "items": _RULE},
)
_RUN: Final = _closed(
    ("tool",),
    tool=_closed(("driver",), driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": _RESULT},
)
SARIF: Final[dict[str, Any]] = _closed(
    ("version", "runs"),
    **{
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {"type": "array", "items": _RUN},
    },
)
