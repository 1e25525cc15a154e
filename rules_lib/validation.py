"""What pydantic has against a document, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

_NAMED: Final = 5
"""How many faults are named; a document that is another one has as many as it has members."""


def validation_faults(error: ValidationError) -> str:
    """Name the faults, each with its place; no value is repeated."""
    faults = error.errors(include_url=False)
    named = [
        f"{'.'.join(map(str, fault['loc'])) or 'document'}: {fault['msg']}"
        for fault in faults[:_NAMED]
    ]
    more = len(faults) - len(named)
    return "; ".join((*named, *([f"and {more:,} more"] if more else [])))
