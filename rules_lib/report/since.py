"""What is different since the last applied build: the published rules, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.deploy.rulewise import ChangeKind, RuleChange
    from rules_lib.outcome import Converted


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


@dataclass(frozen=True, slots=True)
class Since:
    """What is different since the last applied build.

    Attributes:
        earlier: that build; None before the first.
        rules: of the groups that change, in the order of `rulewise.KINDS`.
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
    def kinds(self) -> Counter[ChangeKind]:
        """How many rules changed in each way."""
        return Counter(change.kind for change in self.rules)

    def by(self, field: Literal["category", "group"]) -> list[tuple[str, Counter[ChangeKind]]]:
        """The same for each category or group that has any, by name."""
        counts: dict[str, Counter[ChangeKind]] = {}
        for change in self.rules:
            counts.setdefault(getattr(change, field), Counter())[change.kind] += 1
        return sorted(counts.items())


def since(rules: Iterable[RuleChange], built: Built, earlier: Earlier | None) -> Since:
    """Put what a build changes beside what the last one discarded.

    Args:
        rules: every rule that is not deployed as it was.
        built: what is desired, and what is left out.
        earlier: the build to compare the discards with.
    """
    known = earlier.discards if earlier else None
    left_out = {item.rule.sid for item in built.discarded if item.rule.sid is not None}
    return Since(
        earlier=earlier,
        rules=tuple(_noted(rule, known or {}) for rule in rules),
        fresh=None if known is None else frozenset(left_out - known.keys()),
        returned=_returned(built.kept, known or {}),
    )


def _noted(rule: RuleChange, known: Mapping[int, str]) -> RuleChange:
    """Say of a new rule why the last build had it out."""
    if rule.kind != "added" or rule.sid not in known:
        return rule
    return rule._replace(note=f"was discarded: {known[rule.sid]}")


def _returned(kept: Iterable[Converted], known: Collection[int]) -> int:
    return sum(rule.sid in known for rule in kept) if known else 0
