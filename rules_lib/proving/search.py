"""Which rules of a group the service refuses, and which it takes, in as few dry runs as it can be.

One bad rule refuses the whole text, and the answer names one bad rule or none; so no dry run tells
more than one bad rule, and every rule that is blamed costs one at least. The rest is group testing:

- A named rule is taken out and the others are tried again.
- Where none is named, rules are tried in batches, the more at once the fewer are bad: a batch that
  is accepted makes the next one twice as large, one that is not is searched for its first bad rule
  by bisection, and the next one is smaller.
- Bad rules often stand together, as a file of people's own does. So now and then what is left is
  tried from its middle on; where that is accepted, half of the work is done.

Each batch is tried by itself, as a short text is judged faster, with those accepted rules that
marks tie to it. Rules in force come last: they were accepted once. A rule all of whose setters
are refused is not judged at all: whether it can be published is not for the service to say.

Whatever is accepted is proven, and whatever is refused is told at once: so a search that runs out
of time has not been for nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.deadline import NEVER, Deadline
from rules_lib.proving.quoted import Quoted, shortened
from rules_lib.stages.link import clusters, link

if TYPE_CHECKING:
    from rules_lib.outcome import Converted

Judge: TypeAlias = Callable[[str], str | None]
"""Takes the text of a group; answers with the service's words, or None where it is accepted."""

_ABOUT_THE_GROUP: Final = (
    *("capacity exceeded", "validation error"),
    *("context: RuleVariables", "context: ReferenceSets"),
)
_BEYOND_DOUBT: Final = tuple(
    f'alert {protocol} any any -> any any (msg:"rulesync"; sid:{sid};)\n'
    for protocol, sid in (("ip", 2147483647), ("tcp", 2147483640), ("udp", 2147483562))
)
"""Several that have as little in common as may be: whatever the service takes offence at in single
rules, a number even, may stand in one of them too, and not in all."""

_PATIENCE: Final = 8
"""So many rules are named in a batch before it is cut in two, so that halves without any are proven
soon; each batch costs one dry run more than it has named rules."""
_LOOK_AHEAD: Final = 8
"""At so many bad rules, and each time that they have doubled, the rest is tried from its middle."""

_FEW: Final = 16
"""A rule that is refused behind more than so many is tried alone before it is blamed: an unknown
limit of a text's size is no rule's fault, and none is so small. So are one that is refused in words
that are new, and one that only the answer to a whole batch speaks against: an answer may be wrong
once."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that the service refuses.

    Attributes:
        words: the service's own, the rule's text in them shortened to `…`.
    """

    rule: Converted
    words: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search came to.

    Attributes:
        refusals: in the order in which they were found.
        accepted: texts that the service took, beside others or alone.
        open: rules for which there was no time.
        words: what the service said of the whole; empty where it took it.
    """

    refusals: tuple[Refusal, ...] = ()
    accepted: frozenset[str] = frozenset()
    open: tuple[Converted, ...] = ()
    words: str = ""


def _untold(_: Refusal) -> None:
    """Let it pass: the search's result has it too."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How a search is done.

    Attributes:
        trusted: texts that the service took before; they are looked at last.
        deadline: when to stop.
        tell: is given each refusal when it is found.
    """

    trusted: frozenset[str] = frozenset()
    deadline: Deadline = NEVER
    tell: Callable[[Refusal], None] = _untold


DEFAULT_OPTIONS: Final = SearchOptions()


class UnpinnedError(Exception):
    """The group is refused, and no rule of it is to blame; says it in the service's words."""


def search(
    rules: Sequence[Converted], judge: Judge, options: SearchOptions = DEFAULT_OPTIONS
) -> SearchResult:
    """Find the rules that have to go for the group to be accepted.

    Args:
        rules: of one group, in its order: setters of marks before those that check them.
        judge: one dry run.
        options: how it is done.

    Returns:
        What was found until the group was judged, or time ran out; the whole of what is left is to
        be tried once more.

    Raises:
        UnpinnedError: it is not the rules.
    """
    words = judge(_text(rules)) if rules else None
    if words is None:
        return SearchResult(accepted=frozenset(rule.text for rule in rules))
    hunt = _Hunt(rules, judge, options)
    with suppress(_TimeIsUp):
        hunt.run(words)
    accepted = frozenset(rule.text for rule in hunt.accepted.values())
    return SearchResult(tuple(hunt.found), accepted, tuple(hunt.open.values()), words)


class _TimeIsUp(Exception):  # noqa: N818 - no error: what was found counts
    """Nothing more is asked."""


