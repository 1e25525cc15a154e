"""One rule's text: where its header and options are, and edits that touch nothing else.

An option ends where Suricata ends it: at the first semicolon without a backslash right before it,
quotes or not (SigParseOptions in detect-parse.c, the same in 7.0.10 and 8.0.3). Whoever minds
quotes or escapes could end it elsewhere, as the service may, which reads a rule before its engine
does. So an option is one only where all end it at the same place; else the line is no rule.
Emerging Threats has bare quotes inside of pcre values: they are text, as no semicolon follows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from sys import intern
from typing import NamedTuple

from rules_lib.facts import suricata
from rules_lib.model import Header, NumberedOption, Option
from rules_lib.reading.sids import SID

_OPTION = re.compile(
    r"""
    ( [ \t]*+ ( [A-Za-z0-9_.\-]++ ) [ \t]*+
      (?: ; | : [ \t]*+ (
          "[^";\\]*+" (?=;)
        | [^!";\\]*+ (?=;)
        | !?[ \t]*+" [^";\\]*+
          (?> (?: (?: \\\\; | \\(?!"[ \t]*+;). | "(?![ \t]*+;) ) [^";\\]*+ )* )
          (?: " | \\"(?= [ \t]*+ ; [^"]*+ \Z) )
        | (?! !?[ \t]*+" ) [^";\\]*+
          (?> (?: (?: \\;? | "(?> (?: [^";\\]++ | \\;? )* )" | "(?= [^"]*+ \Z) ) [^";\\]*+ )* )
      ) [ \t]*+ ; ) )
    | .+
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
"""One option: its text with the white space before it, its name, its value; or, with none of
these, all the rest, in which no option can be read. So a text is read in one go. Nearly all values
have one of the first two forms, which spare a look at what else they might hold. A semicolon in a
value has a backslash right before it; a value that opens with a quote ends with one that has none,
any other has quotes in pairs. The last quote of a rule may be escaped, or alone: none is left to
close it. Groups are atomic, not possessive: Python 3.11.2, which Debian bookworm has, gets a
possessive group wrong."""
_ENVELOPE = re.compile(
    r"(?P<header>[^()]*[^()\s]) [ \t]*\((?P<options>.*)\)\s*", re.DOTALL | re.ASCII
)
_SPACES_IN_LIST = re.compile(r"(?<!\s)\s++(?=[\],])|(?<=[\[,!])\s++", re.ASCII)
"""Begins where white space begins, so that a long stretch of it is looked at once."""
_GAPS_IN_LIST = ("[ ", " ]", ", ", " ,", "! ")
_GAP = re.compile(r"[ \t]+")
_VARIABLE = re.compile(r"(!?)\$([^\s,\[\]!$]*)")
_NAME = re.compile(r"\$([^\s,\[\]!$]*)")
_SET = re.compile(r"@([^\s,\[\]!$@]*)")
_NOT_ANY = re.compile(r"!any\b", re.IGNORECASE)
_ANY = re.compile(r"\bany\b", re.IGNORECASE)


class RuleSyntaxError(ValueError):
    """The text has not the form of a rule; says what is wrong with it."""


class Parts(NamedTuple):
    """A rule cut up: its header, and its options.

    Attributes:
        start: where the first option's text begins; each of the others begins where one ends.
        found: of each option its text, and its name and value as written, quotes and escapes
            included; the value is empty where an option has none.
    """

    header: str
    start: int
    found: Sequence[tuple[str, str, str]]

    def name(self, number: int) -> str:
        """The name of one option, in lower case; the first is 0."""
        return self.found[number][1].lower()

    def value(self, number: int) -> str:
        """The value of one option."""
        return self.found[number][2]

    def options(self, numbers: Iterable[int]) -> tuple[Option, ...]:
        """Some of the options, with their places; `numbers` ascend, the first option is 0."""
        found, begin, at = [], self.start, 0
        for number in numbers:
            begin, at = begin + sum(len(text) for text, _, _ in self.found[at:number]), number
            text, name, written = self.found[number]
            value = intern(written) if ":" in text else None
            found.append(Option(intern(name.lower()), value, begin, begin + len(text)))
        return tuple(found)


def cut(text: str) -> Parts:
    """Cut a rule into its header and its options.

    Raises:
        RuleSyntaxError: the text has not the form `header (option; option:value; …)`.
    """
    envelope = _ENVELOPE.fullmatch(text)
    if not envelope:
        raise RuleSyntaxError(
            "it does not have the form: action protocol … (option; option:value;)"
        )
    header, start, end = envelope[1], envelope.start(2), envelope.end(2)
    found, rest = _options_of(text, start, end)
    if rest:
        raise RuleSyntaxError(_unreadable(rest))
    return Parts(header, start, found)


def _options_of(text: str, start: int, end: int) -> tuple[list[tuple[str, str, str]], str]:
    """Text, name and value of each option up to the first that cannot be read; what is left."""
    found = _OPTION.findall(text, start, end)
    if not found or found[-1][0]:
        return found, ""
    found.pop()
    return found, text[start + sum(len(option[0]) for option in found) : end].strip(" \t")


def _unreadable(rest: str) -> str:
    shown = f"no option can be read at: {rest[:60]}"
    if '"' not in rest:
        return shown
    return f"{shown} (a quote is open at a semicolon, where Suricata still ends the option)"


def split(text: str) -> tuple[str, tuple[Option, ...]]:
    """Cut a rule into its header and its options, each with its place.

    Raises:
        RuleSyntaxError: the text has not the form `header (option; option:value; …)`.
    """
    parts = cut(text)
    return parts.header, parts.options(range(len(parts.found)))


@lru_cache(maxsize=4096)
def header_of(text: str) -> Header:
    """Read the fields before the options; a feed has few different ones, so they are kept.

    Raises:
        RuleSyntaxError: there are not seven fields, the direction is unknown, or a field is none.
    """
    fields = _fields(text)
    if len(fields) != 7:  # noqa: PLR2004 - action, protocol, two of each end, direction
        raise RuleSyntaxError(f"its header has {len(fields)} fields instead of 7: {text[:80]}")
    if any("\t" in field for field in fields):
        raise RuleSyntaxError("its header has a tab where Suricata accepts only a space")
    header = Header(*fields)
    if header.direction not in suricata.DIRECTIONS:
        raise RuleSyntaxError(f"its direction is {header.direction[:20]} and not ->, <> or =>")
    for field in (*header.addresses, *header.ports):
        if field.count("[") != field.count("]"):
            raise RuleSyntaxError(f"the brackets of {field[:80]} do not match")
        if negates_any(field):
            raise RuleSyntaxError(f"{field[:80]} leaves nothing that it could match")
    return header


def _fields(header: str) -> list[str]:
    """Cut a header as Suricata does: a tab parts the action from the rest, else spaces do."""
    action, *rest = _GAP.split(close_up(header), maxsplit=1)
    cut = (field.lstrip("\t") for part in rest for field in part.split(" "))
    return [action, *(field for field in cut if field)]


def base_of(protocol: str) -> str:
    """A protocol of a header in lower case, without the hook that Suricata 8 takes: `tls:…`."""
    return protocol.partition(":")[0].lower()


def close_up(header: str) -> str:
    """Take the spaces out of a header's lists, and out of nothing else."""
    if "[" not in header and "!" not in header:
        return header
    if "\t" not in header and not any(gap in header for gap in _GAPS_IN_LIST):
        return header  # some are long, and this is soon seen
    return _SPACES_IN_LIST.sub("", header)


@lru_cache(maxsize=4096)
def header_variables(header: Header) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the variables in a header, without `$`: those of addresses, those of ports."""
    addresses, ports = (variables_in(" ".join(ends)) for ends in (header.addresses, header.ports))
    return frozenset(addresses), frozenset(ports)


def variables_in(text: str) -> tuple[str, ...]:
    """Name each variable, without `$`, as often as it stands in a header."""
    return tuple(_NAME.findall(text))


def reference_names_in(text: str) -> tuple[str, ...]:
    """Name each reference set, without `@`, as often as it stands in a header, or in a value."""
    return tuple(_SET.findall(text)) if "@" in text else ()


def write_variables(header: str, written: Mapping[str, str]) -> str:
    """Replace `$NAME` by its value where one is given; a negation of a negation cancels."""

    def value_of(match: re.Match[str]) -> str:
        sign, name = match.groups()
        value = written.get(name)
        if value is None:
            return match[0]
        return value[1:] if sign and value.startswith("!") else sign + value

    return _VARIABLE.sub(value_of, header)


def negates_any(header: str) -> bool:
    """Whether it asks for `!any`, alone or in a list: nothing is left, and Suricata refuses it."""
    if "!" not in header:
        return False
    lists = (part.partition("![")[2] for part in header.split("]"))
    return bool(_NOT_ANY.search(header)) or any(map(_ANY.search, lists))


def without(text: str, options: Iterable[Option]) -> str:
    """Take the options out, each with the white space before it; keep all other text."""
    kept, position = [], 0
    for option in options:
        kept.append(text[position : option.start])
        position = option.end
    return "".join((*kept, text[position:]))


def rest_without(text: str, start: int, options: Sequence[NumberedOption]) -> str:
    """The text of a rule from a place in its header on, without some of its options.

    A name that stands there once is the option's, as nearly every rule's `classtype` is; for others
    the rule is cut up.

    Args:
        text: of a rule that can be cut up.
        start: where to begin.
        options: in their order.
    """
    rest = text[start:]
    for option in options:
        before, _, behind = rest.partition(option.written)
        value, _, left = behind.partition(";")
        if option.written in behind or value.endswith("\\"):
            numbers = (option.number for option in options)
            return without(text, cut(text).options(numbers))[start:]
        rest = before.rstrip(" \t") + left
    return rest


def sid_of(text: str) -> int | None:
    """Read the sid of a rule, where it can be read; a `sid:9;` inside a msg is none."""
    if (plain := _plain_sid(text)) is not None:
        return plain
    found = tuple(SID.finditer(text))
    if len(found) > 1:
        starts = _starts(text)
        found = tuple(match for match in found if match.start() + 1 in starts) or found[-1:]
    return int(found[0][1]) if found else None


def _plain_sid(text: str) -> int | None:
    """The sid of a rule that has the word once and writes it as nearly all do: much faster."""
    lowered = text.lower()
    place = lowered.find("sid")
    if place != lowered.rfind("sid") or not text.isascii():
        return None
    number, end, _ = text[place + 4 : place + 25].partition(";")
    written = text[place - 2 : place + 4] == "; sid:" and text[place - 3] != "\\"
    return int(number) if written and end and number.isdecimal() else None


def _starts(text: str) -> frozenset[int]:
    """Where options begin, of a broken rule those before what is broken."""
    envelope = _ENVELOPE.fullmatch(text)
    if not envelope:
        return frozenset()
    found, _ = _options_of(text, *envelope.span(2))
    return frozenset(accumulate((len(option[0]) for option in found), initial=envelope.start(2)))
