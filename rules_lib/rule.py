"""One rule's text: where its header and options are, and edits that touch nothing else.

An option ends at a semicolon that no backslash escapes. A quoted value ends at the first bare
quote that is followed by one: so `priority:1;` inside a msg is text, and bare quotes inside a pcre
(Emerging Threats has them, and Suricata takes them) are text too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from rules_lib.model import Header, Option

_OPTION = re.compile(
    r"""
    (?P<lead> \s*) (?P<name> [A-Za-z0-9_.\-]+ ) \s*
    (?: : \s*+ (?P<value>
        !?\s*+" (?: [^"\\]++ | \\. | "(?!\s*+;) )*+ "
      | (?! !?\s*+" ) (?: [^;\\]++ | \\. )*+
    ) \s*+ )? ;
    """,
    re.VERBOSE | re.DOTALL,
)
_ENVELOPE = re.compile(r"(?P<header>[^()]*[^()\s]) +\((?P<options>.*)\)\s*", re.DOTALL)
_SPACES_IN_LIST = re.compile(r"\s+(?=[\],])|(?<=[\[,!])\s+")
_SID = re.compile(r"[;(]\s*sid\s*:\s*(\d{1,10})\s*;", re.IGNORECASE)
_VARIABLE = re.compile(r"(!?)\$([A-Za-z_][A-Za-z0-9_]*)")


class RuleSyntaxError(ValueError):
    """The text has not the form of a rule; says what is wrong with it."""


def split(text: str) -> tuple[str, tuple[Option, ...]]:
    """Cut a rule into its header and its options.

    Raises:
        RuleSyntaxError: the text has not the form `header (option; option:value; …)`.
    """
    envelope = _ENVELOPE.fullmatch(text)
    if not envelope:
        raise RuleSyntaxError("it has not the form: action protocol … (option; option:value;)")
    return envelope["header"], tuple(_options(text, *envelope.span("options")))


def _options(text: str, start: int, end: int) -> Iterator[Option]:
    while text[start:end].strip():
        match = _OPTION.match(text, start, end)
        if not match:
            raise RuleSyntaxError(f"no option can be read at: {text[start:end].strip()[:60]}")
        yield Option(match["name"].lower(), match["value"], start, match.end())
        start = match.end()


@lru_cache(maxsize=4096)
def header_of(text: str) -> Header:
    """Read the fields before the options; a feed has few different ones, so they are kept.

    Raises:
        RuleSyntaxError: there are not seven fields, or the direction is unknown.
    """
    fields = close_up(text).split(" ")
    if "\t" in text:
        raise RuleSyntaxError("its header has a tab; Suricata takes spaces only")
    fields = [field for field in fields if field]
    if len(fields) != 7:  # noqa: PLR2004 - action, protocol, two of each end, direction
        raise RuleSyntaxError(f"its header has {len(fields)} fields instead of 7: {text[:80]}")
    header = Header(*fields)
    if header.direction not in {"->", "<>"}:
        raise RuleSyntaxError(f"its direction is {header.direction} and not -> or <>")
    for field in (*header.addresses, *header.ports):
        if field.count("[") != field.count("]"):
            raise RuleSyntaxError(f"the brackets of {field} do not match")
    return header


def close_up(header: str) -> str:
    """Take the spaces out of a header's lists, and out of nothing else."""
    return _SPACES_IN_LIST.sub("", header) if "[" in header or "!" in header else header


def variables_of(header: Header) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the variables in a header, without `$`: those of addresses, those of ports."""
    return _names(header.addresses), _names(header.ports)


def _names(fields: tuple[str, str]) -> frozenset[str]:
    return frozenset(match[2] for field in fields for match in _VARIABLE.finditer(field))


def write_variables(header: str, written: Mapping[str, str]) -> str:
    """Replace `$NAME` by its value where one is given; a negation of a negation cancels."""

    def value_of(match: re.Match[str]) -> str:
        sign, name = match.groups()
        value = written.get(name)
        if value is None:
            return match[0]
        return value[1:] if sign and value.startswith("!") else sign + value

    return _VARIABLE.sub(value_of, header)


def without(text: str, options: Iterable[Option]) -> str:
    """Take the options out, each with the white space before it; keep all other text."""
    kept, position = [], 0
    for option in options:
        kept.append(text[position : option.start])
        position = option.end
    return "".join((*kept, text[position:]))


def sid_of(text: str) -> int | None:
    """Read the sid of a published rule; None where it has none."""
    match = _SID.search(text)
    return int(match[1]) if match else None
