"""One rule in, one rule loaded: the lines of a group of which that does not hold, each named.

Suricata says how many rules it loaded, and which it refuses. It is silent on lines that it takes
for comments, that it joins with the next, or of which it reads what is behind 8,191 bytes as a rule
of its own (DetectLoadSigFile in 7.0.10 and 8.0.6). Where the numbers do not agree, halves of the
group are loaded until the lines are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.reading.rule import sid_of

if TYPE_CHECKING:
    from rulesync_cli.verify.enginelog import EngineLog, EngineRefusal

PIECE: Final = 8_191
"""Bytes, the line end among them, that Suricata reads at a time."""

SHORT: Final = 900
"""Bytes of a rule that Suricata 7 tells whole in the 2,048 of a message, whatever is escaped."""

MOST: Final = 20
"""How many lines of a group are searched for; each costs some twenty runs of the engine."""

LoadLines: TypeAlias = "Callable[[Sequence[str]], EngineLog]"
AskLines: TypeAlias = "Callable[[Sequence[int]], EngineLog | None]"
"""What the engine says of some lines; None where each of them is as it should be."""


@dataclass(frozen=True, slots=True)
class Astray:
    """A line that was not loaded as one rule, though the engine does not refuse it.

    Attributes:
        line: from 1.
        sid: None where none can be read.
        loaded: as how many rules.
        words: why.
    """

    line: int
    sid: int | None
    loaded: int
    words: str
    rule: str


def line_of_each_piece(rules: Sequence[str]) -> tuple[int, ...]:
    """Our line of each piece that the engine reads: it counts these, and calls them lines."""
    return tuple(
        chain.from_iterable(
            repeat(line, -(-(len(text.encode()) + 1) // PIECE))
            for line, text in enumerate(rules, 1)
        )
    )


def astray(rules: Sequence[str], log: EngineLog, probe: LoadLines) -> tuple[Astray, ...]:
    """Find the lines that were not loaded as one rule each, in their order.

    Args:
        rules: one a line; blank ones are not asked for.
        log: what the engine said of all of them.
        probe: has the engine load some of them.
    """
    rejected = {one.line for one in log.refusals}
    known = {**dict(_joined(rules)), **dict(_replaced(rules, log)), **dict(_comments(rules))}
    lines = [line for line, text in enumerate(rules, 1) if text and line not in known]
    long = [line for line in lines if len(rules[line - 1].encode()) > PIECE]
    others = [line for line in lines if line not in long]
    whole = not log.skipped and log.loaded + len(rejected) == len(others) + len(log.replaced)
    found = [] if whole and not long else [_search(rules, others, probe, known=not long)]
    found += [_search(rules, [line], probe) for line in long]  # they alone can make two of one
    named = (
        _astray(rules, line, 0, words) for line, words in known.items() if line not in rejected
    )
    return tuple(sorted((*named, *islice(chain(*found), MOST)), key=lambda one: one.line))


def refused_rules(
    rules: Sequence[str], log: EngineLog, probe: LoadLines
) -> tuple[EngineRefusal, ...]:
    """Name all rules that the engine refuses, also those of which it does not say which they are.

    Args:
        rules: one a line.
        log: what the engine said of all of them.
        probe: has the engine load some of them.
    """
    named = {one.line: one for one in log.refusals if one.line}
    if len(named) == len(log.refusals):
        return log.refusals
    long = [line for line, text in enumerate(rules, 1) if len(text.encode()) > SHORT]
    found = _refused(rules, [line for line in long if line not in named], probe)
    named |= {one.line: one for one in islice(found, MOST)}
    return tuple(named[line] for line in sorted(named))


def _refused(
    rules: Sequence[str], lines: Sequence[int], probe: LoadLines
) -> Iterator[EngineRefusal]:
    def wanting(some: Sequence[int]) -> EngineLog | None:
        log = probe([rules[line - 1] for line in some])
        return log if log.refusals else None

    for line, log in _each_alone(lines, wanting, known=True):
        text = rules[line - 1]
        yield replace(log.refusals[0], line=line, sid=sid_of(text), rule=text)


def _each_alone(
    lines: Sequence[int], wanting: AskLines, *, known: bool = False
) -> Iterator[tuple[int, EngineLog]]:
    """Find each line that is wanting, and what the engine says of it alone.

    Args:
        lines: among which they are looked for.
        wanting: has the engine load some of them.
        known: one of them is wanting, so the engine is not asked about all of them.
    """
    if known and len(lines) > 1:
        yield from _in_halves(lines, wanting)
    elif lines and (log := wanting(lines)):
        yield from _in_halves(lines, wanting) if len(lines) > 1 else [(lines[0], log)]


def _in_halves(lines: Sequence[int], wanting: AskLines) -> Iterator[tuple[int, EngineLog]]:
    middle, fine = len(lines) // 2, True
    for found in _each_alone(lines[:middle], wanting):
        fine = False
        yield found
    yield from _each_alone(lines[middle:], wanting, known=fine)


def _comments(rules: Sequence[str]) -> Iterator[tuple[int, str]]:
    for line, text in enumerate(rules, 1):
        if text.startswith(("#", " ", "\t")):
            yield line, "Suricata reads it as a comment"


def _joined(rules: Sequence[str]) -> Iterator[tuple[int, str]]:
    for line, text in enumerate(rules, 1):
        if text.rstrip().endswith("\\"):
            yield line, "it ends in a backslash, so Suricata joins it with the next line"
            if line < len(rules):
                yield line + 1, "the line before it ends in a backslash, so Suricata joins them"


def _replaced(rules: Sequence[str], log: EngineLog) -> Iterator[tuple[int, str]]:
    for newer in log.replaced:
        sid = sid_of(newer)
        for line, text in enumerate(rules, 1):
            if sid is not None and text != newer and sid_of(text) == sid:
                yield (
                    line,
                    "Suricata uses a later line with the same sid and a higher rev instead",
                )


def _search(
    rules: Sequence[str], lines: Sequence[int], probe: LoadLines, *, known: bool = False
) -> Iterator[Astray]:
    def wanting(some: Sequence[int]) -> EngineLog | None:
        log = probe([rules[line - 1] for line in some])
        refused = {one.line for one in log.refusals}
        return log if log.skipped or log.loaded + len(refused) != len(some) else None

    for line, log in _each_alone(lines, wanting, known=known):
        yield _astray(rules, line, log.loaded, _words(rules[line - 1], log))


def _words(text: str, log: EngineLog) -> str:
    if len(text.encode()) > PIECE:
        return f"Suricata reads what follows {PIECE:,} bytes as another rule"
    return "; ".join(log.unmet or log.warnings) or "Suricata gives no reason"


def _astray(rules: Sequence[str], line: int, loaded: int, words: str) -> Astray:
    text = rules[line - 1]
    return Astray(line, sid_of(text), loaded, words, text)
