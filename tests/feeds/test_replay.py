"""Real releases in a row: what each sync writes, against the least that it could write."""

from __future__ import annotations

import itertools
import operator
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
import yaml
from support.groups import in_force
from support.inputs import inputs, read_once
from support.releases import (
    LARGE,
    SHIPPED,
    SUCCESSIVE,
    Published,
    files_of,
    run,
    text_of_all,
)
from support.samples import THOROUGH, one_in

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.build import Built, build
from rules_lib.deploy.plan import plan
from rules_lib.deploy.steps import Update, record
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.groups.content import by_sid
from rules_lib.groups.policy_quotas import PolicyQuotas
from rules_lib.groups.rule_group import Deployed, Group, Slot
from rules_lib.reading.ruleset import Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from support.results import Results

pytestmark = pytest.mark.feeds

SUMMER: Final = (
    *("2025-05-02", "2025-05-09", "2025-07-24"),
    *("2025-07-26", "2025-07-28", "2025-08-04"),
)
RUNS: Final = (SUCCESSIVE, *[SUMMER] * THOROUGH)
"""Releases in a row; in the year between two runs, rules have come to other categories."""

ROOM: Final = PolicyQuotas(rule_groups=100, capacity=100_000)
SIX: Final = {
    "emerging-exploit": "drop",
    "emerging-malware": "drop",
    "tor": "alert",
    "emerging-web_server": "alert",
    "emerging-dns": "alert",
    "emerging-phishing": "alert",
}
SMALL: Final = {"capacity": 5_000, "rule_groups": 5}

