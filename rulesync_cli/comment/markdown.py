"""Markdown for a comment on GitHub: what others wrote stands in code, so that it is only read.

In code nothing is a link, a mention, an issue, HTML or a table; GitHub looks for none of these
there. What rulesync itself says is plain Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rules_lib.text import counted, visible

LONGEST: Final = 65_536
"""Characters of a comment (GitHub: "Body is too long (maximum is 65536 characters)"); held in bytes
of UTF-8, which are never fewer."""

_CUT: Final = 300
"""Characters of a text of others: a msg may be as long as a rule."""

_TICKS: Final = re.compile("`+")
_ENDS_CELL: Final = re.compile(r"[|\\]")


def code(text: str) -> str:
    """Show a text of others in a line, as it is; what acts on a screen is escaped."""
    line = cut_short(visible(text.strip())) or " "
    ticks = "`" * (max(map(len, _TICKS.findall(line)), default=0) + 1)
    apart = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{apart}{line}{apart}{ticks}"


def cell(text: str) -> str:
    """The same for a cell of a table, which a bar would end, in code too."""
    line = cut_short(visible(text.strip()))
    return f"<code>{_entities(line)}</code>" if _ENDS_CELL.search(line) else code(text)


def cut_short(text: str) -> str:
    """A text, cut where it is longer than anybody reads."""
    return text if len(text) <= _CUT else f"{text[:_CUT]}…"


def _entities(text: str) -> str:
    """Letters and spaces as they are, all else by its number: nothing of it is Markdown."""
    return "".join(one if one.isalnum() or one == " " else f"&#{ord(one)};" for one in text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> list[str]:
    """Write a table; its cells are Markdown already.

    Args:
        headings: of the columns.
        rows: a cell for each.
        numbers: so many of the last columns stand to the right.
    """
    words = len(headings) - numbers
    rule = [*["---"] * words, *["---:"] * numbers]
    return ["", *(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)), ""]


def fold(summary: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines that are seen on request; nothing where there are none.

    Args:
        summary: what stands there instead, of our own words alone.
        lines: Markdown.
    """
    inside = list(lines)
    if inside:
        yield from ("", f"<details><summary>{summary}</summary>", "", *inside, "", "</details>", "")


def first(lines: Sequence[str], most: int, noun: str) -> Iterator[str]:
    """The first items of a list, and how many more there are."""
    yield from lines[:most]
    if len(lines) > most:
        more = "and more: " if most else ""
        yield f"- {more}{counted(len(lines) - most, noun)}"


def code_items(lines: Iterable[str]) -> list[str]:
    """Texts of others as items of a list."""
    return [f"- {code(line)}" for line in lines if line.strip()]


def alert(kind: str, lines: Iterable[str]) -> Iterator[str]:
    """A box of GitHub's: NOTE, TIP, IMPORTANT, WARNING or CAUTION."""
    yield from ("", f"> [!{kind}]", *(f"> {line}" for line in lines), "")
