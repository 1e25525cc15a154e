"""Rules, groups as they are to be and as they are deployed, and services that refuse some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rules_lib.deadline import Deadline
from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group, Slot
from rules_lib.model import Mode
from rules_lib.outcome import Converted, GivenMode
from rules_lib.proving.search import DEFAULT_OPTIONS, Refusal, SearchOptions, SearchResult, search
from rules_lib.why import ActionCause, ModeKey, Why
from support.rules import rule as read_rule
from support.rules import text

if TYPE_CHECKING:
    from collections.abc import Iterable


def rule(sid: int, options: str = "") -> Converted:
    """A rule that the service accepts unless the options are refused, on the line of its sid."""
    source = read_rule(text(sid, options), "a", sid)
    given, cause = GivenMode(Mode.ALERT, ModeKey.DEFAULT), ActionCause(Why.ALERT_MODE)
    return Converted(source, source.text, "alert", given, cause, (), frozenset())


def group(name: str, *rules: int | Converted, **more: Any) -> Group:
    """A desired group in the slot that its name without `et-` and `-b` says; sids are enough."""
    category = name.removeprefix("et-").removesuffix("-b")
    members = tuple(rule(one) if isinstance(one, int) else one for one in rules)
    made = Group(name, Slot(category), Mode.ALERT, priority=1000, capacity=100, rules=members)
    return replace(made, **more)


def as_deployed(desired: Group, text: str | None = None, **more: Any) -> DeployedGroup:
    """What is deployed once the desired group has been created; or somebody wrote another text."""
    made = DeployedGroup(
        name=desired.name,
        arn=f"arn:{desired.name}",
        slot=desired.slot,
        capacity=desired.capacity,
        content=GroupText(desired.text if text is None else text),
        variables=desired.variables,
        strict=True,
        associations=0,
        token="t",  # noqa: S106 - an update token, no secret
    )
    return replace(made, **more)


def in_force(groups: Iterable[Group], associations: int = 0) -> Deployed:
    """What is deployed once the desired groups have been applied.

    Args:
        groups: of one build.
        associations: how many policies refer to each of them.
    """
    return Deployed(
        tuple(as_deployed(one, associations=associations, token=one.name) for one in groups)
    )


@dataclass
class Service:
    """Refuses rules by their text, the first of the asked text first.

    Attributes:
        bad: sids of the rules that it refuses.
        named: of which of them it says which rule it is.
        asked: how often it was.
    """

    rules: Sequence[Converted]
    bad: Collection[int]
    named: Collection[int] = ()
    asked: int = 0
    _sids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sids = {rule.text: rule.sid for rule in self.rules}

    def __call__(self, text: str) -> str | None:
        """One dry run."""
        self.asked += 1
        for line in text.splitlines():
            if (sid := self._sids.get(line)) in self.bad:
                quoted = f"rule: {line[:-1]} gid:1234567890;), " if sid in self.named else ""
                return f"stateful rule is invalid, {quoted}reason: bad"
        return None

    def within(
        self, dry_runs: int, tell: Callable[[Refusal], None] = DEFAULT_OPTIONS.tell
    ) -> SearchOptions:
        """A search that has time for so many dry runs."""
        return SearchOptions(deadline=Deadline(lambda: dry_runs - self.asked, 0), tell=tell)


def whole(
    rules: Sequence[Converted], service: Service, options: SearchOptions = DEFAULT_OPTIONS
) -> list[Refusal]:
    """Search again without what was found, until the rest is accepted, as a build does."""
    found = list[Refusal]()
    while True:
        searched = search(rules, service, options)
        if not searched.refusals:
            return found
        found += searched.refusals
        rules = without(rules, searched)


def without(rules: Sequence[Converted], searched: SearchResult) -> list[Converted]:
    """The rules but for the refused ones."""
    gone = {refusal.rule.sid for refusal in searched.refusals}
    return [rule for rule in rules if rule.sid not in gone]


@lru_cache(maxsize=8)
def many(count: int) -> tuple[Converted, ...]:
    """Rules by their number, from 1; made once."""
    return tuple(rule(sid) for sid in range(1, count + 1))
