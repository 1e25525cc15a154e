"""Whether the rule groups of two kinds hold the same rules, and which differ and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rules_lib.groups.content import action_of
from rules_lib.model import Reason

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.outcome import Converted

Kind: TypeAlias = Literal["text", "only-old", "only-new"]

_GONE: Final = "the newest feed and your own files do not enable it"
_NEW: Final = "the old rule groups do not have it: it is newer than they are, or had no room there"


class RuleDifference(NamedTuple):
    """A rule that is not the same in both.

    Attributes:
        before: its text in the old rule groups; empty where it is not there.
        after: in the new ones, likewise.
        why: in plain words.
    """

    sid: int
    kind: Kind
    why: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of rule groups, rule by rule.

    Attributes:
        same: how many rules have the same text in both.
        differing: the others, by sid.
    """

    same: int
    differing: tuple[RuleDifference, ...]

    def of(self, kind: Kind) -> tuple[RuleDifference, ...]:
        """Those of one kind."""
        return tuple(one for one in self.differing if one.kind == kind)


def compared(old: Deployed, built: Built) -> Comparison:
    """Compare the old rule groups as they are with the new ones as they are to be.

    Args:
        old: what is in force of the other kind.
        built: what the new rule groups are made from.
    """
    before = {
        sid: rule for group in old.current.values() for sid, rule in group.content.by_sid.items()
    }
    after = {rule.sid: rule for rule in built.kept}
    reasons = dict(_reasons(built))
    differing = [
        *(
            RuleDifference(sid, "only-old", reasons.get(sid, _GONE), text, "")
            for sid, text in before.items()
            if sid not in after
        ),
        *(
            RuleDifference(sid, "only-new", _NEW, "", rule.text)
            for sid, rule in after.items()
            if sid not in before
        ),
        *(
            RuleDifference(sid, "text", _changed(before[sid], rule), before[sid], rule.text)
            for sid, rule in after.items()
            if sid in before and before[sid] != rule.text
        ),
    ]
    same = sum(before.get(sid) == rule.text for sid, rule in after.items())
    return Comparison(same, tuple(sorted(differing)))


def _reasons(built: Built) -> Iterator[tuple[int, str]]:
    """Why a rule is not in the new groups."""
    yield from ((one.sid, "it is off") for one in built.off if one.sid is not None)
    for one in built.discarded:
        if one.rule.sid is not None and one.reason is not Reason.DUPLICATE_SID:
            yield one.rule.sid, f"it is discarded ({one.reason}): {one.detail}"


def _changed(before: str, rule: Converted) -> str:
    """Why a rule has another text."""
    if action_of(before) != rule.action:
        return f"{action_of(before)} becomes {rule.action}: {rule.cause}"
    changes = ", ".join(rule.changes)
    return f"its text is another one ({changes})" if changes else "the feed has another text of it"
