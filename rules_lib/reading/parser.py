"""A logical line -> a rule, or what is wrong with it; never an exception.

Where a header and an option end is settled in `rule`, which options there are in `shape`; here
their values get a meaning. idstools is the referee of all three, in the parser's tests.
"""

from __future__ import annotations

import re
from sys import intern
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits, suricata
from rules_lib.model import NO_FEED, FeedOrigin, Malformed, Rule
from rules_lib.reading.metadata import rule_metadata
from rules_lib.reading.rule import Parts, RuleSyntaxError, cut, header_of, sid_of
from rules_lib.reading.shape import Shape, shape_of
from rules_lib.reading.ties import SILENT, read_ties
from rules_lib.reading.values import qualified, unwanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rules_lib.reading.lines import Line
    from rules_lib.ties import Tie

_BLANKS: Final = " \t"
"""What Suricata skips around a value, and no other white space (isblank)."""
_DIGITS: Final = 20
_NUMBER: Final = re.compile(rf"\+?[0-9]{{1,{_DIGITS}}}[ \t]*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOALERT: Final = re.compile(r"[\s,]*noalert(?![a-z])", re.ASCII)
"""At the beginning of bits of any kind; Suricata 8.0.3 passes over empty parts of `xbits`."""
_ESCAPED: Final = re.compile(r"\\(.|\Z)", re.DOTALL)


def parse(category: str, line: Line, feed: FeedOrigin = NO_FEED) -> Rule | Malformed:
    """Read one logical line; a line that is no rule becomes `Malformed`, never an exception."""
    try:
        return _rule(category, line, feed)
    except RuleSyntaxError as problem:
        text, sid = line.text, sid_of(line.text)
        return Malformed(category, line.number, text, str(problem), sid, feed)


def is_silent(text: str) -> bool:
    """Whether a rule says nothing of what it matches, by its options and not by words in them.

    A text that cannot be read does not silence itself.
    """
    if "noalert" not in text.lower():  # nearly none has it, and the rest takes longer
        return False
    try:
        parts = cut(text)
    except RuleSyntaxError:
        return False
    return _is_silent(parts, _shape(parts).silent)


def _rule(category: str, line: Line, feed: FeedOrigin) -> Rule:
    text = line.text
    if line.problem:
        raise RuleSyntaxError(line.problem)
    if not (text.isascii() and text.isprintable()) and _CONTROL.search(text):  # nearly all are
        raise RuleSyntaxError("it has a control character")
    if (semicolons := text.count(";")) > limits.RULE_BYTES:
        # What is kept of an option takes a hundred times the memory of its own two bytes.
        raise RuleSyntaxError(f"it has {semicolons:,} semicolons, too many for any rule")
    parts = cut(text)
    shape, value = _shape(parts), parts.value
    if shape.twice:
        raise RuleSyntaxError(f"it has {shape.twice} more than once")
    ties = _ties(parts, shape) if shape.ties else ()
    keywords = shape.keywords
    if shape.qualified:
        keywords = keywords.union(qualified(parts, shape))
    metadata = rule_metadata([_stated("metadata", value(place)) for place in shape.metadata])
    return Rule(
        category=category,
        line=line.number,
        text=text,
        header=header_of(parts.header),
        sid=None if shape.sid is None else _number("sid", value(shape.sid)),
        rev=0 if shape.rev is None else _number("rev", value(shape.rev)),
        msg="" if shape.msg is None else _message(value(shape.msg)),
        keywords=keywords,
        ties=tuple([tie for tie in ties if tie is not SILENT]) if ties else ties,
        noalert=_is_silent(parts, shape.silent) if shape.silent else False,
        classtype=intern(_last("classtype", value, shape.classtype)),
        severity=metadata.severity,
        confidence=metadata.confidence,
        created_at=metadata.created_at,
        updated_at=metadata.updated_at,
        alert_only=metadata.alert_only,
        unwanted=unwanted(parts, shape),
        feed=feed,
    )


def _shape(parts: Parts) -> Shape:
    return shape_of(" ".join([name for _, name, _ in parts.found]))


def _stated(name: str, value: str) -> str:
    """The value of an option that must have one."""
    if not value:
        raise RuleSyntaxError(f"its {name} has no value")
    return value.strip(_BLANKS)


def _last(name: str, value: Callable[[int], str], places: Iterable[int]) -> str:
    """The last of an option's values; each of them must be there."""
    found = ""
    for place in places:
        found = _stated(name, value(place))
    return found


def _number(name: str, value: str) -> int:
    """The value of an option that is a number, in range."""
    most = suricata.NUMBER_MAX[name]
    plain = len(value) <= _DIGITS and value.isascii() and value.isdigit()  # as nearly all are
    number = int(value) if plain or _NUMBER.fullmatch(value) else 0
    if 0 < number <= most:
        return number
    shown = _stated(name, value)[:20]
    raise RuleSyntaxError(f"its {name} is {shown}, not a number from 1 to {most}")


def _message(value: str) -> str:
    text = _stated("msg", value)
    quoted = text.startswith('"') and text.endswith('"')
    shown = text[1:-1] if quoted else text
    if "\\" not in shown[:-1]:
        return shown
    return _ESCAPED.sub(r"\1", shown)  # whatever it escapes, as Suricata does


def _ties(parts: Parts, shape: Shape) -> tuple[Tie, ...]:
    found: list[Tie] = []
    for place in shape.ties:
        name = parts.name(place)
        found += read_ties(name, _stated(name, parts.value(place)))
    return tuple(found)


def _is_silent(parts: Parts, places: Iterable[int]) -> bool:
    """Whether the last option that decides it silences the rule; `alert` undoes a noalert."""
    silent = False
    for place in places:
        name = parts.name(place)
        if name in {"noalert", "alert"}:
            silent = name == "noalert"
        elif _NOALERT.match(parts.value(place)):
            silent = True
    return silent