TIGHT: Final = {"capacity": 7_000, "rule_groups": 12}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One sync of a replay: what it wrote, and the least that it could have written.

    Attributes:
        groups: rule groups created, updated, replaced or deleted.
        least_groups: those with a rule that goes, comes, changes or has to move.
        rules: lines added, removed or changed in these, moves counted twice.
        moves: lines more, as rules have to move (`_parted`, `_joined`).
        astray: those that move all the same.
    """

    name: str
    groups: int
    least_groups: int
    rules: int
    least_rules: int
    moves: int = 0
    astray: frozenset[int] = frozenset()

    def __str__(self) -> str:
        """A line of the table."""
        return (
            f"{self.name}  groups {self.groups:3} (least {self.least_groups:3})"
            f"  rules {self.rules:5} (least {self.least_rules:5})"
        )


def ruleset(releases: Path, name: str, allowlist: Allowlist) -> Ruleset:
    """A release, read."""
    return read_once(files_of(releases / f"{name}.tar.gz"), allowlist.rules.on)


def settings(**changed: object) -> Allowlist:
    """The shipped file, with changes."""
    document = yaml.load(SHIPPED.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    text = yaml.safe_dump({**document, **changed}, sort_keys=False)
    return load_allowlist(text.encode(), source="test", known=(*document["categories"], *SIX))


def allowlist_of(kind: str) -> Allowlist:
    """A group for each category; the shipped file with its room, or with too little."""
    if kind == "all":
        return load_allowlist(text_of_all("alert").encode(), source="test", known=())
    return settings(**({"firewall": TIGHT} if kind == "tight" else {}))


@cache
def replay(releases: Path, kind: str, names: tuple[str, ...]) -> tuple[Replayed, ...]:
    """Build each release with the groups of the one before as deployed."""
    allowlist, before, found = allowlist_of(kind), tuple[Group, ...](), []
    for name in names:
        deployed = in_force(before, associations=1)
        with without_cyclic_gc():
            after = build(inputs(ruleset(releases, name, allowlist), allowlist, deployed)).groups
        found.append(_replayed(name, before, after, deployed))
        before = after
    return tuple(found)


def _replayed(
    name: str, before: tuple[Group, ...], after: tuple[Group, ...], deployed: Deployed
) -> Replayed:
    steps = [record(step) for step in plan(after, deployed, ROOM).changes]
    changed = sum(len(step[what]) for step in steps for what in ("added", "removed", "changed"))
    old, new = _texts(before), _texts(after)
    moved = _parted(before, after) | _joined(before, after)
    here, there = _places(before), _places(after)
    return Replayed(
        name=name,
        groups=len(steps),
        least_groups=len(
            _touched(before, after) | {at[sid] for at in (here, there) for sid in moved}
        ),
        rules=changed,
        least_rules=sum(old.get(sid) != new.get(sid) for sid in old.keys() | new.keys()),
        moves=sum(2 - (old[sid] != new[sid]) for sid in moved),
        astray=frozenset(sid for sid in here.keys() & there.keys() if here[sid] != there[sid])
        - moved,
    )


def _parted(before: Iterable[Group], after: Iterable[Group]) -> frozenset[int]:
    """Rules that leave a shared group for the place of a group that went."""
    places = {group.slot for group in before}
    went = places - {group.slot for group in after}
    came = [group for group in after if group.slot not in places and not group.slot.is_shared]
    shared = _sids(group for group in before if group.slot.is_shared)
    return _sids(came[: len(went)]) & shared


def _joined(before: Iterable[Group], after: Iterable[Group]) -> frozenset[int]:
    """Rules of the smallest categories, which share a group since larger ones have come."""
    places = {group.slot for group in before}
    if not any(group.slot not in places and not group.slot.is_shared for group in after):
        return frozenset()
    alone = _sids(group for group in before if not group.slot.is_shared)
    return _sids(group for group in after if group.slot.is_shared) & alone


def _sids(groups: Iterable[Group]) -> frozenset[int]:
    return frozenset(rule.sid for group in groups for rule in group.rules)


def _places(groups: Iterable[Group]) -> dict[int, Slot]:
    return {rule.sid: group.slot for group in groups for rule in group.rules}


def _texts(groups: Iterable[Group]) -> dict[int, str]:
    return {sid: text for group in groups for sid, text in by_sid(group.text).items()}


def _touched(before: Sequence[Group], after: Sequence[Group]) -> set[Slot]:
    """Groups that any tool would have to write: those with a rule that goes or changes.

    And one for each category that only gains rules, where none of its groups is among them. That of
    a category that is new may be shared.
    """
    old, new = _texts(before), _texts(after)
    touched = {
        group.slot
        for group in before
        if any(new.get(sid) != text for sid, text in by_sid(group.text).items())
    }
    homes = {category: group.slot for group in (*after, *before) for category in group.categories}
    gained = {rule.rule.category for group in after for rule in group.rules if rule.sid not in old}
    return touched | {homes[category] for category in gained}


@pytest.mark.parametrize("kind", ["all", "shipped", "tight"])
@pytest.mark.parametrize("names", RUNS, ids=operator.itemgetter(0))
def test_each_release_writes_the_least_possible(
    releases: Path, kind: str, names: tuple[str, ...]
) -> None:
    """With a group for each category; with twenty groups, some shared; with too little room.

    Where the budget is full, a new rule drives another one out, and both count. Where a category
    goes with its group, the largest that shared one has its place; where one comes and there are as
    many groups as may be, the smallest share.
    """
    table = replay(releases, kind, names)
    print(*table, sep="\n")  # noqa: T201 - the table is what people run this with -s for
    for line in table[1:]:
        assert line.rules == line.least_rules + line.moves, line
        assert line.groups == line.least_groups, line
        assert not line.astray, line


def test_rule_more_is_one_update_that_differs_by_one_line(releases: Path) -> None:
    """In the newest release with the shipped file, whichever category it is added to.

    That is one of three; with THOROUGH=1 each of them.
    """
    allowlist = settings()
    archive = files_of(releases / "2025-08-04.tar.gz")
    first = build(inputs(read_once(archive, allowlist.rules.on), allowlist)).groups
    for category in one_in(3, ("emerging-exploit", "emerging-telnet", "emerging-scan"), "a rule"):
        text = b'alert tcp any any -> any any (msg:"one more"; content:"x"; sid:1999999; rev:1;)\n'
        longer = tuple(
            type(file)(file.category, text * (file.category == category) + file.data)
            for file in archive
        )
        deployed = in_force(first, associations=1)
        again = build(inputs(read_once(longer, allowlist.rules.on), allowlist, deployed)).groups
        [step] = plan(again, deployed).changes
        assert isinstance(step, Update)
        before, after = (
            Counter(step.deployed.text.splitlines()),
            Counter(step.group.text.splitlines()),
        )
        assert not before - after
        assert (after - before).total() == 1


@pytest.fixture(scope="module")
def small(releases: Path) -> tuple[Ruleset, Allowlist, Built]:
    """The full picture in a fraction of the room that it needs."""
    allowlist = settings(default="off", categories=SIX, firewall=SMALL)
    rules = ruleset(releases, "composite-2026-03", allowlist)
    return rules, allowlist, build(inputs(rules, allowlist))


def test_small_budget_is_kept_and_used(small: tuple[Ruleset, Allowlist, Built]) -> None:
    """Capacities are counted, headroom included."""
    _, _, built = small
    reserved = sum(group.capacity for group in built.groups)
    assert 4_900 < reserved <= 5_000
    assert len(built.groups) <= 5


def test_no_rule_is_left_out_for_one_of_less_value(
    small: tuple[Ruleset, Allowlist, Built],
) -> None:
    """A cluster counts as its best rule; value is read from the feed's own text."""
    _, _, built = small
    kept = {rule.sid: (rule.rule.category, rule.rule.text) for rule in built.kept}
    left = {
        one.rule.sid: (one.rule.category, one.rule.text)
        for one in built.discarded
        if one.reason == "over-budget" and one.rule.sid
    }
    assert len(left) > 5_000
    best = clusters({**kept, **left})
    worst_kept = max(value for sid, value in best.items() if sid in kept)
    best_left = min(value for sid, value in best.items() if sid in left)
    assert worst_kept <= best_left


