"""The few rules of a feed that decide what becomes of one: its namesakes, and what marks tie to it.

Rules of one sid compete, rules that use a mark stand or fall together, and so does a file that is
published as written. What neither of these leads to is another rule's affair, up to the budget.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rules_lib.model import AnyRule, FeedPosition, Mode, Rule
from rules_lib.reading.ruleset import Category, Ruleset, read_rules
from rules_lib.reading.sids import sids_in
from rulesync_cli.explain.disabled import disabled_rules
from rulesync_cli.explain.lines import mentioning

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.model import FeedFile
    from rules_lib.ties import Mark

_TYING: Final = (b"bits", b"flowint")
"""In the name of every option that ties a rule to others."""

_FEW: Final = 10
"""So many sids are sooner looked for one by one than among all sids of a feed."""

_FEW_MARKS: Final = 3
"""So many marks are sooner looked for in all lines than in those that have some."""


def of_sid(sid: int, files: Sequence[FeedFile], allowlist: Allowlist) -> Ruleset:
    """Read the enabled rules of a sid, and nothing of what their fate depends on."""
    found = {rule.place: rule for rule in _Feed(files, allowlist).of_sid(sid)}
    return Ruleset(tuple(_categories(files, found)))


def touching(sid: int, files: Sequence[FeedFile], allowlist: Allowlist) -> Ruleset:
    """Read the enabled rules of a sid, and all rules whose fate theirs depends on.

    Of a disabled one too the rules that marks would tie it to.

    Args:
        sid: of the rules that are asked about.
        files: of the feed, people's own first.
        allowlist: says which disabled rules are wanted, and what is published as written.
    """
    feed, found = _Feed(files, allowlist), dict[FeedPosition, AnyRule]()
    asleep = (rule for rule in disabled_rules(files, str(sid)) if rule.sid == sid)
    more = (*feed.of_sid(sid), *feed.tied_to(asleep))
    while fresh := {rule.place: rule for rule in more if rule.place not in found}:
        found |= fresh
        more = tuple(feed.beside(fresh.values()))
    return Ruleset(tuple(_categories(files, found)))


class _Feed:
    """A feed that is read in pieces, as they are asked for."""

    def __init__(self, files: Sequence[FeedFile], allowlist: Allowlist) -> None:
        self._files = files
        self._allowlist = allowlist
        self._asked = set[int | None]({None})
        self._asked_marks: set[Mark] = set()

    def of_sid(self, sid: int) -> tuple[AnyRule, ...]:
        """The enabled rules that have this sid."""
        return self._of({sid}, {sid})

    def _of(self, sids: set[int | None], sought: Collection[int | None]) -> tuple[AnyRule, ...]:
        """The enabled rules of some sids, of which those `sought` are looked for in every line."""
        self._asked |= sids
        thin = mentioning(self._files, [str(sid).encode() for sid in sought])
        return tuple(rule for rule in self._read(thin) if rule.sid in sids)

    def beside(self, rules: Collection[AnyRule]) -> Iterator[AnyRule]:
        """What has a sid, a mark, or a file published as written in common with one of them."""
        if sids := {rule.sid for rule in rules} - self._asked:
            yield from self._of(sids, sids if len(sids) <= _FEW else sids & self._repeated)
        yield from self.tied_to(rules)
        written = {rule.category for rule in rules if self._is_as_written(rule.category)}
        yield from self._read(file for file in self._files if file.category in written)

    def tied_to(self, rules: Iterable[AnyRule]) -> Iterator[AnyRule]:
        """The enabled rules that have a mark in common with one of them."""
        if marks := {mark for rule in rules for mark in _marks(rule)} - self._asked_marks:
            self._asked_marks |= marks
            few = len(self._asked_marks) <= _FEW_MARKS
            among = self._files if few else self._tying
            thin = mentioning(among, {mark.name.encode() for mark in marks})
            yield from (one for one in self._read(thin) if not marks.isdisjoint(_marks(one)))

    def _is_as_written(self, category: str) -> bool:
        return self._allowlist.setting_of(category).mode is Mode.AS_WRITTEN

    def _read(self, files: Iterable[FeedFile]) -> Iterator[AnyRule]:
        return read_rules(files, self._allowlist.rules.on).rules

    @cached_property
    def _tying(self) -> tuple[FeedFile, ...]:
        """The lines of all rules that may use a mark."""
        return tuple(mentioning(self._files, _TYING, any_case=True))

    @cached_property
    def _repeated(self) -> frozenset[int]:
        """The sids that stand in more than one place, be it a disabled rule or a value."""
        counts = Counter(sid for file in self._files for sid in sids_in(file.data))
        return frozenset(sid for sid, times in counts.items() if times > 1)


def _marks(rule: AnyRule) -> Iterator[Mark]:
    ties = rule.ties if isinstance(rule, Rule) else ()
    return (mark for tie in ties for mark in tie.marks)


def _categories(
    files: Iterable[FeedFile], found: dict[FeedPosition, AnyRule]
) -> Iterator[Category]:
    for file in files:
        rules = sorted(
            (rule for rule in found.values() if rule.category == file.category),
            key=lambda rule: rule.line,
        )
        if rules:
            yield Category(file.category, tuple(rules), 0, file.feed)
