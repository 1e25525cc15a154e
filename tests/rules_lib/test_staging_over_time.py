"""Staging, day after day, while feed, allowlist, builds and the record of them go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st
from support.rules import allow, ruleset, text

from rules_lib.build import build
from rules_lib.errors import StoreError
from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import Deployed, DeployedGroup, GroupVariables, Slot
from rules_lib.inputs import Inputs
from rules_lib.state.latest import Latest
from rules_lib.state.staging import ROLLED_BACK, StagingFile, known_of_staging
from rules_lib.state.statefile import Seen

FIRST: Final = date(2026, 1, 31)
DAYS: Final = 3
CATEGORY: Final = "emerging-web"
SIDS: Final = range(1, 6)
OLD: Final = "metadata:created_at 2020_01_31; "

In = dict[int, str]
"""What is in force: sid -> text."""


@dataclass(slots=True)
class Account:
    """One category of an account, and all that is known of what happened to it.

    Attributes:
        feed: sid -> rev of the enabled rules.
        mode: of the category.
        stored: `state/staging.json`.
        older: every such file there was.
        latest: mark of the newest applied build; None before the first.
        builds: what each applied build put in force.
        had: sid -> the first day on which it was in force.
        watched: sids that alerted while the category was to alert, without a gap since.
        named: sids under `rules: drop:`.
        fired: sid -> newest hit.
    """

    feed: dict[int, int] = field(default_factory=lambda: {1: 1, 2: 1})
    mode: str = "drop"
    day: date = FIRST
    stored: bytes | None = None
    older: list[bytes] = field(default_factory=list)
    latest: str | None = None
    in_force: In = field(default_factory=dict)
    builds: list[In] = field(default_factory=list)
    had: dict[int, date] = field(default_factory=dict)
    watched: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    fired: dict[int, date] = field(default_factory=dict)
    early: list[tuple[date, int]] = field(default_factory=list)

    def sync(self, *, reaches: int = 2) -> None:
        """Build, write the record, put in force; a build that fails reaches less far.

        Args:
            reaches: 0 ends before the record, 1 before anything is in force.
        """
        built = build(self._inputs())
        if not reaches:
            return
        file = StagingFile.of(f"{self.day}-{len(self.older):03}", built.staging)
        seen = self.seen().file
        if not (seen and seen.record.says_the_same(built.staging)):
            self.stored = file.to_json()
            self.older.append(self.stored)
        if reaches > 1:
            found = self.seen().file
            self.latest = found.build if found else ""
            self._take({rule.sid: rule.text for rule in built.kept})
            self.builds.append(self.in_force)

    def rollback(self, place: int) -> None:
        """Put an earlier build back."""
        if self.builds:
            self.latest = ROLLED_BACK
            self._take(self.builds[place % len(self.builds)], judged=False)

    def _take(self, rules: In, *, judged: bool = True) -> None:
        """Note what comes into force, and what drops too early."""
        for sid, rule in rules.items():
            dropped = self.in_force.get(sid, "").startswith("drop")
            if judged and rule.startswith("drop") and not dropped and not self._may_drop(sid):
                self.early.append((self.day, sid))
            self.had.setdefault(sid, self.day)
        alerting = {sid for sid, rule in rules.items() if rule.startswith("alert")}
        self.watched &= set(rules)
        self.watched |= alerting if self.mode == "alert" else set()
        self.in_force = rules

    def _may_drop(self, sid: int) -> bool:
        long = self.had.get(sid, self.day) <= self.day - timedelta(days=DAYS)
        return long or sid in self.watched or sid in self.named

    def seen(self) -> Seen[StagingFile]:
        """The record as a build finds it."""
        if self.stored is None:
            return Seen()
        try:
            return Seen(StagingFile.parse(self.stored), "etag")
        except StoreError:
            return Seen(None, "etag")

    def _inputs(self) -> Inputs:
        latest = None
        if self.latest is not None:
            latest = Latest(build="b", version="1", sha256="", applied_at="", staging=self.latest)
        lines = [text(sid, rev=rev) for sid, rev in sorted(self.feed.items())]
        allowlist = allow(
            categories={CATEGORY: self.mode},
            staging={"days": DAYS},
            rules={"drop": sorted(self.named)},
        )
        return Inputs(
            ruleset=ruleset({CATEGORY: lines, "emerging-other": [text(99)]}),
            allowlist=allowlist,
            day=self.day,
            deployed=deployed(self.in_force),
            staging=known_of_staging(self.seen(), latest),
            fired=self.fired,
        )


def deployed(rules: Mapping[int, str]) -> Deployed:
    """One group in force."""
    held = GroupText("".join(f"{rule}\n" for rule in rules.values()))
    slot, variables = Slot(CATEGORY), GroupVariables()
    group = DeployedGroup("et-web", "arn", slot, 99, held, variables, True, 1, "")
    return Deployed((group,)) if rules else Deployed()


EVENTS: Final = st.one_of(
    st.tuples(st.just("ships"), st.sampled_from(SIDS)),
    st.tuples(st.just("revises"), st.sampled_from(SIDS)),
    st.tuples(st.just("takes back"), st.sampled_from(SIDS)),
    st.tuples(st.just("mode"), st.sampled_from(["drop", "drop", "alert", "off"])),
    st.tuples(st.just("names"), st.sampled_from(SIDS)),
    st.tuples(st.just("fires"), st.sampled_from(SIDS)),
    st.tuples(st.just("loses"), st.none()),
    st.tuples(st.just("damages"), st.integers(0, 200)),
    st.tuples(st.just("restores"), st.integers(0, 50)),
    st.tuples(st.just("rolls back"), st.integers(0, 50)),
    st.tuples(st.just("fails"), st.integers(0, 1)),
    st.tuples(st.just("nothing"), st.none()),
)
YEARS: Final = st.lists(st.lists(EVENTS, max_size=3), max_size=25)
"""What happens on each day."""


def lived(years: list[list[tuple[str, Any]]], *, fires: bool = True) -> Account:
    """An account after all of it; it syncs at the end of each day, unless that fails."""
    account = Account()
    account.sync()
    for events in years:
        account.day += timedelta(days=1)
        reaches = 2
        for what, which in events:
            if what == "fails":
                reaches = which
            elif what != "fires" or fires:
                happen(account, what, which)
        account.sync(reaches=reaches)
    return account


def happen(account: Account, what: str, which: Any) -> None:
    """One event."""
    match what:
        case "ships" | "revises" | "takes back":
            change(account.feed, what, which)
        case "mode":
            account.mode = which
        case "names":
            account.named ^= {which}
        case "fires":
            account.fired[which] = account.day
        case "rolls back":
            account.rollback(which)
        case _:
            account.stored = spoilt(account, what, which)


def change(feed: dict[int, int], what: str, sid: int) -> None:
    """What ET does to a rule."""
    if what == "ships":
        feed.setdefault(sid, 1)
    elif what == "takes back":
        feed.pop(sid, None)
    elif sid in feed:
        feed[sid] += 1


def spoilt(account: Account, what: str, which: int) -> bytes | None:
    """What becomes of the record."""
    if what == "loses" or account.stored is None:
        return None
    if what == "restores":
        return account.older[which % len(account.older)]
    return account.stored[:which] if what == "damages" else account.stored


@given(YEARS)
@example([[("ships", 3), ("fails", 1)], *[[("fails", 1)]] * (DAYS - 1), []])
@example([[("ships", 3)], [("takes back", 3)], *[[]] * 40, [("rolls back", 1)], [("ships", 3)]])
@example([[("ships", 3)], [("loses", None), ("mode", "alert")], [("mode", "drop")], []])
def test_no_rule_drops_before_its_days(years: list[list[tuple[str, Any]]]) -> None:
    """Unless people named it, or saw it alert: whatever fails, is lost or is put back."""
    assert lived(years).early == []


@given(YEARS)
def test_nothing_is_staged_for_ever(years: list[list[tuple[str, Any]]]) -> None:
    """As soon as its days pass in peace each rule drops."""
    account = lived(years, fires=False)
    account.mode = "drop"
    for _ in range(DAYS + 1):
        account.day += timedelta(days=1)
        account.sync()
    assert [rule for rule in account.in_force.values() if not rule.startswith("drop")] == [text(99)]


@given(YEARS)
def test_what_drops_goes_on_dropping(years: list[list[tuple[str, Any]]]) -> None:
    """Nothing that happens to the record unblocks a rule that stays asked for."""
    account = lived(years)
    account.mode = "drop"
    account.sync()
    dropping = {sid for sid, rule in account.in_force.items() if rule.startswith("drop")}
    account.stored = None
    account.day += timedelta(days=1)
    account.sync()
    assert {sid for sid in dropping if not account.in_force[sid].startswith("drop")} == set()


@given(YEARS)
def test_rule_that_fired_alerts_until_it_is_named(years: list[list[tuple[str, Any]]]) -> None:
    """However long that takes."""
    account = lived(years)
    account.mode = "drop"
    account.sync()
    record = account.seen().file
    held = record.record.fired if record else {}
    waiting = {sid for sid in held if sid in account.in_force}
    for _ in range(4 * DAYS):
        account.day += timedelta(days=1)
        account.sync()
    assert {sid for sid in waiting if account.in_force[sid].startswith("drop")} == set()
