"""One rule's text, split the way the Suricata engine splits it.

Measured with Suricata 7.0.10: an option ends at a semicolon that no backslash stands before, and
quotes do not change that; a value that opens with a quote must end with one, and may hold others;
keywords are case-insensitive; white space is free around names, values and separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

_SEPARATOR: Final = re.compile(r"(?<!\\);")
_NEGATED: Final = frozenset(
    {"content", "uricontent", "pcre", "replace", "file.magic", "filemagic", "filename", "fileext"}
    | {"tls.subject", "tls.issuerdn", "tls.fingerprint", "app-layer-protocol", "tos"}
)
"""Keywords whose value a `!` may negate; elsewhere it is a part of the value."""
_HEADER_FIELDS: Final = 7
_REMEMBERED: Final = 8_192
"""Options: most of a feed's stand in many rules."""
_DIRECTIONS: Final = frozenset({"->", "<>", "=>"})  # the last since Suricata 8


class MalformedRuleError(ValueError):
    """The text is not `action protocol source port direction destination port (options;)`."""


class Option(NamedTuple):
    """One option: its keyword in lower case, and its value as written, empty where it has none."""

    keyword: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, split; `text` is the rule as it was sent."""

    text: str
    action: str
    protocol: str
    source: str
    source_port: str
    direction: str
    destination: str
    destination_port: str
    options: tuple[Option, ...]
    keywords: frozenset[str]

    @property
    def base(self) -> str:
        """The protocol in lower case, without the hook that Suricata 8 takes: `tls:…`."""
        return self.protocol.partition(":")[0].lower()

    def values(self, keyword: str) -> tuple[str, ...]:
        """The values of every option with this keyword, in the rule's order."""
        if keyword not in self.keywords:
            return ()
        return tuple([value for name, value in self.options if name == keyword])


def rule_lines(rules: str) -> tuple[str, ...]:
    """The lines of a rules string that are neither blank nor comments, without space around."""
    lines = (raw.strip() for raw in rules.split("\n"))
    return tuple(line for line in lines if line and not line.startswith("#"))


def broken_comments(rules: str) -> Iterator[str]:
    """The comment lines with a carriage return, which users report as refused."""
    lines = (raw.strip(" \t") for raw in rules.split("\n"))
    return (line.strip() for line in lines if line.startswith("#") and "\r" in line)


def parse_rule(text: str) -> Rule:
    """Split one rule.

    Raises:
        MalformedRuleError: With the reason, in the engine's words where the engine has words.
    """
    if text.endswith("\\"):
        raise MalformedRuleError("line continuation is not supported")
    header, _, body = text.partition("(")
    fields = parse_header(header)
    if not (header[-1].isspace() and body.endswith(")")):
        raise MalformedRuleError("no rule options.")
    options = parse_options(body[:-1])
    return Rule(text, *fields, options, frozenset([keyword for keyword, _ in options]))


def parse_header(header: str) -> tuple[str, str, str, str, str, str, str]:
    """Split what stands before the options into its seven fields.

    Raises:
        MalformedRuleError: There are not seven, or the direction is none.
    """
    fields = header.split()
    if len(fields) != _HEADER_FIELDS:
        fields = _close_lists(header).split()
    if len(fields) != _HEADER_FIELDS:
        raise MalformedRuleError(
            "header is not: action protocol source port direction destination port"
        )
    action, protocol, source, source_port, direction, destination, destination_port = fields
    if direction not in _DIRECTIONS:
        raise MalformedRuleError(
            f'"{direction}" is not a valid direction modifier, "->" and "<>" are supported.'
        )
    return action, protocol, source, source_port, direction, destination, destination_port


def parse_options(body: str) -> tuple[Option, ...]:
    """Split the text between the parentheses into options.

    Raises:
        MalformedRuleError: The last option is not ended, one has no name, or a quote stays open.
    """
    *parts, rest = _SEPARATOR.split(body) if "\\;" in body else body.split(";")
    if rest.strip():
        raise MalformedRuleError('no terminating ";" found')
    return tuple(map(_option, parts))


@lru_cache(maxsize=_REMEMBERED)
def _option(text: str) -> Option:
    name, _, value = text.partition(":")
    keyword, value = name.strip().lower(), value.strip()
    if not keyword:
        raise MalformedRuleError("unknown rule keyword ''.")
    quoted = value[1:].lstrip() if value[:1] == "!" and keyword in _NEGATED else value
    if quoted[:1] == '"' and quoted[-1] != '"':
        raise MalformedRuleError(
            "bad option value formatting (possible missing semicolon) "
            f"for keyword {keyword}: '{value}'"
        )
    return Option(keyword, value)


def _close_lists(header: str) -> str:
    """The header without the white space inside its bracketed lists."""
    depth, kept = 0, []
    for character in header:
        depth += (character == "[") - (character == "]")
        if not (depth > 0 and character.isspace()):
            kept.append(character)
    return "".join(kept)
