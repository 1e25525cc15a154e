"""A logical line -> a rule, or what is wrong with it; never an exception.

Where a header and an option end is settled in `rule`, which options there are in `shape`; here
their values get a meaning. idstools is the referee of all three, in the parser's tests.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Final, NamedTuple

from rules_lib.facts import limits, suricata
from rules_lib.model import Malformed, Rule
from rules_lib.reading.rule import Parts, RuleSyntaxError, cut, header_of, sid_of
from rules_lib.reading.shape import Shape, shape_of
from rules_lib.reading.ties import SILENT, read_ties
from rules_lib.reading.values import qualified, unwanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rules_lib.reading.lines import Line
    from rules_lib.ties import Tie

_SEVERITIES: Final = ("Critical", "Major", "Minor", "Informational")
_CONFIDENCES: Final = ("High", "Medium", "Low")
_BLANKS: Final = " \t"
"""What Suricata skips around a value, and no other white space (isblank)."""
_NUMBER: Final = re.compile(r"\+?[0-9]{1,20}[ \t]*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_METADATA: Final = re.compile(
    r",\s*(signature_severity|confidence|updated_at|deployment) ([^,]*)", re.ASCII
)
"""An entry behind its comma, which a search finds at once; so the first entry is given one too."""
_ALERT_ONLY: Final = "alert_only"
"""The `deployment` of rules that are not meant to block: 48 of ET Open's in March 2026."""
_DATE: Final = re.compile(r"[0-9]{4}_[0-9]{2}_[0-9]{2}")
_NOALERT: Final = re.compile(r"[\s,]*noalert(?![a-z])", re.ASCII)
"""At the beginning of bits of any kind; Suricata 8.0.3 passes over empty parts of `xbits`."""
_ESCAPED: Final = re.compile(r"\\(.|\Z)", re.DOTALL)


def parse(category: str, line: Line) -> Rule | Malformed:
    """Read one logical line; a line that is no rule becomes `Malformed`, never an exception."""
    try:
        return _rule(category, line)
    except RuleSyntaxError as problem:
        text, sid = line.text, sid_of(line.text)
        return Malformed(category, line.number, text, str(problem), sid)


def _rule(category: str, line: Line) -> Rule:
    text = line.text
    if line.problem:
        raise RuleSyntaxError(line.problem)
    if not (text.isascii() and text.isprintable()) and _CONTROL.search(text):  # nearly all are
        raise RuleSyntaxError("it has a control character")
    if (semicolons := text.count(";")) > limits.RULE_BYTES:
        # What is kept of an option takes a hundred times the memory of its own two bytes.
        raise RuleSyntaxError(f"it has {semicolons:,} semicolons, too many for any rule")
    parts = cut(text)
    shape, values = shape_of(parts.names), parts.values
    if shape.twice:
        raise RuleSyntaxError(f"it has {shape.twice} more than once")
    ties = _ties(parts, shape) if shape.ties else ()
    keywords = shape.keywords
    if shape.qualified:
        keywords = keywords.union(qualified(parts, shape))
    severity, confidence, updated_at, alert_only = _metadata(
        ",".join([_stated("metadata", values[place]) for place in shape.metadata])
    )
    return Rule(
        category=category,
        line=line.number,
        text=text,
        header=header_of(parts.header),
        sid=None if shape.sid is None else _number("sid", values[shape.sid]),
        rev=0 if shape.rev is None else _number("rev", values[shape.rev]),
        msg="" if shape.msg is None else _message(values[shape.msg]),
        keywords=keywords,
        ties=tuple([tie for tie in ties if tie is not SILENT]) if ties else ties,
        noalert=_is_silent(parts, shape.silent) if shape.silent else False,
        classtype=intern(_last("classtype", values, shape.classtype)),
        severity=severity,
        confidence=confidence,
        updated_at=updated_at,
        alert_only=alert_only,
        unwanted=parts.options(out) if (out := unwanted(parts, shape)) else (),
    )


def _stated(name: str, value: str) -> str:
    """The value of an option that must have one."""
    if not value:
        raise RuleSyntaxError(f"its {name} has no value")
    return value.strip(_BLANKS)


def _last(name: str, values: Sequence[str], places: Iterable[int]) -> str:
    """The last of an option's values; each of them must be there."""
    found = ""
    for place in places:
        found = _stated(name, values[place])
    return found


def _number(name: str, value: str) -> int:
    """The value of an option that is a number, in range."""
    most = suricata.NUMBER_MAX[name]
    number = int(value) if _NUMBER.fullmatch(value) else 0
    if 0 < number <= most:
        return number
    shown = _stated(name, value)[:20]
    raise RuleSyntaxError(f"its {name} is {shown}, no number from 1 to {most}")


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
        name = parts.names[place].lower()
        found += read_ties(name, _stated(name, parts.values[place]))
    return tuple(found)


def _is_silent(parts: Parts, places: Iterable[int]) -> bool:
    """Whether the last option that decides it silences the rule; `alert` undoes a noalert."""
    silent = False
    for place in places:
        name = parts.names[place].lower()
        if name in {"noalert", "alert"}:
            silent = name == "noalert"
        elif _NOALERT.match(parts.values[place]):
            silent = True
    return silent


class _Metadata(NamedTuple):
    """What a rule's metadata say that counts here."""

    severity: str
    confidence: str
    updated_at: str
    alert_only: bool


@lru_cache(maxsize=8192)
def _metadata(entries: str) -> _Metadata:
    """The highest severity, the highest confidence and the latest update; empty where none."""
    return _weighed(tuple(_METADATA.findall(f",{entries}")))


@lru_cache(maxsize=8192)
def _weighed(entries: tuple[tuple[str, str], ...]) -> _Metadata:
    found = defaultdict[str, list[str]](list)
    for key, value in entries:
        found[key].append(value.strip())
    return _Metadata(
        _highest(found["signature_severity"], _SEVERITIES),
        _highest(found["confidence"], _CONFIDENCES),
        intern(max(filter(_DATE.fullmatch, found["updated_at"]), default="")),
        _ALERT_ONLY in map(str.lower, found["deployment"]),
    )


def _highest(values: Iterable[str], scale: tuple[str, ...]) -> str:
    found = [value.capitalize() for value in values]
    return next((level for level in scale if level in found), "")
