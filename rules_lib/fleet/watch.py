"""What alert logs say of the editions that others wait for: how far they are counted, and bursts.

The rules that came or changed are those of the builds since the newest edition that the ring
behind may take. So a rule stays under suspicion until that ring has it, whatever editions follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist import load_allowlist
from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import ALLOWLIST, RULE_GROUPS, build_key, time_of_build
from rules_lib.errors import AllowlistError
from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.content import action_of, by_sid
from rules_lib.hits.bursts import BEFORE_DAYS, Burst, bursts_of
from rules_lib.hits.history import read_hits
from rules_lib.hits.hosts import OwnNetworks
from rules_lib.state.counted import Counted
from rules_lib.state.edition import number_of
from rules_lib.state.presence import planned_builds
from rules_lib.targets.rings import NO_EDITION, TargetWatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules_lib.aws.store import Store
    from rules_lib.state.standing import TargetStanding
    from rules_lib.targets.values import NamedTarget, Targets

_DELIVERY: Final = timedelta(hours=1)
"""So long a line may be under way to where it is counted."""

_LONGEST_LOOK: Final = timedelta(days=90)
"""What happened before that is kept nowhere, where people ask for nothing else."""

_BUILDS: Final = 200
"""So many builds are read at most; a month of them."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What alert logs say of one target.

    Attributes:
        counted: up to when its hits are counted; UTC.
        bursts: rules that came or changed, and block on many own hosts.
    """

    counted: datetime
    bursts: tuple[Burst, ...] = ()

    @property
    def watch(self) -> TargetWatch:
        """What the rings go by."""
        return TargetWatch(self.counted, bursting=bool(self.bursts))


def watch_targets(
    root: Store,
    targets: Targets,
    standings: Mapping[str, TargetStanding],
    rings: Mapping[int, int],
    now: datetime,
) -> dict[str, Watched]:
    """Look at the hits of each target for whose edition a ring waits; name -> what they say.

    Args:
        root: the whole bucket.
        targets: as people name them.
        standings: name -> what a target has.
        rings: ring -> number of the edition that its targets may take.
        now: UTC.

    Raises:
        StoreError: the bucket cannot be read.
    """
    found = dict[str, Watched]()
    for target in targets.targets:
        standing, behind = standings[target.name], targets.behind(target.ring)
        if target.alert_logs and behind is not None and standing.since:
            has = rings.get(behind, NO_EDITION)
            if number_of(standing.edition) > has:
                found[target.name] = _watched(root, target, standing, has, now)
    return found


def _watched(
    root: Store, target: NamedTarget, standing: TargetStanding, has: int, now: datetime
) -> Watched:
    store = TargetStore(root, target.name, target.allowlist, standing.edition)
    note, applied = Counted.find(store), datetime.fromisoformat(str(standing.since))
    came = _came(store, standing, has)
    first = max(min((applied, *came.values())), now - _LONGEST_LOOK).astimezone(UTC).date()
    days = read_hits(store, first, now.date())
    missing = [day for day in days.unknown if day >= applied.astimezone(UTC).date()]
    counted = (note or Counted(logs="")).through(applied) - _DELIVERY
    if missing:  # counted, and yet not there
        counted = min(counted, datetime.combine(missing[0], datetime.min.time(), UTC))
    own, prefix = _own(store)
    if not bursts_of(came, days.days, own, prefix):  # what was before makes none of them a burst
        return Watched(counted)
    before = read_hits(store, first - timedelta(days=BEFORE_DAYS), first - timedelta(days=1))
    found = bursts_of(came, (*before.days, *days.days), own, prefix)
    blocking = _blocking(store, standing)
    return Watched(counted, tuple(one for one in found if one.sid in blocking))


def _came(store: Store, standing: TargetStanding, has: int) -> dict[int, datetime]:
    """Sid -> when a rule came or changed first, of those that the ring behind does not have."""
    newer = [one for one in standing.taken if number_of(one.edition) > has]
    older = [one.last for one in standing.taken if number_of(one.edition) <= has]
    after, first = max(older, default=""), min((one.first for one in newer), default="")
    came = dict[int, datetime]()
    for build, _, plan in planned_builds(store, _BUILDS):
        if build <= after or (not after and build < first):
            break
        if (at := time_of_build(build)) and newer:
            came |= dict.fromkeys(plan.touched, at)
    return came


def _blocking(store: Store, standing: TargetStanding) -> frozenset[int]:
    """Sids of the rules that block as they are in force: what people made an alert since is well.

    The groups are read from the build's folder; this is done only where a rule seems to burst.
    """
    build = standing.numbers.build if standing.numbers else ""
    texts = (
        store.get(entry.key).decode() for entry in store.entries(build_key(build, RULE_GROUPS))
    )
    rules = (rule for text in texts for rule in by_sid(text).items())
    return frozenset(sid for sid, rule in rules if action_of(rule) in BLOCKING)


def _own(store: Store) -> tuple[OwnNetworks, str]:
    """Which addresses are people's own, and how our groups' names begin, by the edition in force.

    Where its allowlist is gone or has errors, private addresses count as own, and every group.
    """
    stored = store.find(ALLOWLIST)
    if stored is None:
        return OwnNetworks(), ""
    try:
        allowlist = load_allowlist(
            stored.body, source=store.address(ALLOWLIST), known=(), may_come=lambda _: True
        )
    except AllowlistError:
        return OwnNetworks(), ""
    return OwnNetworks.of(allowlist), allowlist.firewall.prefix