def clusters(rules: Mapping[int, tuple[str, str]]) -> dict[int, tuple[object, ...]]:
    """The value of each rule's cluster: of the best rule that flowbits tie it to."""
    root = {sid: sid for sid in rules}
    bits: dict[str, int] = {}

    def find(sid: int) -> int:
        while root[sid] != sid:
            sid = root[sid]
        return sid

    for sid, (_, text) in rules.items():
        names = Published(text).flowbits("set", "unset", "toggle", "isset", "isnotset")
        for name in names:
            root[find(sid)] = find(bits.setdefault(name, sid))
    best: dict[int, tuple[object, ...]] = {}
    for sid, (category, text) in rules.items():
        top = find(sid)
        best[top] = min(best.get(top, worth(category, text)), worth(category, text))
    return {sid: best[find(sid)] for sid in rules}


def worth(category: str, text: str) -> tuple[int, int, int, int]:
    """What sorts first is worth more: the list, then severity, confidence and date."""
    metadata = text.rpartition("metadata:")[2].partition(";")[0]
    facts = [fact.split() for fact in metadata.split(",")]
    listed = list(SIX)

    def of(name: str, ranks: str) -> int:
        order = ranks.split()
        values = [fact[1] for fact in facts if fact[0] == name and fact[1] in order]
        return min(map(order.index, values), default=len(order))

    dates = [fact[1] for fact in facts if fact[0] == "updated_at"]
    return (
        listed.index(category) if category in listed else len(listed),
        of("signature_severity", "Critical Major Minor Informational"),
        of("confidence", "High Medium Low"),
        -max((int("".join(filter(str.isdigit, date))) for date in dates), default=0),
    )


@pytest.mark.parametrize(
    ("more", "kind"),
    [({"capacity": 6_000}, "capacity"), ({"rule_groups": 6}, "rule_group")],
)
def test_larger_budget_brings_back_what_the_summary_says(
    small: tuple[Ruleset, Allowlist, Built], more: dict[str, int], kind: str
) -> None:
    """Category by category, and nothing else changes."""
    rules, _, built = small
    larger = settings(default="off", categories=SIX, firewall={**SMALL, **more})
    again = build(inputs(rules, larger))
    before, after = ({rule.sid for rule in one.kept} for one in (built, again))
    assert not before - after
    back = Counter(
        rule.rule.category for rule in again.kept if rule.sid not in before and not rule.setter
    )
    assert dict(getattr(built.relief, kind)) == dict(back)
    assert bool(back) == (kind == "capacity")


def test_replay_through_both_lambdas_writes_the_same(
    releases: Path, tmp_path: Path, successive: tuple[Results, ...]
) -> None:
    """`rulesync local` with several feeds: updates alone, for every group that changed."""
    holds(successive, replay(releases, "shipped", SUCCESSIVE))
    if THOROUGH:
        feeds = (releases / f"{name}.tar.gz" for name in SUMMER)
        holds([*run(tmp_path / "out", SHIPPED, *feeds)], replay(releases, "shipped", SUMMER))


def holds(results: Sequence[Results], expected: Sequence[Replayed]) -> None:
    """Hold syncs against a replay of the same releases."""
    for result, line, (before, after) in zip(
        results[1:],
        expected[1:],
        itertools.pairwise(results),
        strict=True,
    ):
        assert sum(result.summary["calls"].values()) >= line.groups
        changes = Counter(result.changes.values())
        del changes["keep"]
        assert changes.total() == line.groups, line
        old, new = before.published, after.published
        assert sum(old.get(sid) != new.get(sid) for sid in old | new) == line.least_rules
    assert LARGE["rule_groups"] > len(results[-1].groups)
