"""In which rules two builds differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from rules_lib.deploy.rulewise import ChangeKind, RuleChange
    from rulesync_cli.history.published import PublishedRule, PublishedRules

Way: TypeAlias = Literal["out", "action", "text", "in"]

WAYS: Final[tuple[Way, ...]] = ("out", "action", "text", "in")
"""What may have happened to a rule, what protects less than before first."""

_WAYS: Final[Mapping[ChangeKind, Way]] = {
    "added": "in",
    "removed": "out",
    "action": "action",
    "revised": "text",
    "edited": "text",
}


@dataclass(frozen=True, slots=True)
class BuildsApart:
    """Two builds, and every rule that is not the same in both.

    Attributes:
        changes: by their way, then in the order of inspection.
    """

    before: PublishedRules
    after: PublishedRules
    changes: tuple[RuleChange, ...]

    @property
    def categories(self) -> Mapping[str, Counter[Way]]:
        """How many rules of each category went each way, by name."""
        found: dict[str, Counter[Way]] = {}
        for change in self.changes:
            found.setdefault(change.category, Counter())[way_between(change)] += 1
        return dict(sorted(found.items()))

    @property
    def total(self) -> Counter[Way]:
        """All categories together."""
        return Counter(map(way_between, self.changes))


def way_between(change: RuleChange) -> Way:
    """What happened to a rule, in one word."""
    return _WAYS[change.kind]


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the rules that a build did not publish.

    Attributes:
        known: sid -> words.
        otherwise: words for all others.
    """

    known: Mapping[int, str]
    otherwise: str

    def of(self, sid: int) -> str:
        """What became of one."""
        return self.known.get(sid, self.otherwise)


def builds_apart(before: PublishedRules, after: PublishedRules, fates: Fates) -> BuildsApart:
    """Compare two builds, rule by rule.

    Args:
        before: what people compare with.
        after: what they compare.
        fates: of the rules that `after` does not have.
    """
    changes = _changes(before, after, fates)
    ranked = sorted(changes, key=lambda change: WAYS.index(way_between(change)))
    return BuildsApart(before, after, tuple(ranked))


def _changes(before: PublishedRules, after: PublishedRules, fates: Fates) -> Iterator[RuleChange]:
    from rules_lib.deploy.rulewise import RuleChange  # noqa: PLC0415 - not for a help text

    old = {rule.sid: rule for rule in before.rules}
    for rule in after.rules:
        was = old.pop(rule.sid, None)
        if was is None or was.rule != rule.rule:
            yield _changed(was, rule)
    for rule in old.values():
        note = fates.of(rule.sid)
        yield RuleChange(
            "removed", rule.sid, rule.category, rule.group, note, rule.msg, rule.rule, ""
        )


def _changed(was: PublishedRule | None, rule: PublishedRule) -> RuleChange:
    from rules_lib.deploy.rulewise import RuleChange, kind_of_change  # noqa: PLC0415 - not for a help text

    text = was.rule if was else ""
    kind, note = kind_of_change(text, rule.rule)
    category = rule.category or (was.category if was else "")
    return RuleChange(kind, rule.sid, category, rule.group, note, rule.msg, text, rule.rule)
