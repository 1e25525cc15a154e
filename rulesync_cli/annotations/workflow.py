"""Findings as commands of a GitHub workflow, which shows them beside the lines of a pull request.

A command is a line, `::error file=F,line=1,title=T::words`. What would end a line or a property is
escaped, so that no text of others begins a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rulesync_cli.annotations.annotation import Annotation

_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _DATA | str.maketrans({":": "%3A", ",": "%2C"})
"""GitHub's toolkit for actions escapes the same (`core/src/command.ts`)."""


def workflow_commands(findings: Iterable[Annotation]) -> Iterator[str]:
    """A line for each finding, in their order."""
    for one in findings:
        properties = {"file": one.place, "line": str(one.line), "title": f"rulesync: {one.kind}"}
        told = ",".join(f"{name}={text.translate(_PROPERTY)}" for name, text in properties.items())
        yield f"::{one.level} {told}::{one.words.translate(_DATA)}"