class _Hunt:
    """A search under way; the one thing here that changes.

    Attributes:
        open: by sid, not judged yet, cluster by cluster, those with new rules first.
        size: so many rules are tried at once.
        named: how many rules of this batch were named so far.
        sure: a rule beyond doubt was accepted, so it is not the group.
        confirmed: what the service said of rules that were tried alone.
    """

    def __init__(self, rules: Sequence[Converted], judge: Judge, options: SearchOptions) -> None:
        tied = clusters(rules)
        new = [one for one in tied if any(rule.text not in options.trusted for rule in one)]
        old = [one for one in tied if all(rule.text in options.trusted for rule in one)]
        self.open = {rule.sid: rule for one in (*new, *old) for rule in one}
        self.new = sum(map(len, new))
        self.cluster = {rule.sid: one for one in tied if len(one) > 1 for rule in one}
        self.quoted = Quoted(rules)
        self.judge, self.options = judge, options
        self.found: list[Refusal] = []
        self.accepted: dict[int, Converted] = {}
        self.size = len(self.open)
        self.named = 0
        self.sure = False
        self.confirmed: set[str] = set()

    def run(self, words: str) -> None:
        """Judge all rules, of which the service said these words.

        Raises:
            UnpinnedError: it is not the rules.
        """
        if not self._named(words):
            if 0 < self.new < len(self.open):
                self._ahead(self.new)
            else:
                self._unnamed(tuple(self.open.values()), words)
        while self.open:
            self._batch()
        if not self.found:
            raise UnpinnedError(words)

    def _batch(self) -> None:
        """Try as many rules as may be hoped to be good."""
        batch = tuple(islice(self.open.values(), self.size))
        words = self._ask(batch)
        if words is None:
            self._accept(batch)
            self.size, self.named = 2 * len(batch), 0
        elif not self._named(words):
            self._unnamed(batch, words)
        else:
            self.named += 1
            cut = self.named == _PATIENCE
            self.size = max((len(batch) - 1) // (2 if cut else 1), 1)
            self.named = 0 if cut else self.named

    def _unnamed(self, batch: Sequence[Converted], words: str) -> None:
        """Search the first bad rule of a batch, of which the service only says that there is one.

        Raises:
            UnpinnedError: the rule is accepted alone, or even a rule beyond doubt is not.
        """
        self._make_sure(words)
        answers = {len(batch): words}

        def refused(length: int) -> bool:
            if length not in answers and (answer := self._ask(batch[:length])) is not None:
                answers[length] = answer
            return length in answers

        lengths = range(1, len(batch) + 1)
        length = lengths[bisect_left(lengths, True, hi=len(batch) - 1, key=refused)]
        blamed, proven = batch[length - 1], batch[: length - 1]
        self._accept(proven)
        hearsay = 1 < length == len(batch)  # nothing but the answer to all of it speaks against it
        self._confirm(blamed, answers[length], doubtful=hearsay or len(proven) > _FEW)
        if self.found:  # one alone says nothing of how many there are
            self.size = max(1, min(len(batch) // 2, 2 * len(proven)))
        self.named = 0
        self._blame(blamed, answers[length])

    def _confirm(self, blamed: Converted, words: str, *, doubtful: bool) -> None:
        """Try a rule alone, unless others were refused alone in the same words.

        Raises:
            UnpinnedError: it is accepted, so something else was refused, or for a moment only.
        """
        if (doubtful or words not in self.confirmed) and self._ask([blamed]) is None:
            raise UnpinnedError(words)
        self.confirmed.add(words)

    def _make_sure(self, words: str) -> None:
        """Let no rule be blamed for what is wrong with the group."""
        if any(sign in words for sign in _ABOUT_THE_GROUP):
            raise UnpinnedError(words)
        if not self.sure and all(self.judge(one) is not None for one in _BEYOND_DOUBT):
            raise UnpinnedError(words)
        self.sure = True

    def _named(self, words: str) -> bool:
        """Blame the rule that an answer quotes; say whether it quotes one that is open."""
        rule = self.quoted.rule_in(words)
        if rule is None or rule.sid not in self.open:
            return False
        self._blame(rule, words)
        return True

    def _ask(self, batch: Sequence[Converted]) -> str | None:
        if self.options.deadline.passed:
            raise _TimeIsUp
        return self.judge(_text((*self._company(batch), *batch)))

    def _company(self, batch: Iterable[Converted]) -> tuple[Converted, ...]:
        """The accepted rules that marks tie to a batch, in the order of the group."""
        tied = {id(one): one for rule in batch if (one := self.cluster.get(rule.sid))}
        return tuple(rule for one in tied.values() for rule in one if rule.sid in self.accepted)

    def _accept(self, batch: Iterable[Converted]) -> None:
        for rule in batch:
            self.accepted[rule.sid] = self.open.pop(rule.sid)

    def _blame(self, rule: Converted, words: str) -> None:
        refusal = Refusal(rule, shortened(words, rule))
        self.found.append(refusal)
        self.options.tell(refusal)
        del self.open[rule.sid]
        for sid in self._orphans(rule):
            self.open.pop(sid, None)
        count = len(self.found)
        if count >= _LOOK_AHEAD and count.bit_count() == 1:
            self._ahead(len(self.open) // 2)

    def _orphans(self, refused: Converted) -> Iterator[int]:
        """The rules that can no longer fire, as every setter of a mark is refused."""
        if cluster := self.cluster.get(refused.sid):
            left = [rule for rule in cluster if rule.sid in self.open or rule.sid in self.accepted]
            yield from (lost.rule.sid for lost in link(left, ()).discarded if lost.rule.sid)

    def _ahead(self, middle: int) -> None:
        """Try what is left from about its middle on, again as long as that is accepted."""
        while True:
            rules = tuple(self.open.values())
            rest = rules[self._gap(rules, middle) :]
            if not 0 < len(rest) < len(rules):
                return
            words = self._ask(rest)
            if words is not None:
                self._named(words)
                return
            self._accept(rest)
            middle = len(self.open) // 2

    def _gap(self, rules: Sequence[Converted], place: int) -> int:
        """The first place from here on that parts no cluster."""
        while 0 < place < len(rules):
            cluster = self.cluster.get(rules[place - 1].sid)
            if cluster is None or cluster is not self.cluster.get(rules[place].sid):
                break
            place += 1
        return place


def _text(rules: Iterable[Converted]) -> str:
    return "".join(f"{rule.text}\n" for rule in rules)
