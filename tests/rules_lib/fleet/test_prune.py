"""Editions over months of rounds: what anybody may have is never deleted, and the rest is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from support.store import MemoryStore

from rules_lib.aws.target_store import TargetStore
from rules_lib.errors import StoreError
from rules_lib.fleet.promote import promote_now, promotion
from rules_lib.fleet.prune import prune_editions
from rules_lib.fleet.rights import Rights, read_rights, renew_rights
from rules_lib.state.edition import Edition, number_of
from rules_lib.state.ring_state import Promoted, RingsFile
from rules_lib.state.standing import Numbers, TargetStanding
from rules_lib.targets.values import Bake, NamedTarget, Targets

START: Final = datetime(2027, 1, 1, tzinfo=UTC)
NAMES: Final = ("pilot", "prod", "asia")
TARGETS: Final = Targets(
    version=1,
    targets=tuple(
        NamedTarget(name=name, region="eu-west-1", ring=ring) for ring, name in enumerate(NAMES)
    ),
    bake=Bake(hours=24),
)
NUMBERS: Final = Numbers(build="b", version="1", rules=1, drops=0, capacity=1, budget=1, waiting=0)

WHO: Final = st.frozensets(st.sampled_from(NAMES))
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from([1, 20, 95]),  # days that go by
        st.booleans(),  # an edit
        WHO,  # who builds what it may take
        st.none() | st.sampled_from(NAMES),  # who is promoted
    ),
    min_size=3,
    max_size=12,
)


@dataclass
class Months:
    """A bucket whose rounds go by.

    Attributes:
        cut: edition -> its files, as they were when it was cut.
    """

    store: MemoryStore = field(default_factory=lambda: MemoryStore(now=START))
    cut: dict[str, dict[str, bytes]] = field(default_factory=dict)
    pruned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """A feed, an allowlist, and the targets."""
        self.store.put("raw/et/open/1/manifest.json", b"{}")
        self.edit("0")
        text = "\n".join(
            f"- {{name: {one.name}, region: eu-west-1, ring: {one.ring}, "
            f"allowlist: config/{one.name}.yaml}}"
            for one in TARGETS.targets
        )
        self.store.put("config/targets.yaml", f"version: 1\ntargets:\n{text}\n".encode())

    def edit(self, what: str) -> None:
        """Somebody edits the allowlist."""
        self.store.put("config/categories.yaml", what.encode())

    def pass_days(self, days: int) -> None:
        """Time goes by."""
        self.store.now += timedelta(days=days)

    def promote(self, name: str) -> None:
        """Somebody lets a target have the newest edition."""
        newest = Edition.find(self.store)
        assert newest
        before = read_rights(self.store, TARGETS, self.store.now).of(name).edition
        if number_of(before) < newest.number:
            found = promotion(
                self.store, ring=None, name=name, edition=newest.id, now=self.store.now
            )
            promote_now(self.store, found)

    def round(self, building: frozenset[str]) -> Rights:
        """Begin, build some, and tidy up; gives what targets may take then."""
        rights = renew_rights(self.store, TARGETS, self.store.now)
        newest = Edition.find(self.store)
        assert newest
        self.cut.setdefault(newest.id, self.files(newest.id))
        for right in rights.each:
            if right.may_build and right.target.name in building:
                store = TargetStore(self.store, right.target.name)
                standing = TargetStanding.find(store) or TargetStanding()
                standing.applied(right.edition, NUMBERS, self.store.now).put(store)
        after = read_rights(self.store, TARGETS, self.store.now)
        self.pruned |= set(prune_editions(self.store, after, self.store.now))
        return after

    def files(self, edition: str) -> dict[str, bytes]:
        """What the bucket has of an edition."""
        return {
            entry.key: self.store.get(entry.key)
            for entry in self.store.entries(f"editions/{edition}/")
        }

    def claimed(self, rights: Rights) -> set[str]:
        """Every edition that somebody has, or may take."""
        promoted = Promoted.find(self.store) or Promoted()
        rings = RingsFile.find(self.store) or RingsFile()
        newest = Edition.find(self.store)
        return {
            *(right.edition for right in rights.each),
            *(one.edition for one in rights.standings.values()),
            *(ring.edition for ring in rings.rings.values()),
            *promoted.targets.values(),
            newest.id if newest else "",
        } - {""}


@given(STEPS)
def test_edition_that_anybody_may_have_is_never_deleted(
    steps: list[tuple[int, bool, frozenset[str], str | None]],
) -> None:
    """With all of its files; what is deleted is deleted whole, and had been followed for long."""
    months = Months()
    for number, (days, edited, building, promoted) in enumerate(steps):
        months.pass_days(days)
        if edited:
            months.edit(f"edit {number}")
        rights = months.round(building)
        if promoted:
            months.promote(promoted)
        for edition in months.claimed(rights):
            assert months.files(edition) == months.cut[edition]
        assert not any(right.withdrawn for right in rights.each)
        for edition in months.pruned:
            assert months.files(edition) == {}


def test_what_nobody_needs_goes_in_time() -> None:
    """A year of an edit each week, which all targets take, leaves those of the last 90 days."""
    months = Months()
    for week in range(52):
        months.edit(f"edit {week}")
        for _ in range(4):  # through all rings
            months.pass_days(2)
            months.round(frozenset(NAMES))
    left = months.store.folders("editions/")
    assert len(left) == 90 // 8 + 1
    assert months.pruned == set(months.cut) - set(left)


def test_edition_of_a_target_that_is_held_stays() -> None:
    """For as long as it has it, as does that of one whom the file does not name any more."""
    months = Months()
    months.round(frozenset(NAMES))
    [first] = months.cut
    store = TargetStore(months.store, "former")
    TargetStanding().applied(first, NUMBERS, START).put(store)
    for number in range(6):
        months.edit(f"edit {number}")
        for _ in range(4):
            months.pass_days(30)
            months.round(frozenset(NAMES))
    assert first not in months.pruned
    assert len(months.pruned) > 2
    store.delete("state/standing.json")
    months.round(frozenset())
    assert first in months.pruned


def old_and_unneeded() -> Months:
    """Two editions, of which all have the second one since long ago."""
    months = Months()
    months.round(frozenset(NAMES))
    months.edit("another")
    for _ in range(3):
        months.pass_days(30)
        rights = renew_rights(months.store, TARGETS, months.store.now)
        for right in rights.each:
            here = TargetStore(months.store, right.target.name)
            standing = TargetStanding.find(here) or TargetStanding()
            standing.applied(right.edition, NUMBERS, months.store.now).put(here)
    months.pass_days(91)
    return months


def test_nothing_goes_where_a_round_comes_in_between() -> None:
    """What is needed was read before it: all stays until the next round."""
    months = old_and_unneeded()
    store = months.store
    rights = read_rights(store, TARGETS, store.now)

    class Meanwhile(MemoryStore):
        """A bucket in which somebody takes the turn as soon as standings are read."""

        def folders(self, prefix: str) -> tuple[str, ...]:
            """List, and be overtaken."""
            found = store.folders(prefix)
            store.put("state/turn.json", b'{"holder": "x", "until": "2030-01-01T00:00:00Z"}')
            return found

    overtaken = Meanwhile(now=store.now)
    overtaken._objects = store._objects  # noqa: SLF001 - the same bucket
    assert prune_editions(overtaken, rights, store.now) == ()
    assert [*prune_editions(store, rights, store.now)] == [min(months.cut)]


def test_bucket_that_fails_stops_nothing() -> None:
    """Of an edition that is gone in part, the rest goes in the next round."""
    months = old_and_unneeded()
    store, [first] = months.store, [min(months.cut)]

    class Refusing(MemoryStore):
        """A bucket in which the second delete is refused."""

        deleted = 0

        def delete(self, key: str) -> None:
            """Delete, once."""
            if self.deleted:
                raise StoreError("no")
            self.deleted += 1
            store.delete(key)

    refusing = Refusing(now=store.now)
    refusing._objects = store._objects  # noqa: SLF001 - the same bucket
    rights = read_rights(store, TARGETS, store.now)
    assert prune_editions(refusing, rights, store.now) == ()
    assert set(months.files(first)) == {f"editions/{first}/config/categories.yaml"}
    assert prune_editions(store, rights, store.now) == (first,)
    assert months.files(first) == {}
