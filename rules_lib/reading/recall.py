"""Rules that were read before, by the lines that they were read from: these are not read again.

A feed changes by a few rules a day, and reading is the dearest step of a build. So a file is cut
into runs of lines, each known by a digest of its bytes and of all else that its reading depends on.
Where a run begins depends on its lines alone, so that a line more moves no other run. The texts are
not kept, as they are those of the lines at hand.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rules_lib.model import Rule, SidOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rules_lib.model import AnyRule, FeedOrigin

AT_HAND: Final = frozenset({"category", "line", "text", "feed"})
"""Fields of a rule that the lines give: they are not kept."""

_SOUND: Final = frozenset({Rule, SidOnly})

_OF_ALL: Final = 10
"""Kept anew where more than one rule in so many is new: the others are read again each time."""


class ReadRun(NamedTuple):
    """What a run of lines comes to.

    Attributes:
        rules: in the order of their lines.
        disabled: how many rules are commented out.
    """

    rules: Sequence[AnyRule]
    disabled: int


class Lines(NamedTuple):
    """A run of lines of a file.

    Attributes:
        category: of the file.
        feed: with which it came.
        first: number of its first line, from 1.
        lines: without line ends; none of them goes on with the next.
    """

    category: str
    feed: FeedOrigin
    first: int
    lines: Sequence[bytes]

    def texts(self, places: Iterable[int]) -> list[str]:
        """The texts of some of the lines, counted from 0."""
        return [self.lines[place].strip().decode() for place in places]


class KeptRun(NamedTuple):
    """Which of all that is kept is of one run of lines.

    Attributes:
        rules: of the rules that were read in full.
        sids: of those of which only the sid was read.
        disabled: how many rules are commented out.
    """

    rules: slice
    sids: slice
    disabled: int


@dataclass(frozen=True, slots=True)
class KeptRules:
    """Rules as columns: nothing is made of one before its run is asked for.

    Attributes:
        runs: by their keys.
        places: of the rules that were read in full, in their runs, counted from 0.
        columns: their fields by name, but those that are `AT_HAND`.
        sid_places: of those of which only the sid was read.
        sids: of these.
    """

    runs: Mapping[str, KeptRun]
    places: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    sid_places: Sequence[int]
    sids: Sequence[int]

    def of(self, key: str, lines: Lines) -> ReadRun | None:
        """What a run of lines comes to; None where it is not known."""
        run = self.runs.get(key)
        if run is None:
            return None
        rules: list[AnyRule] = [*self._rules(run.rules, lines), *self._sids(run.sids, lines)]
        rules.sort(key=_line_number)
        return ReadRun(rules, run.disabled)

    def _rules(self, some: slice, lines: Lines) -> Iterable[Rule]:
        places = self.places[some]
        given: Mapping[str, Iterable[Any]] = {
            "category": repeat(lines.category, len(places)),
            "line": [lines.first + place for place in places],
            "text": lines.texts(places),
            "feed": repeat(lines.feed, len(places)),
        }
        fields = (
            given[name] if name in AT_HAND else self.columns[name][some] for name in Rule._fields
        )
        return map(Rule._make, zip(*fields, strict=True))

    def _sids(self, some: slice, lines: Lines) -> Iterable[SidOnly]:
        places = self.sid_places[some]
        for place, text, sid in zip(places, lines.texts(places), self.sids[some], strict=True):
            yield SidOnly(lines.category, lines.first + place, text, sid, lines.feed)


NOTHING_KEPT: Final = KeptRules({}, (), {}, (), ())


@dataclass(slots=True)
class Recall:
    """Runs of lines that were read before, and those that a build reads.

    Attributes:
        find: finds what was read before; is asked only if something is to be read.
        used: by their keys, what the build has asked for: its first line, and what it came to.
    """

    find: Callable[[], KeptRules] = lambda: NOTHING_KEPT
    used: dict[str, tuple[int, ReadRun]] = field(default_factory=dict)
    _new: int = 0
    _before: KeptRules | None = None

    def of(self, about: str, lines: Lines, read: Callable[[], ReadRun]) -> ReadRun:
        """Give what a run of lines comes to, or read it.

        Args:
            about: what its reading depends on beside its bytes.
            lines: the run.
            read: reads it.
        """
        key = hashlib.sha256(b"\n".join((about.encode(), *lines.lines))).hexdigest()
        found = self._kept.of(key, lines)
        if found is None:
            found = read()
            self._new += len(found.rules)
        if {type(rule) for rule in found.rules} <= _SOUND:
            self.used[key] = lines.first, found  # what is wrong with a line is found out anew
        return found

    def forget(self) -> None:
        """Let what was read before go, once all is read: memory is for other things then."""
        self._before = None

    @property
    def _kept(self) -> KeptRules:
        if self._before is None:
            self._before = self.find()
        return self._before

    @property
    def is_worth_keeping(self) -> bool:
        """Whether what was read differs enough from what is kept."""
        every = sum(len(run.rules) for _, run in self.used.values())
        return self._new * _OF_ALL > every


def _line_number(rule: AnyRule) -> int:
    return rule.line
