"""All that is wrong with a file that people edit, as one error."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rules_lib.allowlist.problem import by_line, problem_lines
from rules_lib.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path, Problem

_Error = TypeVar("_Error", bound=ConfigError)


def _as_it_stands(document: Document, path: Path) -> object:
    return document.at(*path)


def error_of(
    kind: type[_Error],
    source: str,
    document: Document,
    problems: Iterable[Problem],
    told: Callable[[Document, Path], object] = _as_it_stands,
) -> _Error:
    """Put the errors of a file together.

    Args:
        kind: of the file.
        source: its name.
        document: as read.
        problems: all of them.
        told: what an error may show of the value at a place.
    """
    found = tuple(problems)
    records = tuple(one.record(told(document, one.path)) for one in by_line(found))
    return kind(source, problem_lines(found), records)
