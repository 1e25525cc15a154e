"""All targets in a table: what each has in force, what it waits for, and what went wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from rules_lib.bucket import REPORT, build_key, target_key
from rules_lib.fleet.hits_told import burst_words, hits_words, late_words
from rules_lib.state.edition import number_of

if TYPE_CHECKING:
    from rules_lib.fleet.rights import Right, Rights
    from rules_lib.state.standing import TargetStanding

TargetState = Literal[
    "failing", "held", "withdrawn", "bursting", "waiting", "behind", "baking", "in force"
]
"""From the one that asks for people first."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target.

    Attributes:
        name: of the target.
        ring: its ring.
        account: of its role; empty: the stack's own.
        region: where its firewalls are.
        allowlist: key of its allowlist.
        state: the worst that holds.
        why: what that means here, in a sentence; empty where all is well.
        edition: in force; empty where none is, or nobody knows.
        may_take: id of the edition that it may have.
        since: when the edition in force was applied; ISO 8601, UTC.
        attempted: when it was tried last; ISO 8601, UTC.
        build: of what is in force.
        version: of its feed.
        rules: in force.
        drops: of these, how many drop or reject.
        capacity: reserved by its groups.
        budget: what they may reserve.
        unjudged: rules that wait for the service's word.
        report: key of the build's page.
    """

    name: str
    ring: int
    account: str
    region: str
    allowlist: str
    state: TargetState
    why: str
    edition: str
    may_take: str
    since: str
    attempted: str
    build: str
    version: str
    rules: int
    drops: int
    capacity: int
    budget: int
    unjudged: int
    report: str


@dataclass(frozen=True, slots=True)
class RingRow:
    """One ring.

    Attributes:
        ring: its number.
        targets: how many it has.
        edition: id of what they may take; empty: none yet.
        in_force: at how many of them that is in force.
        baked: when that will have baked here, if nothing happens; ISO 8601, UTC; empty where it
            does not bake.
        last: no ring waits for it.
        hits: what hits have to do with it, in words; empty where they have nothing to do with it.
    """

    ring: int
    targets: int
    edition: str
    in_force: int
    baked: str
    last: bool
    hits: str = ""


@dataclass(frozen=True, slots=True)
class FleetTable:
    """All targets.

    Attributes:
        at: when it was made; ISO 8601, UTC.
        newest: id of the newest edition; empty: there is no feed yet.
        bake_hours: how long a ring waits.
        rings: from the first on.
        targets: by ring, then in the file's order.
    """

    at: str
    newest: str
    bake_hours: int
    rings: tuple[RingRow, ...]
    targets: tuple[TargetRow, ...]

    def document(self) -> dict[str, Any]:
        """The same for programs; what hits say only where they say anything."""
        told = asdict(self)
        for ring in told["rings"]:
            if not ring["hits"]:
                del ring["hits"]
        return told

    def number(self, *states: TargetState) -> int:
        """How many targets are in one of some states."""
        return sum(row.state in states for row in self.targets)


def fleet_table(rights: Rights, now: datetime) -> FleetTable:
    """Put all that is known of the targets into a table.

    Args:
        rights: what each may take and has.
        now: UTC.
    """
    rows = [_row(right, rights) for right in rights.each]
    return FleetTable(
        at=now.isoformat(),
        newest=rights.newest.id if rights.newest else "",
        bake_hours=rights.targets.bake.hours,
        rings=tuple(_ring_row(ring, rights) for ring in rights.targets.rings),
        targets=tuple(sorted(rows, key=lambda row: row.ring)),
    )


def _row(right: Right, rights: Rights) -> TargetRow:
    target, standing = right.target, rights.standings[right.target.name]
    state, why = _state(right, standing, rights)
    numbers = standing.numbers
    build = numbers.build if numbers else ""
    return TargetRow(
        name=target.name,
        ring=target.ring,
        account=target.account,
        region=target.region,
        allowlist=target.allowlist,
        state=state,
        why=why,
        edition=standing.edition,
        may_take=right.edition,
        since=standing.since or "",
        attempted=standing.attempted or "",
        build=build,
        version=numbers.version if numbers else "",
        rules=numbers.rules if numbers else 0,
        drops=numbers.drops if numbers else 0,
        capacity=numbers.capacity if numbers else 0,
        budget=numbers.budget if numbers else 0,
        unjudged=numbers.waiting if numbers else 0,
        report=target_key(target.name, build_key(build, REPORT)) if build else "",
    )


def _state(right: Right, standing: TargetStanding, rights: Rights) -> tuple[TargetState, str]:
    """The worst that holds of a target, and what that means."""
    name = right.target.name
    if standing.held:
        return "held", f"build {standing.held} is held; `rulesync resume --target {name}` lifts it"
    if standing.failing:
        return "failing", standing.failing
    if right.withdrawn:
        return "withdrawn", f"edition {right.edition}, or a feed of it, was deleted"
    if words := burst_words(name, rights):
        return "bursting", words
    return _state_of_edition(right, standing, rights)


def _state_of_edition(
    right: Right, standing: TargetStanding, rights: Rights
) -> tuple[TargetState, str]:
    ring = right.target.ring
    if not right.edition:
        return "waiting", _waits_for(ring, rights)
    if number_of(standing.edition) != number_of(right.edition):
        return "behind", f"takes edition {right.edition} with the next run"
    if baked := _baked(ring, rights):
        return "baking", f"edition {right.edition} has baked at {baked:%Y-%m-%d %H:%M} UTC"
    if late := late_words(ring, rights):
        return "baking", f"edition {right.edition} has baked; {late}"
    return "in force", ""


def _waits_for(ring: int, rights: Rights) -> str:
    before = [one for one in rights.targets.rings if one < ring]
    if rights.newest is None or not before:
        return "there is no feed yet"
    baked = rights.fleet and rights.fleet.baked_at(before[-1], rights.cut_of(before[-1]).number)
    until = f" until {baked:%Y-%m-%d %H:%M} UTC" if baked else ", which does not bake as things are"
    if late := late_words(before[-1], rights):
        until = f": {late}"
    bursting = hits_words(before[-1], rights) if not baked else ""
    return f"waits for ring {before[-1]}{until}" + (f": {bursting}" if bursting else "")


def _baked(ring: int, rights: Rights) -> datetime | None:
    """When a ring will have baked what others wait for; None where none does, or it has."""
    behind, cut = rights.targets.behind(ring), rights.cut_of(ring)
    if not rights.fleet or behind is None or rights.cut_of(behind).number >= cut.number:
        return None
    baked = rights.fleet.baked_at(ring, cut.number)
    return baked if baked and baked > rights.fleet.now else None


def _ring_row(ring: int, rights: Rights) -> RingRow:
    targets, state = rights.targets.in_ring(ring), rights.rings.rings.get(ring)
    edition = state.edition if state else ""
    has = [rights.standings[target.name].edition for target in targets]
    baked = rights.fleet.baked_at(ring, number_of(edition)) if rights.fleet and edition else None
    return RingRow(
        ring=ring,
        targets=len(targets),
        edition=edition,
        in_force=has.count(edition) if edition else 0,
        baked=baked.astimezone(UTC).isoformat() if baked else "",
        last=ring == rights.targets.rings[-1],
        hits=hits_words(ring, rights),
    )
