"""What the values of some options say about support: a keyword may be fine, and this use of it not.

A use that matters gets a qualified name beside its keyword's: `tag:host`, `geoip:ZZ`, and for what
a rule requires of the engine `requires:version < 8`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rules_lib.facts import suricata, vocabulary
from rules_lib.model import NumberedOption
from rules_lib.reading.requires import REQUIRES, read_requires

if TYPE_CHECKING:
    from rules_lib.reading.rule import Parts
    from rules_lib.reading.shape import Shape

BITS: Final = frozenset({"xbits", "hostbits"})
_IN_A_BUFFER: Final = frozenset(
    {"content", "nocase", "depth", "offset", "distance", "within", "startswith", "endswith"}
    | {"fast_pattern", "rawbytes", "isdataat", "bsize", "pcre"}
)
"""Options behind which a rule still looks into the same sticky buffer."""
_PAIRS: Final = re.compile(r"\s*(?:[0-9A-Fa-f]{2}\s*)*")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def qualified(parts: Parts, shape: Shape) -> Iterator[str]:
    """The qualified names of a rule's options.

    Raises:
        RuleSyntaxError: the engine could not read what the rule requires.
    """
    for place in shape.qualified:
        name, value = parts.name(place), parts.value(place)
        if name in BITS:
            if not _is_in_transaction(value):
                yield f"{name}:address"
        elif name == "tag":
            if value.lower().split(",")[0].strip() == "host":
                yield "tag:host"
        elif name == REQUIRES:
            read_requires(value.strip())
            yield f"{name}:{value.strip()}"
        elif name == vocabulary.GEOIP:
            yield from (f"{name}:{code}" for code in vocabulary.wrong_countries(value))
        elif misuse := suricata.misuse(name, tuple(_contents(parts, place))):
            yield f"{name}:{misuse}"


def unwanted(parts: Parts, shape: Shape) -> tuple[NumberedOption, ...]:
    """The options that must go; of `fast_pattern` behind base64_data the bare ones."""
    bare = [
        NumberedOption(parts.found[place][1], place)
        for place in shape.behind_base64
        if not parts.value(place)
    ]
    return tuple(sorted((*shape.unwanted, *bare), key=_number)) if bare else shape.unwanted


def _number(option: NumberedOption) -> int:
    return option.number


def _is_in_transaction(value: str) -> bool:
    return any(word.split() == ["track", "tx"] for word in value.lower().split(","))


def _contents(parts: Parts, buffer: int) -> Iterator[bytes]:
    """What is looked for in the sticky buffer that an option names."""
    for _, name, value in parts.found[buffer + 1 :]:
        if name.lower() not in _IN_A_BUFFER:
            return
        if name.lower() == "content":
            yield _pattern(value)


def _pattern(value: str) -> bytes:
    """The bytes that a content stands for; what is malformed between bars counts as none."""
    pieces = value.strip().removeprefix("!").strip().strip('"').split("|")
    return b"".join(
        _pairs(piece) if place % 2 else _ESCAPED.sub(r"\1", piece).encode()
        for place, piece in enumerate(pieces)
    )


def _pairs(text: str) -> bytes:
    return bytes.fromhex(text) if _PAIRS.fullmatch(text) else b""
