"""Rules read by us and loaded by the real engine: whatever the two take another way is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist import load_allowlist
from rules_lib.facts import limits
from rules_lib.model import FeedFile, Mode, Rule
from rules_lib.outcome import Converted
from rules_lib.reading.lines import Line
from rules_lib.reading.parser import parse
from rules_lib.reading.rule import sid_of, split
from rules_lib.reading.ruleset import read_rules
from rules_lib.stages.convert import convert
from rules_lib.ties import MarkKind
from support.engine.analysis import ENDS, Analysis, View, analysed
from support.engine.spelling import filled, respelled, spelled
from support.inputs import DAY
from support.rules import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from rulesync_cli.verify.suricata import Suricata


FEED: Final = Path(__file__).parents[3] / "examples" / "feed"
BATCH: Final = 2_000
"""Rules in one run of the engine."""

WAYS: Final = (("", False), ("drop", False), ("alert", True))
"""With its own action, as drop, and as a setter that is brought in: action, setter."""

_ALL: Final = load_allowlist("version: 1\ndefault: drop\n", source="", known=())
_MAKERS: Final = frozenset({"fileext", "filename"})
_OWN_GID: Final = 1
_LEADING: Final = re.compile(r"\+?[0-9]+")
"""All that Suricata 8 looks at of a gid."""


@dataclass(slots=True)
class Tally:
    """How much was compared, and what was found.

    Attributes:
        tried: lines that were written.
        compared: rules that the engine loaded and we keep, in their own or a published text.
        differences: in words, with the rule.
    """

    tried: int = 0
    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """As it is printed."""
        return (
            f"{self.tried:,} lines tried, {self.compared:,} rules compared, "
            f"{len(self.differences):,} differences"
        )


def examples() -> tuple[Rule, ...]:
    """The good rules of the example feed; not those whose keywords make contents of their own."""
    files = (FeedFile(path.stem, path.read_bytes()) for path in sorted(FEED.rglob("*.rules")))
    return tuple(
        rule
        for rule in read_rules(files).rules
        if isinstance(rule, Rule) and rule.sid and not rule.keywords & _MAKERS
    )


def batch(chance: Random, good: Sequence[Rule]) -> list[str]:
    """Lines to try, each with a sid of its own."""
    lines = []
    for number in range(1_000_000, 1_000_000 + BATCH):
        lot = chance.random()
        if lot < 0.02:
            lines.append(filled(chance, number))
        elif lot < 0.3:
            one = chance.choice(good)
            lines.append(respelled(chance, one.text, number, one.sid or 0))
        else:
            lines.append(spelled(chance, number))
    return [line for line in (one.strip(" \t\n\r\x0b\x0c") for one in lines) if "\n" not in line]


def differ(engine: Suricata, lines: Sequence[str], tally: Tally) -> None:
    """Compare the lines as they stand, then as they would be published in each way."""
    tally.tried += len(lines)
    short = [line for line in lines if len(line.encode()) <= limits.RULE_BYTES]
    kept = tuple(_kept(lines))
    found = analysed(engine, short)
    tally.differences += (*_strangers(found, short), *_other_sids(found))
    _compare(found, {rule.text: partial(view_of, rule) for rule in kept}, tally)
    for action, setter in WAYS:
        _compare_published(engine, _published(kept, action, setter=setter), tally)


def _kept(lines: Iterable[str]) -> Iterator[Rule]:
    """What we read as rules, and do not leave out for their action."""
    for line in lines:
        rule = parse("emerging-any", Line(1, line))
        if isinstance(rule, Rule) and rule.header.action.lower() in limits.ACTIONS:
            yield rule


def _published(kept: Iterable[Rule], action: str, *, setter: bool) -> Mapping[str, Converted]:
    """By their text; of a sid one alone, as the engine replaces rules by those of a higher rev."""
    wanted = {
        rule.sid: asked(rule, Mode.DROP, action=action, setter=setter)
        for rule in kept
        if rule.sid and (action != "drop" or rule.header.action.lower() == "alert")
    }
    return {rule.text: rule for rule in convert(wanted.values(), _ALL, {}, DAY).rules}


def _compare_published(engine: Suricata, ours: Mapping[str, Converted], tally: Tally) -> None:
    found = analysed(engine, tuple(ours))
    tally.differences += (*_strangers(found, ours), *_other_sids(found))
    if found.loaded != len(found.views):
        tally.differences.append(f"{found.loaded} rules loaded, of {len(found.views)} lines")
    _compare(found, {text: partial(_published_view, rule) for text, rule in ours.items()}, tally)


def _strangers(found: Analysis, lines: Collection[str]) -> Iterator[str]:
    """What the engine loaded and nobody wrote."""
    return (f"a rule that nobody wrote: {text}" for text in found.views.keys() - set(lines))


def _other_sids(found: Analysis) -> Iterator[str]:
    """Whatever else we make of a line: where we see a sid at a glance, it is the engine's."""
    for text, views in found.views.items():
        if (seen := sid_of(text)) not in {views[0].sid, None}:
            yield f"sid is {seen} at a glance and {views[0].sid} to the engine: {text}"


