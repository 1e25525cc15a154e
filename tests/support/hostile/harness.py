"""What must hold for any bytes, a function a reader; hypothesis and the long run both call these.

Each takes what an attacker would write and raises where a promise is broken: an error of another
kind, a rule of somebody else's that is lost, a name that leads out of the folder, an error without
its line.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.build import build
from rules_lib.errors import AllowlistError, ArchiveError
from rules_lib.feed.archive import unpack
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.groups.content import rules_in
from rules_lib.model import AnyRule, FeedFile, Malformed, Rule
from rules_lib.reading.lines import Line, Tally, count_rules
from rules_lib.reading.parser import parse
from rules_lib.reading.ruleset import Ruleset, read_rules
from rules_lib.reading.shape import REMOVED_OPTIONS
from rules_lib.report.records import discarded_csv, discarded_jsonl
from rules_lib.text import visible
from support.hostile.tar import archive_of
from support.inputs import inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


BEFORE: Final = 'alert tcp any any -> any any (msg:"before"; content:"x"; sid:4294900001; rev:1;)'
AFTER: Final = 'alert tcp any any -> any any (msg:"after"; content:"x"; sid:4294900002; rev:1;)'
NEIGHBOURS: Final = frozenset({4294900001, 4294900002})
"""Sids of the good rules before and after the hostile bytes."""

LIMITS: Final = ArchiveLimits(unpacked=2**20, member=2**18, members=64, lines=4_096)
"""Small, so that a bomb is one before it costs anything."""

SOURCE: Final = "the-file"
_ALL: Final = load_allowlist("version: 1\ndefault: alert\n", source="", known=())
_CATEGORY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_PROBLEM: Final = re.compile(r"line [1-9][0-9]*: .+|and [0-9]+ more, not shown")
_WORDS: Final = 400
"""Characters of what a reader says of one rule or one member, beyond what a line cites."""


def between(data: bytes) -> bytes:
    """Hostile bytes between two good rules; an empty line ends what a backslash continues."""
    return b"\n".join((BEFORE.encode(), data, b"", AFTER.encode()))


def read_between(data: bytes, wake: frozenset[int] = frozenset()) -> Ruleset:
    """Read hostile bytes that stand between two good rules."""
    return read_rules([FeedFile("emerging-any", between(data))], wake)


def hold_rules(data: bytes) -> None:
    """Any bytes of a rule file: each line becomes a rule or is told, and the neighbours stay."""
    ruleset = read_between(data)
    rules = tuple(ruleset.rules)
    assert [rules[0].text, rules[-1].text] == [BEFORE, AFTER]
    assert isinstance(rules[0], Rule)
    assert isinstance(rules[-1], Rule)
    lines = [rule.line for rule in rules]
    assert lines == sorted(set(lines))
    for rule in rules:
        assert rule.text
        if isinstance(rule, Malformed):
            assert 0 < len(rule.problem) < _WORDS
    (category,) = ruleset.categories
    assert count_rules(between(data)) == Tally(len(rules), category.disabled)
    if b"\\" not in data:
        _hold_lines(data, rules[1:-1])
    _hold_build(ruleset)


def _hold_lines(data: bytes, rules: tuple[AnyRule, ...]) -> None:
    """Without a backslash a logical line is a line, which says what there must be."""
    lines = [line.strip() for line in data.split(b"\n")]
    meant = [line for line in lines if line and not line.startswith(b"#")]
    assert len(rules) == len(meant)
    for rule, line in zip(rules, meant, strict=True):
        assert rule.text == line.decode(errors="replace")


def _hold_build(ruleset: Ruleset) -> None:
    """Every rule has one fate, the neighbours are published, and records can be written."""
    built = build(inputs(ruleset, _ALL))
    kept = {rule.sid: rule for rule in built.kept}
    discarded = built.discarded
    setters = sum(rule.setter for rule in built.kept)
    assert built.enabled == len(kept) - setters + len(discarded) + len(built.off)
    if sum(rule.sid in NEIGHBOURS for rule in ruleset.rules) == len(NEIGHBOURS):
        assert {kept[sid].text for sid in NEIGHBOURS} == {BEFORE, AFTER}
    for group in built.groups:
        assert rules_in(group.text) == tuple(rule.text for rule in group.rules)
    for rule in built.kept:
        again = parse("emerging-any", Line(1, rule.text))
        assert isinstance(again, Rule), again
        assert again.sid == rule.sid
        assert not again.keywords & REMOVED_OPTIONS
    records = [json.loads(line) for line in discarded_jsonl(discarded)]
    assert [record["rule"] for record in records] == [one.rule.text for one in discarded]
    assert sum(line.count(b"\n") for line in discarded_csv(discarded)) == len(discarded) + 1


def hold_archive(data: bytes) -> None:
    """Any bytes of an archive: taken whole and plain, or refused in one line."""
    try:
        files = unpack(data, LIMITS, source=SOURCE)
    except ArchiveError as error:
        words = str(error)
        assert words.startswith(f"{SOURCE}: ")
        assert visible(words) == words
        assert len(words) < 4 * _WORDS
        return
    names = [file.category for file in files]
    assert names == sorted(set(names)) != []
    assert all(map(_CATEGORY.fullmatch, names))
    assert not [name for name in names if name.startswith("local-")]
    assert sum(len(file.data) for file in files) <= LIMITS.unpacked
    assert sum(file.data.count(b"\n") for file in files) <= LIMITS.lines
    for file in files:
        count_rules(file.data)


def hold_allowlist(data: bytes) -> None:
    """Any bytes of an allowlist: read, or told with a line each, for people and for programs."""
    try:
        found = load_allowlist(data, source=SOURCE, known=("local-mine",))
    except AllowlistError as error:
        hold_problems(error)
        return
    assert isinstance(found, Allowlist)
    assert found.version == 1


def hold_problems(error: AllowlistError) -> None:
    """Every problem has its line and words that cannot act, and all of them together are short."""
    assert error.problems
    for problem in error.problems:
        assert _PROBLEM.fullmatch(problem), problem
        assert problem.isprintable()
        assert len(problem) < 10 * _WORDS
    for record in error.records:
        line, message = record["line"], record["message"]
        assert isinstance(line, int)
        assert line >= 1
        assert isinstance(message, str)
        assert message
        assert message.isprintable()
    assert json.dumps(error.records)


def hold_made_archive(data: bytes) -> None:
    """As `hold_archive`, for an archive that is made of the bytes: most bytes alone are none."""
    hold_archive(archive_of(data))


HARNESSES: Final[Mapping[str, Callable[[bytes], None]]] = {
    "rules": hold_rules,
    "archive": hold_made_archive,
    "allowlist": hold_allowlist,
}
"""By the reader that each of them tries."""
