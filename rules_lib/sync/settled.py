"""Whether anything has changed since a build that found everything as it should be.

What a build comes to depends on what it reads and on nothing else. So a scheduled build that found
nothing to do notes what it had read: the ETags of its inputs, its own code, when each rule group
and policy was last changed, and what each group holds. The next one of the same day looks whether
all of that is still so, which takes no rule's text, and stops if it is.

The first one of a later day goes by what the groups hold: it reads the text of each. It stops only
up to the day on which the day itself makes a difference (`same_until`), and leaves what a build of
that day would leave: the discarded rules under the day, and a note for its other builds.

Anything else, and it builds as if there were no note: so a change by hand is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from pydantic import Field

from rules_lib.bucket import (
    ALLOWLIST,
    FEEDS,
    FIRED,
    HOLD,
    LOCAL,
    RAW,
    REFUSALS,
    SETTLED,
    STAGING,
    STATE,
    SUMMARY,
    build_key,
    is_manifest_key,
)
from rules_lib.deploy.steps import Keep
from rules_lib.errors import StoreError
from rules_lib.facts.api import AT_REST
from rules_lib.facts.targets import Target, is_classic
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules
from rules_lib.state.latest import Latest
from rules_lib.state.statefile import Cache
from rules_lib.sync.code_digest import code_digest
from rules_lib.sync.discards import repeat_discards
from rules_lib.sync.gather import folder_of, hits_gap
from rules_lib.sync.same_until import same_until

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.store import Store
    from rules_lib.deploy.foresee import Foreseen
    from rules_lib.groups.rule_group import DeployedGroup
    from rules_lib.world import World

_TRACED: Final = frozenset({FIRED, HOLD, REFUSALS, STAGING})


class SettledGroup(NamedTuple):
    """A rule group of ours as it was found.

    Attributes:
        modified: when it was last changed, as the service says.
        holds: digest of its rules and variables.
    """

    modified: str
    holds: str


class Settled(Cache):
    """What a build had read when it found nothing to do.

    Attributes:
        build: its id; the newest applied one.
        day: of that build, in UTC; or a later one, on which all was still so.
        until: the first day on which a build may come to something else by itself.
        prefix: of the groups.
        target: their kind.
        inputs: see `traces_of`.
        groups: those under the prefix that are ours, by their names.
        foreign: names of others' groups under the prefix.
        policies: ARN -> update token.
        hits_unknown: why it was not known what fired lately; empty where it was.
    """

    KEY = SETTLED

    build: str
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


def traces_of(world: World) -> str:
    """Identify all that a build is made from but the firewall: files, by ETag, settings and code.

    Of feeds the manifests are looked at, of all releases: which of them count, they tell together.

    Args:
        world: what a build reads.

    Raises:
        StoreError: the bucket may not be listed.
    """
    releases = [
        (entry.key, entry.etag, entry.last_modified.isoformat())
        for entry in world.store.entries(RAW)
        if is_manifest_key(entry.key)
    ]
    entries = (
        *world.store.entries(FEEDS),
        *world.store.entries(ALLOWLIST),
        *world.store.entries(LOCAL),
        *(entry for entry in world.store.entries(STATE) if entry.key in _TRACED),
    )
    files = [(entry.key, entry.etag) for entry in entries]
    settings = [world.policies, world.unproven, world.parameters is not None]
    traces = json.dumps([releases, files, settings, code_digest()])
    return hashlib.sha256(traces.encode()).hexdigest()


def unchanged_since(world: World, traces: str, settled: Settled | None) -> InputsUnchanged | None:
    """Look whether all is as a build left it; None where it is not, or nobody knows.

    Args:
        world: what a build reads.
        traces: see `traces_of`.
        settled: the note of that build, if it can be read.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read.
    """
    if settled is None or settled.inputs != traces:
        return None
    if world.day != settled.day and not _is_quiet(world, settled):
        return None
    latest = Latest.find(world.store)
    if latest is None or latest.build != settled.build:
        return None
    firewall = world.firewall(settled.prefix, settled.target)
    is_same = _is_untouched if world.day == settled.day else _holds_the_same
    if not _is_as_left(firewall, settled, is_same):
        return None
    return _summarised(world.store, settled.build)


def _is_quiet(world: World, settled: Settled) -> bool:
    """Whether it is a later day, on which the day itself makes no difference."""
    if not settled.day < world.day < settled.until:
        return False
    store = world.store
    gap = hits_gap(Counted.see(store), FiredRules.see(store), world.day, folder_of(store))
    return gap == settled.hits_unknown


def _is_as_left(
    firewall: Firewall, settled: Settled, is_same: Callable[[Firewall, str, SettledGroup], bool]
) -> bool:
    """Whether the policies and the groups under the prefix are those of the note."""
    return (
        firewall.tokens() == settled.policies
        and firewall.names() == frozenset((*settled.groups, *settled.foreign))
        and all(is_same(firewall, name, group) for name, group in settled.groups.items())
    )


def _is_untouched(firewall: Firewall, name: str, group: SettledGroup) -> bool:
    """Whether a group was not changed, without reading it."""
    return firewall.modified(name) == group.modified


def _holds_the_same(firewall: Firewall, name: str, group: SettledGroup) -> bool:
    """Whether a group was not changed, and holds what it held."""
    found = firewall.describe(name)
    return found is not None and _as_found(found) == group


def _as_found(group: DeployedGroup) -> SettledGroup:
    return SettledGroup(group.modified, group.digest)


def _summarised(store: Store, build: str) -> InputsUnchanged | None:
    """A build's summary; None where it is gone or cannot be read, so that it is created again."""
    stored = store.find(build_key(build, SUMMARY))
    with suppress(StoreError):
        return InputsUnchanged(read_summary(stored.body)) if stored else None
    return None


def note_settled(world: World, foreseen: Foreseen) -> None:
    """Note what a build had read, if it found nothing to do and all of it was at rest.

    A note that cannot be written fails no build: the next one reads everything.
    """
    plan, inputs = foreseen.plan, foreseen.inputs
    kept = [step.deployed for step in plan.steps if isinstance(step, Keep)]
    if not plan.is_empty or not all(_at_rest(group.modified, world.now) for group in kept):
        return
    settled = Settled(
        build=world.build_id,
        day=world.day,
        until=same_until(inputs, foreseen.built),
        prefix=inputs.allowlist.firewall.prefix,
        target=inputs.allowlist.firewall.target,
        inputs=world.traces,
        groups={group.name: _as_found(group) for group in kept},
        foreign=tuple(sorted(inputs.deployed.foreign)),
        policies={policy.arn: policy.token for policy in inputs.deployed.policies},
        hits_unknown=inputs.hits_unknown,
    )
    with suppress(StoreError):
        settled.put(world.store)


def take_over(world: World, settled: Settled) -> None:
    """On a later day on which nothing has changed, leave what its first build would leave.

    Args:
        world: of that day.
        settled: the note that still holds.

    Raises:
        StoreError: the discarded rules cannot be stored under the day; the next build tries again.
    """
    if world.day != settled.day:
        repeat_discards(world.store, settled.day, world.day)
        with suppress(StoreError):
            settled.model_copy(update={"day": world.day}).put(world.store)


def _at_rest(modified: str, now: datetime) -> bool:
    """Whether a group was last changed before it was read, by a margin for clocks that differ."""
    return bool(modified) and datetime.fromisoformat(modified) < now - AT_REST
