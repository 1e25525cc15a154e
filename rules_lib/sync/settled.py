"""Whether anything has changed since a build that found everything as it should be.

What a build comes to depends on what it reads and on nothing else. So a scheduled build that found
nothing to do notes what it had read: the ETags of its inputs, its own code, and when each rule
group and policy was last changed. The next one of the same day looks whether all of that is still
so, which takes no rule's text, and stops if it is. Anything else, and it builds as if there were no
note: so a change by hand is found, and the first build of each day reads everything whatever the
note says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.aws.firewall import Firewall
from rules_lib.bucket import (
    ALLOWLIST,
    FIRED,
    HOLD,
    LOCAL,
    REFUSALS,
    SETTLED,
    STAGING,
    STATE,
    SUMMARY,
    build_key,
)
from rules_lib.deploy.steps import Keep
from rules_lib.errors import StoreError
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.latest import Latest
from rules_lib.state.statefile import Cache
from rules_lib.sync.code_digest import code_digest

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.deploy.steps import Plan
    from rules_lib.feed.manifest import Manifest
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.world import World

AT_REST: Final = timedelta(seconds=10)
"""The service tells times in whole seconds: what was changed just now may change again in the same
second, unnoticed."""

_TRACED: Final = frozenset({FIRED, HOLD, REFUSALS, STAGING})


class Settled(Cache):
    """What a build had read when it found nothing to do.

    Attributes:
        build: its id; the newest applied one.
        day: of that build, in UTC, ISO 8601.
        prefix: of the groups.
        inputs: see `traces_of`.
        groups: name -> when the group was last changed, as the service says.
        foreign: names of others' groups under the prefix.
        policies: ARN -> update token.
    """

    KEY = SETTLED

    build: str
    day: str
    prefix: str
    inputs: str
    groups: Mapping[str, str]
    foreign: tuple[str, ...]
    policies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InputsUnchanged:
    """Nothing has changed since a build, whose summary therefore still holds."""

    summary: Summary


def traces_of(world: World, manifest: Manifest) -> str:
    """Identify all that a build is made from but the firewall: files by their ETags, and the code.

    Args:
        world: what a build reads.
        manifest: of the newest feed, read before anything else.

    Raises:
        StoreError: the bucket may not be listed.
    """
    entries = (
        *world.store.entries(ALLOWLIST),
        *world.store.entries(LOCAL),
        *(entry for entry in world.store.entries(STATE) if entry.key in _TRACED),
    )
    files = [(entry.key, entry.etag) for entry in entries]
    named = [manifest.version, manifest.sha256, manifest.fetched_at.isoformat()]
    traces = json.dumps([named, files, world.policies, code_digest()])
    return hashlib.sha256(traces.encode()).hexdigest()


def unchanged_since(world: World, traces: str, settled: Settled | None) -> InputsUnchanged | None:
    """Look whether all is as a build of today left it; None where it is not, or nobody knows.

    Args:
        world: what a build reads.
        traces: see `traces_of`.
        settled: the note of that build, if it can be read.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read.
    """
    if settled is None or (settled.day, settled.inputs) != (world.day.isoformat(), traces):
        return None
    latest = Latest.find(world.store)
    if latest is None or latest.build != settled.build:
        return None
    firewall = Firewall(world.client, settled.prefix, world.policies)
    if firewall.tokens() != settled.policies:
        return None
    if firewall.names() != frozenset((*settled.groups, *settled.foreign)):
        return None
    if any(firewall.modified(name) != at for name, at in settled.groups.items()):
        return None
    return _summarised(world.store, settled.build)


def _summarised(store: Store, build: str) -> InputsUnchanged | None:
    """A build's summary; None where it is gone or cannot be read, so that it is created again."""
    stored = store.find(build_key(build, SUMMARY))
    with suppress(StoreError):
        return InputsUnchanged(read_summary(stored.body)) if stored else None
    return None


def note_settled(world: World, plan: Plan, deployed: Deployed, prefix: str) -> None:
    """Note what a build had read, if it found nothing to do and all of it was at rest.

    A note that cannot be written fails no build: the next one reads everything.
    """
    kept = [step.deployed for step in plan.steps if isinstance(step, Keep)]
    if not plan.is_empty or not all(_at_rest(group.modified, world.now) for group in kept):
        return
    settled = Settled(
        build=world.build_id,
        day=world.day.isoformat(),
        prefix=prefix,
        inputs=world.traces,
        groups={group.name: group.modified for group in kept},
        foreign=tuple(sorted(deployed.foreign)),
        policies={policy.arn: policy.token for policy in deployed.policies},
    )
    with suppress(StoreError):
        settled.put(world.store)


def _at_rest(modified: str, now: datetime) -> bool:
    """Whether a group was last changed before it was read, by a margin for clocks that differ."""
    return bool(modified) and datetime.fromisoformat(modified) < now - AT_REST
