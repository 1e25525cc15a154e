"""Rule by rule, what a plan makes of what is deployed: the one telling that all others count from.

Plan, guards, report, notice and metrics ask the same values, so none can say what another does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rules_lib.bucket import FEEDS
from rules_lib.deploy.steps import Delete
from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.content import action_of, ends_inspection, rev_of

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.deploy.steps import Plan, Step
    from rules_lib.model import AnyRule

ChangeKind: TypeAlias = Literal["added", "removed", "action", "revised", "edited"]

CHANGE_KINDS: Final[tuple[ChangeKind, ...]] = ("action", "removed", "revised", "edited", "added")
"""What happens to a rule: another action, gone, another rev, another text only, new."""

UNFILED: Final = "no longer enabled"
"""In place of a category: the rule stood in a group that several share, and nobody names it now.

The name of that group is no category; nor is it said that the feed has the rule no more, as feeds
more often disable one than take it out.
"""

NO_FEED_DEPARTED: Final[Mapping[int, str]] = MappingProxyType({})

_MSG: Final = re.compile(r'[;(]\s*msg\s*:\s*"((?:\\.|[^"\\])*)"', re.IGNORECASE | re.ASCII)


class TrafficChange(NamedTuple):
    """What becomes of the traffic that a rule matches.

    Attributes:
        blocks: it is stopped now, and was not before.
        unblocks: it was stopped before, and is not now, be it that the rule is gone.
        passes: its inspection ends now, and did not before.
    """

    blocks: bool
    unblocks: bool
    passes: bool


class RuleChange(NamedTuple):
    """One rule that is not deployed as it was before.

    Attributes:
        category: of a rule that the feed no longer has, that of its group, or `UNFILED`.
        group: in which it stands now; where it stood, if it is gone.
        note: what is different, or what became of it.
        msg: its message.
        before: its text as deployed; empty where it is new, as `after` is where it is gone.
    """

    kind: ChangeKind
    sid: int
    category: str
    group: str
    note: str
    msg: str
    before: str
    after: str

    @property
    def acted(self) -> str:
        """Its action before, in lower case; empty where the rule is new."""
        return action_of(self.before)

    @property
    def acts(self) -> str:
        """Its action now, in lower case; empty where the rule is gone."""
        return action_of(self.after)

    @property
    def traffic(self) -> TrafficChange:
        """What becomes of the traffic that it matches, found out in one go."""
        acted, acts = self.acted, self.acts
        blocked, blocks = acted in BLOCKING, acts in BLOCKING
        passes = not blocks and ends_inspection(acts, self.after)
        passed = passes and ends_inspection(acted, self.before)
        return TrafficChange(blocks and not blocked, blocked and not blocks, passes and not passed)

    @property
    def blocks_anew(self) -> bool:
        """Whether it stops traffic now, and did not before."""
        return self.traffic.blocks

    @property
    def unblocks(self) -> bool:
        """Whether it stopped traffic before, and does not now, be it that it is gone."""
        return self.traffic.unblocks

    @property
    def passes_anew(self) -> bool:
        """Whether it ends the inspection of what it matches now, and did not before."""
        return self.traffic.passes


def rule_changes(
    plan: Plan, built: Built | None = None, departed: Mapping[int, str] = NO_FEED_DEPARTED
) -> tuple[RuleChange, ...]:
    """Compare what is deployed with what is desired, by sid, whichever group a rule stands in.

    Args:
        plan: whose steps change something; rules of the others stay as they are.
        built: what the plan was made from; None where an earlier build is put back.
        departed: see `Inputs`.

    Returns:
        Every rule not deployed as it was, in the order of `CHANGE_KINDS`, then of the groups.
    """
    found = _changes(plan.changes, built, departed)
    return tuple(sorted(found, key=lambda one: CHANGE_KINDS.index(one.kind)))


def _changes(
    steps: tuple[Step, ...], built: Built | None, departed: Mapping[int, str]
) -> Iterator[RuleChange]:
    old = _deployed(steps)
    for step in steps:
        for rule in step.group.rules if step.group else ():
            before, _ = old.pop(rule.sid, ("", step))
            if before != rule.text:
                kind, note = kind_of_change(before, rule.text)
                msg, category = rule.rule.msg, rule.rule.category
                yield RuleChange(kind, rule.sid, category, step.name, note, msg, before, rule.text)
    fates = _fates(built) if built and old else {}
    for sid, (text, step) in old.items():
        fate, left_out = fates.get(sid, (_gone(sid, departed), None))
        category = left_out.category if left_out else _home(step)
        msg = match[1] if (match := _MSG.search(text)) else ""
        yield RuleChange("removed", sid, category, step.name, fate, msg, text, "")


def _gone(sid: int, departed: Mapping[int, str]) -> str:
    """Why nothing at hand has a rule."""
    if feed := departed.get(sid):
        return f"feed {feed} is no longer in {FEEDS}"
    return "the feed no longer enables it"


def _deployed(steps: tuple[Step, ...]) -> dict[int, tuple[str, Step]]:
    """Every deployed rule; where a replacement broke off, the copy in the group that counts."""
    last = sorted(steps, key=lambda step: not isinstance(step, Delete))
    return {
        sid: (text, step)
        for step in last
        if step.deployed
        for sid, text in step.deployed.content.by_sid.items()
    }


def kind_of_change(before: str, after: str) -> tuple[ChangeKind, str]:
    """What happened to a rule that has another text now, and a note that says it.

    Args:
        before: its text; empty where it is new.
        after: its text now.
    """
    if not before:
        return "added", ""
    acted, acts = action_of(before), action_of(after)
    revs = ["none" if rev is None else rev for rev in map(rev_of, (before, after))]
    notes = [f"{acted} → {acts}"] if acted != acts else []
    notes += [f"rev {revs[0]} → {revs[1]}"] if revs[0] != revs[1] else []
    if acted != acts:
        return "action", ", ".join(notes)
    return ("revised", ", ".join(notes)) if notes else ("edited", "same rev, other text")


def _fates(built: Built) -> dict[int | None, tuple[str, AnyRule]]:
    """What became of the rules that are not published, by sid."""
    fates: dict[int | None, tuple[str, AnyRule]] = {rule.sid: ("off", rule) for rule in built.off}
    return fates | {i.rule.sid: (f"discarded: {i.reason}", i.rule) for i in built.discarded}


def _home(step: Step) -> str:
    """Where a rule was that the feed no longer has."""
    if step.deployed is None or step.deployed.slot.is_shared:
        return UNFILED
    return step.deployed.slot.category
