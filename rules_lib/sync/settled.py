"""Whether anything has changed since a build after which there was nothing to do.

What a build comes to depends on what it reads and on nothing else. So a build after which nothing
is to be done notes what a build would read then (`sync.leave_note`): the ETags of its inputs, its
own code, when each rule group and policy was last changed, and what each group holds. A scheduled
build of the same day looks whether all of that is still so, which takes no rule's text, and stops
if it is. Only of a group that was written just before is not known when: its text is read once.

The first one of a later day goes by what the groups hold: it reads the text of each. It stops only
up to the day on which the day itself makes a difference (`same_until`), and leaves what a build of
that day would leave: the discarded rules under the day, and a note for its other builds.

Anything else, and it builds as if there were no note: so a change by hand is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

from pydantic import Field

from rules_lib.bucket import SETTLED, SUMMARY, build_key
from rules_lib.errors import StoreError
from rules_lib.facts.api import AT_REST
from rules_lib.facts.targets import Target, is_classic
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules
from rules_lib.state.latest import Latest
from rules_lib.state.statefile import Cache
from rules_lib.sync.discards import repeat_discards
from rules_lib.sync.gather import folder_of, hits_gap
from rules_lib.sync.traces import traces_of

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.groups.rule_group import DeployedGroup
    from rules_lib.state.statefile import Seen
    from rules_lib.world import World


class SettledGroup(NamedTuple):
    """A rule group of ours as it was found, or written.

    Attributes:
        modified: when it was last changed, as the service says; empty where that was just now, and
            its rules have to be read.
        holds: digest of its rules and variables.
    """

    modified: str
    holds: str

    @classmethod
    def of(cls, found: DeployedGroup, now: datetime) -> Self:
        """Take a group as it was found at a time."""
        return cls(found.modified if _at_rest(found.modified, now) else "", found.digest)


class Settled(Cache):
    """What a build would read after which there was nothing to do.

    Attributes:
        build: its id; the newest applied one.
        applied_at: as in `latest.json`, which a rollback to the same build moves too.
        day: of that build, in UTC; or a later one, on which all was still so.
        until: the first day on which a build may come to something else by itself.
        prefix: of the groups.
        target: their kind.
        inputs: see `Traces`.
        groups: those under the prefix that are ours, by their names.
        foreign: names of others' groups under the prefix.
        policies: ARN -> update token.
        hits_unknown: why it was not known what fired lately; empty where it was.
    """

    KEY = SETTLED

    build: str
    applied_at: str
    day: date
    until: date
    prefix: str
    target: Annotated[Target, Field(exclude_if=is_classic)] = Target.CLASSIC
    inputs: str
    groups: Mapping[str, SettledGroup]
    foreign: tuple[str, ...]
    policies: Mapping[str, str]
    hits_unknown: str


@dataclass(frozen=True, slots=True)
class InputsUnchanged:
    """Nothing has changed since a build, whose summary therefore still holds."""

    summary: Summary


def unchanged_since(
    world: World, settled: Settled | None
) -> tuple[InputsUnchanged, Settled] | None:
    """Look whether all is as a build left it; None where it is not, or nobody knows.

    Args:
        world: what a build reads.
        settled: the note of that build, if it can be read.

    Returns:
        What holds, with the note as it is to be for later builds.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read.
    """
    if settled is None or settled.inputs != traces_of(world).digest:
        return None
    if world.day != settled.day and not _is_quiet(world, settled):
        return None
    latest = Latest.find(world.store)
    if latest is None or (latest.build, latest.applied_at) != (settled.build, settled.applied_at):
        return None
    groups = _as_left(world, settled, latest.groups)
    if groups is None:
        return None
    holds = _summarised(world.store, settled.build)
    now = settled.model_copy(update={"day": world.day, "groups": groups})
    return (holds, now) if holds else None


def _is_quiet(world: World, settled: Settled) -> bool:
    """Whether it is a later day, on which the day itself makes no difference."""
    if not settled.day < world.day < settled.until:
        return False
    store = world.store
    gap = hits_gap(Counted.see(store), FiredRules.see(store), world.day, folder_of(store))
    return gap == settled.hits_unknown


def _as_left(
    world: World, settled: Settled, slots: Mapping[str, str]
) -> dict[str, SettledGroup] | None:
    """The groups under the prefix; None where they, or the policies, are not those of the note.

    Args:
        world: what a build reads.
        settled: the note.
        slots: name -> slot of each group that the build left.
    """
    firewall = world.firewall(settled.prefix, settled.target)
    if firewall.tokens() != settled.policies:
        return None
    if firewall.names() != frozenset((*settled.groups, *settled.foreign)):
        return None
    found = dict[str, SettledGroup]()
    for name, group in settled.groups.items():
        if world.day == settled.day and group.modified:
            holds = group if firewall.modified(name) == group.modified else None
        else:
            holds = _as_written(firewall.describe(name), group, slots.get(name), world.now)
        if holds is None:
            return None
        found[name] = holds
    return found


def _as_written(
    found: DeployedGroup | None, group: SettledGroup, slot: str | None, now: datetime
) -> SettledGroup | None:
    """A group that was read, if it is what the note says; None where it is not."""
    if found is None or not found.strict or str(found.slot) != slot:
        return None
    if found.digest != group.holds or group.modified not in {"", found.modified}:
        return None
    return SettledGroup.of(found, now)


def _summarised(store: Store, build: str) -> InputsUnchanged | None:
    """A build's summary; None where it is gone or cannot be read, so that it is created again."""
    stored = store.find(build_key(build, SUMMARY))
    with suppress(StoreError):
        return InputsUnchanged(read_summary(stored.body)) if stored else None
    return None


def take_over(world: World, before: Seen[Settled], now: Settled) -> None:
    """Where nothing has changed, leave what else a build would leave, and what is known by now.

    Args:
        world: of the build.
        before: the note, which still holds.
        now: the same for later builds.

    Raises:
        StoreError: the discarded rules cannot be stored under the day; the next build tries again.
    """
    if before.file is None or now == before.file:
        return
    if now.day != before.file.day:
        repeat_discards(world.store, before.file.day, now.day)
    with suppress(StoreError):
        now.put_over(world.store, before.etag)


def _at_rest(modified: str, now: datetime) -> bool:
    """Whether a group was last changed before it was read, by a margin for clocks that differ."""
    return bool(modified) and datetime.fromisoformat(modified) < now - AT_REST
