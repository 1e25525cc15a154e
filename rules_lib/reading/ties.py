"""Options that tie rules together -> what they do: flowbits, flowint, xbits, hostbits.

Read as Suricata 8 reads them: forms measured with 8.0.8, and with 7.0.10, which differs in xbits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Final, TypeAlias

from rules_lib.reading.rule import RuleSyntaxError
from rules_lib.ties import Mark, MarkKind, Tie

SILENT: Final = Tie("noalert", ())
"""What an option comes to that says `noalert`, and so ties the rule to nothing."""

Ties: TypeAlias = tuple[Tie, ...]

_FLOWBIT_COMMANDS: Final = frozenset({"set", "unset", "toggle", "isset", "isnotset", "noalert"})
_ASKING: Final = frozenset({"isset", "isnotset"})
_FLOWINT: Final = re.compile(
    r"\s*+([a-zA-Z][\w./]++)\s*+,\s*+([+=-]|==|!=|<|<=|>|>=|isset|notset|isnotset)"
    r"\s*+,?\s*+([a-zA-Z]\w++|\d{1,10})?\s*+",
    re.ASCII,
)
_FLOWINT_MAX: Final = 2**32 - 1
_BIT_COMMANDS: Final = frozenset({"set", "unset", "toggle", "isset", "isnotset"})
_HOSTBITS: Final = re.compile(
    r"([a-z]++)(?:\s*+,\s*+([^\s,]++))?\s*+(?:,\s*+(src|dst))?\s*+", re.ASCII
)
_TRACKED: Final[Mapping[str, MarkKind]] = MappingProxyType(
    {
        "ip_src": MarkKind.HOST,
        "ip_dst": MarkKind.HOST,
        "ip_pair": MarkKind.PAIR,
        "tx": MarkKind.TRANSACTION,
    }
)
_EXPIRE: Final = re.compile(r"\+?0*[1-9][0-9]{0,9}", re.ASCII)
_EXPIRE_MAX: Final = 2**32 - 1


@lru_cache(maxsize=8192)
def read_ties(name: str, value: str) -> Ties:
    """Read one option of these.

    Args:
        name: of the option, in lower case.
        value: without white space around it.

    Raises:
        RuleSyntaxError: the engine would not take it.
    """
    found = _READERS[name](value)
    if found is None:
        raise RuleSyntaxError(f"{name}:{value[:40]} is {_FORMS[name]}")
    return found


def _flowbits(value: str) -> Ties | None:
    """`a|b` names two bits; `a&b` is the name of one, as any other sign is a part of a name.

    What sets, unsets or toggles takes one name: of `set,a|b` Suricata 8.0.3 sets neither.
    """
    command, _, names = (part.strip(" \t") for part in value.partition(","))
    found = (name for part in names.split("|") if (name := part.strip(" \t")))
    marks = tuple(_mark(MarkKind.FLOWBIT, name) for name in found)
    if command not in _FLOWBIT_COMMANDS or bool(marks) is (command == "noalert"):
        return None
    if not marks:
        return (SILENT,)
    return (Tie(intern(command), marks),) if "|" not in names or command in _ASKING else ()


def _flowint(value: str) -> Ties | None:
    """A number that a rule counts up; where it is compared with another one, both are asked for."""
    match = _FLOWINT.fullmatch(value)
    if not match:
        return None
    name, command, operand = match.groups()
    mark = _mark(MarkKind.FLOWINT, name)
    if command.endswith("set"):
        return (Tie("isset" if command == "isset" else "isnotset", (mark,)),)
    if operand is None or (operand[0].isdigit() and int(operand) > _FLOWINT_MAX):
        return None
    own = Tie(intern(command), (mark,))
    return (
        (own,) if operand[0].isdigit() else (own, Tie("read", (_mark(MarkKind.FLOWINT, operand),)))
    )


def _hostbits(value: str) -> Ties | None:
    match = _HOSTBITS.fullmatch(value)
    command, name = (match[1], match[2]) if match else ("", None)
    if command == "noalert" and name is None:
        return (SILENT,)
    if command not in _BIT_COMMANDS or name is None:
        return None
    return (Tie(intern(command), (_mark(MarkKind.HOST, name),)),)


def _xbits(value: str) -> Ties | None:
    """Bits of hosts, of pairs of them, or of a transaction, as `track` says.

    Without it Suricata 8 takes the option all the same; it sets nothing and never matches.
    """
    words = [word for part in value.split(",") if (word := part.lstrip(" \t"))]
    if words == ["noalert"]:
        return (SILENT,)
    pairs = [(head, rest.lstrip(" \t")) for head, _, rest in (w.partition(" ") for w in words)]
    (command, extra), (name, more) = (*pairs, ("", ""), ("", ""))[:2]
    settings = _settings(words[2:], pairs[2:])
    if command not in _BIT_COMMANDS or extra or more or settings is None:
        return None
    kind = _TRACKED[settings["track"]] if "track" in settings else MarkKind.NOWHERE
    if kind is MarkKind.TRANSACTION and command not in {"set", "isset"}:
        return None
    if kind is not MarkKind.NOWHERE:
        return (Tie(intern(command), (_mark(kind, name),)),)
    return (Tie("isset", (_mark(kind, name),)),) if command.startswith("is") else ()


def _settings(words: list[str], pairs: list[tuple[str, str]]) -> dict[str, str] | None:
    """`track` and `expire`, each once; the engine passes over other words until it has both."""
    found: dict[str, str] = {}
    for word, (head, rest) in zip(words, pairs, strict=True):
        if len(found) == len(_ALLOWED) or " " not in word:
            return None
        if head in _ALLOWED:
            if head in found or not _ALLOWED[head](rest):
                return None
            found[head] = rest
    return found


_ALLOWED: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "track": _TRACKED.__contains__,
        "expire": lambda value: bool(_EXPIRE.fullmatch(value)) and int(value) <= _EXPIRE_MAX,
    }
)


@lru_cache(maxsize=8192)
def _mark(kind: MarkKind, name: str) -> Mark:
    return Mark(kind, intern(name))


_READERS: Final[Mapping[str, Callable[[str], Ties | None]]] = MappingProxyType(
    {"flowbits": _flowbits, "flowint": _flowint, "xbits": _xbits, "hostbits": _hostbits}
)
_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "flowbits": "neither noalert nor a command and names",
        "flowint": "no name with a valid command and its arguments",
        "xbits": "neither noalert nor a command, a name and what it tracks",
        "hostbits": "neither noalert nor a command, a name, and src or dst",
    }
)
TYING: Final = frozenset(_READERS)
"""Names of the options that `read_ties` reads."""
