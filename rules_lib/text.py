"""Text and numbers for people's eyes: nothing in them can act on a terminal, sheet or page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_ACTING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters: terminals obey them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the reading direction
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f"  # unseen
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # as well
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"  # as well: letters that only programs read
    "\u2028\u2029"  # line ends to some readers
    "\ud800-\udfff]"  # half a character: cannot be encoded
)
_STEP: Final = 1000


def visible(text: str) -> str:
    r"""Write control characters, unseen ones and lone surrogates as escapes, such as `\x1b`.

    The result is one line and can be encoded as UTF-8. A backslash stays as it is, so it is made
    to be read; the exact text stands in `discarded.jsonl`.
    """
    if text.isascii() and text.isprintable():  # as nearly all of it is
        return text
    return _ACTING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def visible_lines(text: str) -> str:
    """As `visible`, but line feeds stay; nothing else that some readers take for a line's end."""
    return "\n".join(map(visible, text.removesuffix("\n").split("\n")))


def count(number: int) -> str:
    """Thousands apart by commas: `38,651`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 rule`, `2,000 rules`, `3 categories`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("ory") else f"{number:,} {noun}s"


def first_of(words: Sequence[str], most: int) -> str:
    """The first of some words, and how many more there are: `a, b and 1,200 more`."""
    named, more = ", ".join(words[:most]), len(words) - most
    return f"{named} and {count(more)} more" if more > 0 else named


def share(part: int, whole: int) -> str:
    """A part in percent; `-` where there is no whole. Only a full whole is 100%."""
    if not whole:
        return "-"
    percent = round(100 * part / whole)
    return f"{min(percent, 99) if part < whole else percent}%"


def portion(part: int, whole: int) -> float:
    """A part in percent, for a picture: exact to a thousandth, 0 where there is no whole."""
    return round(100 * part / whole, 3) if whole else 0.0


def size(octets: int) -> str:
    """Bytes in decimal units, as the service's own limit is: `1.9 MB`."""
    if octets < _STEP:
        return f"{octets} B"
    kilo = octets / _STEP
    return f"{kilo:.1f} kB" if kilo < _STEP - 0.05 else f"{kilo / _STEP:.1f} MB"
