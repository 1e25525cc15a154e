"""Whether a rule's text says something else than the one that is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.reading.rule import (
    RuleSyntaxError,
    close_up,
    cut,
    header_of,
    write_variables,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules_lib.model import Header
    from rules_lib.reading.rule import Parts

_PASSED_OVER: Final = frozenset(
    {"metadata", "rev", "reference", "priority", "classtype", "gid", "fast_pattern", "noalert"}
)
"""Options that say nothing of what a rule matches, and those that a build takes out or adds."""

Options: TypeAlias = list[tuple[str, str]]


def is_revised(
    text: str, in_force: str, written: Mapping[str, str], *, header: bool = True
) -> bool:
    """Whether it matches something else, as far as its words tell.

    Args:
        text: as the feed ships it.
        in_force: as it was published.
        written: values of the variables that are written into headers.
        header: whether another header counts; it may be people's doing.
    """
    try:
        before, now = cut(in_force), cut(text)
        if _options(before) != _options(now):
            return True
        if not header:
            return False
        return _matched(before.header) != _matched(write_variables(close_up(now.header), written))
    except RuleSyntaxError:  # somebody wrote it by hand
        return True


def _options(parts: Parts) -> Options:
    """Names and values of the options that count, in their order."""
    pairs = ((name, value) for _, name, value in parts.found)
    named = ((name.lower(), value.strip()) for name, value in pairs)
    return [(name, value) for name, value in named if name not in _PASSED_OVER]


def _matched(header: str) -> Header:
    """The header's fields but for its action."""
    return header_of(header)._replace(action="")
