"""Rule by rule, what a build does to what was deployed before it, and to what was left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rules_lib.content import by_sid

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.deploy.steps import Step
    from rules_lib.model import Converted

Kind: TypeAlias = Literal["added", "removed", "action", "revised", "edited"]

KINDS: Final[tuple[Kind, ...]] = ("action", "removed", "revised", "edited", "added")
"""What happens to a rule: another action, gone, another rev, another text only, new."""

_MSG: Final = re.compile(r'[;(]\s*msg\s*:\s*"((?:\\.|[^"\\])*)"', re.IGNORECASE | re.ASCII)
_REV: Final = re.compile(r"[;(]\s*rev\s*:\s*(\d+)\s*(?=;)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest applied build before this one.

    Attributes:
        build: its id.
        version: of its feed.
        discards: sid -> reason of what it discarded; None where that was not read.
    """

    build: str
    version: str
    discards: Mapping[int, str] | None = None


class RuleChange(NamedTuple):
    """One rule that is not deployed as it was before.

    Attributes:
        category: of a rule that the feed no longer has, the place of its group.
        group: in which it stands now; where it stood, if it is gone.
        note: what is different, or what became of it.
        msg: its message.
        before: its text as deployed; empty where it is new, as `after` is where it is gone.
    """

    kind: Kind
    sid: int
    category: str
    group: str
    note: str
    msg: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Since:
    """What is different since the last applied build.

    Attributes:
        earlier: that build; None before the first.
        rules: of the groups that change, in the order of `KINDS`.
        fresh: sids that are newly discarded; None where the last build's discards are not known.
        returned: how many rules are deployed that the last build had discarded.
    """

    earlier: Earlier | None = None
    rules: tuple[RuleChange, ...] = ()
    fresh: frozenset[int] | None = None
    returned: int = 0

    @property
    def is_first(self) -> bool:
        """Whether every rule is new, as no build came before."""
        return self.earlier is None and self.kinds.keys() == {"added"}

    @property
    def kinds(self) -> Counter[Kind]:
        """How many rules changed in each way."""
        return Counter(change.kind for change in self.rules)

    def by(self, field: Literal["category", "group"]) -> list[tuple[str, Counter[Kind]]]:
        """The same for each category or group that has any, by name."""
        counts: dict[str, Counter[Kind]] = {}
        for change in self.rules:
            counts.setdefault(getattr(change, field), Counter())[change.kind] += 1
        return sorted(counts.items())


def since(steps: Iterable[Step], built: Built, earlier: Earlier | None) -> Since:
    """Compare what is deployed with what is desired, by sid, whichever group a rule stands in.

    Args:
        steps: of the plan; those that change nothing may be left out.
        built: what is desired, and what is left out.
        earlier: the build to compare the discards with.
    """
    steps = tuple(steps)
    known = earlier.discards if earlier else None
    changes = sorted(_changes(steps, built, known or {}), key=lambda one: KINDS.index(one.kind))
    left_out = {item.rule.sid for item in built.discarded if item.rule.sid is not None}
    return Since(
        earlier=earlier,
        rules=tuple(changes),
        fresh=None if known is None else frozenset(left_out - known.keys()),
        returned=_returned(built.kept, known or {}),
    )


def _returned(kept: Iterable[Converted], known: Collection[int]) -> int:
    return sum(rule.sid in known for rule in kept) if known else 0


def _changes(
    steps: tuple[Step, ...], built: Built, known: Mapping[int, str]
) -> Iterator[RuleChange]:
    old = {
        sid: (text, step)
        for step in steps
        if step.deployed
        for sid, text in by_sid(step.deployed.text).items()
    }
    for step in steps:
        for rule in step.group.rules if step.group else ():
            before, _ = old.pop(rule.sid, ("", step))
            if before != rule.text:
                kind, note = _difference(before, rule, known)
                msg, category = rule.rule.msg, rule.rule.category
                yield RuleChange(kind, rule.sid, category, step.name, note, msg, before, rule.text)
    yield from _removed(old, built)


def _difference(before: str, rule: Converted, known: Mapping[int, str]) -> tuple[Kind, str]:
    if not before:
        return "added", f"was discarded: {known[rule.sid]}" if rule.sid in known else ""
    action = before.split(maxsplit=1)[0]
    revs = [match[1] if match else "none" for match in map(_REV.search, (before, rule.text))]
    notes = [f"{action} → {rule.action}"] if action != rule.action else []
    notes += [f"rev {revs[0]} → {revs[1]}"] if revs[0] != revs[1] else []
    if action != rule.action:
        return "action", ", ".join(notes)
    return ("revised", ", ".join(notes)) if notes else ("edited", "same rev, other text")


def _removed(old: Mapping[int, tuple[str, Step]], built: Built) -> Iterator[RuleChange]:
    """The rules that stood in a group and are desired no more, and what became of them."""
    fates = {rule.sid: ("off", rule) for rule in built.off} if old else {}
    fates |= {i.rule.sid: (f"discarded: {i.reason}", i.rule) for i in built.discarded if old}
    for sid, (text, step) in old.items():
        fate, rule = fates.get(sid, ("the feed no longer enables it", None))
        category = rule.category if rule else _home(step)
        msg = match[1] if (match := _MSG.search(text)) else ""
        yield RuleChange("removed", sid, category, step.name, fate, msg, text, "")


def _home(step: Step) -> str:
    """Where a rule was that the feed no longer has."""
    if step.deployed is None or step.deployed.slot.is_shared:
        return step.name
    return step.deployed.slot.category