def _compare(found: Analysis, ours: Mapping[str, Callable[[], View]], tally: Tally) -> None:
    for text, view in ours.items():
        if not (theirs := found.views.get(text)):
            continue
        tally.compared += 1
        mine = view() if theirs[0].action else view()._replace(action=None)
        if mine not in theirs:
            tally.differences.append(f"{_words(mine, theirs[0])}: {text}")


def _words(mine: View, theirs: View) -> str:
    return ", ".join(
        f"{name} is {one!r} to us and {other!r} to the engine"
        for name, one, other in zip(View._fields, mine, theirs, strict=True)
        if one != other
    )


def view_of(rule: Rule) -> View:
    """What a rule is to us."""
    header, options = rule.header, split(rule.text)[1]
    fields = (header.source, header.source_port, header.destination, header.destination_port)
    gids = [_LEADING.match(option.value or "0") for option in options if option.name == "gid"]
    action = header.action.lower()
    contents = (
        option.value or "" for option in options if option.name in {"content", "uricontent"}
    )
    return View(
        sid=rule.sid or 0,
        rev=rule.rev,
        gid=int(gids[-1][0]) if gids and gids[-1] else _OWN_GID,
        msg=rule.msg,
        action=action,
        noalert=_is_silent(rule),
        anys=frozenset(end for end, one in zip(ENDS, fields, strict=True) if one.lower() == "any"),
        contents=frozenset(map(_bytes, contents)),
        expressions="pcre" in rule.keywords,
        bits=frozenset(_bits(rule)),
    )


def _is_silent(rule: Rule) -> bool:
    """A pass rule is, to the engine, unless it has `alert`; to us it is where it says so."""
    if rule.header.action.lower() == "pass":
        return rule.noalert or "alert" not in rule.keywords
    return rule.noalert


def _bits(rule: Rule) -> Iterator[tuple[str, str]]:
    for tie in rule.ties:
        yield from ((tie.command, mark.name) for mark in tie.marks if mark.kind is MarkKind.FLOWBIT)


def _published_view(rule: Converted) -> View:
    """What a published rule is to us: as its source, but for what was changed on purpose."""
    source = view_of(rule.rule)
    return source._replace(gid=_OWN_GID, action=rule.action, noalert=source.noalert or rule.setter)


def _bytes(value: str) -> bytes:
    """What a content searches for, in lower case, as the engine tells it where case is nothing."""
    inside = value.strip(" \t").removeprefix("!").strip(" \t")[1:-1].encode()
    found, pair, escaped, changed = bytearray(), None, False, False
    for one in (inside[place : place + 1] for place in range(len(inside))):
        if one == b"|":
            found += bytes.fromhex((pair or b"").decode())
            changed, pair = changed or bool(pair), None if pair is not None else b""
        elif one == b"\\" and not escaped:
            escaped = True
        elif pair is not None:
            pair += one if one.isalnum() else b""
        else:
            changed, escaped = changed or escaped, False
            found += one
    return bytes(found + b"\\" * (escaped and not changed)).lower()
