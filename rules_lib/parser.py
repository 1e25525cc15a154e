"""A logical line -> a rule. The only module that knows idstools.

idstools reads what the options mean. What it gets wrong is kept away from it: it aborts on a bad
byte, an unfinished option and a sid that is no number, splits nested lists and `"a;b"` in the wrong
place, does not know `rejectsrc`, nor `SID:` in capitals, and leaves `rev` None. So where a header
and an option end is settled in `rule`, and idstools is given the options that carry facts, under a
plain header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import idstools.rule

from rules_lib import engine
from rules_lib.model import Flowbit, Malformed, Option, Rule
from rules_lib.rule import RuleSyntaxError, header_of, sid_of, split

if TYPE_CHECKING:
    from rules_lib.ruleset import Line

_HEADER: Final = "alert ip any any -> any any"
_FACTS: Final = frozenset({"msg", "sid", "rev", "classtype", "metadata", "flowbits"})
_ONCE: Final = ("sid", "rev", "msg")
_SEVERITIES: Final = ("Critical", "Major", "Minor", "Informational")
_CONFIDENCES: Final = ("High", "Medium", "Low")
_NUMBER = re.compile(r"\+?[0-9]{1,20}\s*")
_DATE = re.compile(r"[0-9]{4}_[0-9]{2}_[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNWANTED: Final = frozenset({"priority", "classtype", "gid"})
_BITS: Final = {"xbits", "hostbits"}


def parse(category: str, line: Line) -> Rule | Malformed:
    """Read one logical line; a line that is no rule becomes `Malformed`, never an exception."""
    try:
        return _rule(category, line)
    except RuleSyntaxError as problem:
        text, sid = line.text, sid_of(line.text)
        return Malformed(category, line.number, text, str(problem), sid)


def _rule(category: str, line: Line) -> Rule:
    if line.problem:
        raise RuleSyntaxError(line.problem)
    if _CONTROL.search(line.text):
        raise RuleSyntaxError("it has a control character")
    header, options = split(line.text)
    facts = _facts(options)
    metadata = facts.get("metadata", [])
    flowbits = tuple(_flowbit(value) for value in facts["flowbits"])
    return Rule(
        category=category,
        line=line.number,
        text=line.text,
        header=header_of(header),
        sid=facts["sid"],
        rev=facts["rev"] or 0,
        msg=(facts["msg"] or "").replace(r"\;", ";"),
        keywords=_keywords(tuple(_qualified(option) for option in options)),
        flowbits=flowbits,
        noalert=_is_silent(options, flowbits),
        classtype=facts["classtype"] or "",
        severity=_highest(_values(metadata, "signature_severity"), _SEVERITIES),
        confidence=_highest(_values(metadata, "confidence"), _CONFIDENCES),
        updated_at=max(filter(_DATE.fullmatch, _values(metadata, "updated_at")), default=""),
        unwanted=tuple(option for option in options if option.name in _UNWANTED),
    )


def _facts(options: tuple[Option, ...]) -> dict[str, Any]:
    """Let idstools read the options that carry facts, in their order."""
    names = [option.name for option in options]
    for name in _ONCE:
        if names.count(name) > 1:
            raise RuleSyntaxError(f"it has {name} more than once")
    plain = [f"{o.name}:{_guarded(_stated(o))} ;" for o in options if o.name in _FACTS]
    facts: dict[str, Any] = idstools.rule.parse(f"{_HEADER} ({' '.join(plain)})")
    return facts


def _stated(option: Option) -> str:
    """The value of an option that must have one; where it is a number, one in range."""
    if not option.value:
        raise RuleSyntaxError(f"its {option.name} has no value")
    most = engine.NUMBER_MAX.get(option.name)
    if most is None:
        return option.value
    number = int(option.value) if _NUMBER.fullmatch(option.value) else 0
    if not 0 < number <= most:
        raise RuleSyntaxError(
            f"its {option.name} is {option.value[:20]}, no number from 1 to {most}"
        )
    return option.value


def _guarded(value: str) -> str:
    """Escape the semicolons that stand bare inside quotes, where idstools would cut."""
    return re.sub(r"(?<!\\);", r"\;", value)


def _flowbit(value: str) -> Flowbit:
    command, _, names = (part.strip() for part in value.partition(","))
    parts = tuple(name for part in re.split(r"[|&]", names) if (name := part.strip()))
    if command not in engine.FLOWBIT_COMMANDS or bool(parts) is (command == "noalert"):
        raise RuleSyntaxError(f"flowbits:{value[:40]} is neither noalert nor a command and names")
    return Flowbit(command, parts, every="&" in names)


@lru_cache(maxsize=8192)
def _keywords(names: tuple[str, ...]) -> frozenset[str]:
    """One set for all rules with the same options: a feed repeats itself."""
    return frozenset(name for qualified in names for name in {qualified, qualified.split(":")[0]})


def _qualified(option: Option) -> str:
    if option.name != "tag" and option.name not in _BITS:
        return option.name
    words = [word.strip() for word in (option.value or "").lower().split(",")]
    if option.name == "tag" and words[0] == "host":
        return "tag:host"
    if option.name in _BITS and not any(word.split() == ["track", "tx"] for word in words):
        return f"{option.name}:address"
    return option.name


def _is_silent(options: tuple[Option, ...], flowbits: tuple[Flowbit, ...]) -> bool:
    return any(f.command == "noalert" for f in flowbits) or any(
        option.name == "noalert"
        or (option.name in _BITS and (option.value or "").strip().lower() == "noalert")
        for option in options
    )


def _values(metadata: Iterable[str], key: str) -> list[str]:
    return [entry[len(key) :].strip() for entry in metadata if entry.startswith(f"{key} ")]


def _highest(values: list[str], scale: tuple[str, ...]) -> str:
    found = {value.capitalize() for value in values}
    return next((level for level in scale if level in found), "")
