"""An account on which everything goes wrong, and what one clean sync must make of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

from rules_lib.address import Address
from rules_lib.aws import clients
from rules_lib.aws.firewall import Firewall
from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import Store
from rules_lib.bucket import HOLD, LATEST, REFUSALS, SETTLED, STAGING
from rules_lib.errors import RulesyncError, StoreError, SyncError
from rules_lib.feed.fetch import fetch
from rules_lib.feed.newest import has_release
from rules_lib.feed.request import FeedRequest
from rules_lib.feedlist import usual_feeds
from rules_lib.groups.rule_group import Deployed
from rules_lib.reading.ruleset import read_rules
from rules_lib.report.summary import Summary
from rules_lib.rollback.run import resume, rollback
from rules_lib.settings import FetchSettings
from rules_lib.sources.files import FileReader
from rules_lib.state.groupfile import read_groups
from rules_lib.state.hold import Hold
from rules_lib.sync.gather import gather
from rules_lib.sync.run import sync, sync_if_changed
from rules_lib.sync.settled import InputsUnchanged
from rules_lib.world import World
from support.account import ALLOWLIST, BUCKET, Account, account
from support.faults.people import put_right
from support.faults.release import FIRST, REFUSED, Feed, lines_of
from support.faults.watch import PREFIX, InForce, Watch, bound_sids, is_ours, published
from support.faults.wire import CALM, Line, Script, Tally, no_waiting
from support.feeds import allowlist, feed
from support.results import FILES
from support.snapshot import Killed, Snapshot, backend, state

if TYPE_CHECKING:
    from rules_lib.sync.gather import Gathered


ALL: Final = frozenset(
    (*range(1, 10_000), *(first + at for first in (900_001, 910_001, 920_001) for at in range(100)))
)
"""Every sid that a feed, a file of own rules or somebody's hand has here."""
_FRESH: Final = "eu-west-1"
"""Another region of the same account."""


@dataclass(slots=True)
class Scene:
    """An account under test.

    Attributes:
        policies: that were given to us.
        feed: that the source has now.
        settings: of the allowlist that is uploaded.
        applied: builds that were applied, the first first.
        asked: the calls of the last process.
    """

    folder: Path
    policies: tuple[str, ...] = ("live",)
    tally: Tally = field(default_factory=Tally)
    feed: Feed = field(default_factory=lambda: FIRST)
    settings: Mapping[str, Any] = field(default_factory=lambda: {"max_shrink": 1})
    applied: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _minutes: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)
    account: Account = field(init=False)
    watch: Watch = field(init=False)

    def open(self) -> None:
        """Start an empty account; the first feed is published, and nothing fetched."""
        given = ",".join(self.policies)
        self.account = self._stack.enter_context(account(self.folder, RULESYNC_POLICIES=given))
        self._stack.enter_context(no_waiting())
        self.account.aws.refuse(REFUSED, "it does not")
        self.watch = Watch(self.policies)
        self.release(self.feed)
        self.allow(self.settings)

    def close(self) -> None:
        """Leave nothing."""
        self._stack.close()

    # What the world does.

    def release(self, released: Feed) -> None:
        """The source has another feed."""
        self.feed = released
        feed(self.folder, lines_of(released))

    def allow(self, settings: Mapping[str, Any]) -> None:
        """Somebody uploads an allowlist."""
        self.settings = settings
        self.account.allow(allowlist(**settings))
        self.watch.want(self.target())

    def own_rules(self, text: str) -> None:
        """Somebody uploads rules of their own, or takes them away."""
        if text:
            self.account.put("local/mine.rules", text)
        else:
            self.account.s3.delete_object(Bucket=BUCKET, Key="local/mine.rules")
        self.watch.want(self.target())

    def by_hand(self, deed: Callable[[Account, int], None], place: int) -> None:
        """Somebody does something in the console."""
        deed(self.account, place)
        self.tally.faults[f"by hand: {deed.__name__}"] += 1
        self.watch.want(self.target())

    # What our processes do.

    def fetch(self, script: Script = CALM) -> object:
        """Run the fetch function's part."""

        def work(_: World, store: Store) -> object:
            address = Address(str(self.folder / "emerging.rules.tar.gz"))
            settings = FetchSettings.from_environment({"RULESYNC_BUCKET": BUCKET})
            asked = FeedRequest.of(usual_feeds(address).first, address, settings)
            by_the_clock_of_s3 = datetime.now(UTC)  # one that is ahead is not believed
            return fetch(asked, FileReader(), store, by_the_clock_of_s3)

        return self._run("fetches", work, script)

    def overtake(self, released: Feed, settings: Mapping[str, Any], script: Script = CALM) -> None:
        """Have another sync run, from a newer allowlist and a newer feed.

        The file comes first: a sync under way reads the feed before it, so it may take the old feed
        and the new file. What those two ask for is then what was asked for a moment ago.
        """
        self.allow(settings)
        self.release(released)
        self.fetch()
        self.watch.want(self.target())
        self.sync(script)

    def sync(self, script: Script = CALM, *, scheduled: bool = False) -> object:
        """Run the build function's part; a scheduled one stops where nothing has changed."""

        def work(world: World, store: Store) -> object:
            return sync_if_changed(world, sync) if scheduled and has_release(store) else sync(world)

        found = self._run("syncs", work, script)
        self.watch.problems += self._ill_told(found)
        if isinstance(found, InputsUnchanged) and self._are_all_ours():
            self.tally.counts["stopped by a note"] += 1
            self.watch.problems += self._passed_over(found.summary)
        if isinstance(found, Summary):
            self.applied.append(found.build_id)
        return found

    def _ill_told(self, found: object) -> Iterator[str]:
        """What a sync says of itself that is not so."""
        latest = self.account.latest() if self.account.has(LATEST) else {"build": None}
        if isinstance(found, SyncError) and latest["build"] == found.build:
            yield f"latest.json points at a build that failed: {found}"
        if isinstance(found, Summary):
            folder = f"builds/{found.build_id}"
            names = {f"{folder}/{name}" for name in FILES}
            names |= {
                f"{folder}/rule-groups/{one.name}.rules"
                for one in found.groups
                if one.change != "delete"
            }
            if missing := names - set(self.account.keys(folder)):
                yield f"an applied build lacks {sorted(missing)}"

    def _are_all_ours(self) -> bool:
        """Whether nobody took our tags away, which a note of the day does not see."""
        groups = backend().rule_groups.values()
        return all(is_ours(group.arn) for group in groups if group.name.startswith(f"{PREFIX}-"))

    def _passed_over(self, told: Summary) -> Iterator[str]:
        """What a sync without the note would have done, or said, that one with it did not."""
        before = Snapshot.take(self.account)
        left = state(), self._remembered()
        store = S3Store(self.account.s3, BUCKET)
        store.delete(SETTLED)
        at = datetime.now(UTC) + timedelta(minutes=self._minutes)
        made = sync(World(store, self.account.firewall, at, self.policies))
        if (state(), self._remembered()) != left:
            yield f"a note hid what was to be done: {made}"
        if not isinstance(made, Summary) or self._of_what_is(made) != self._of_what_is(told):
            yield f"a note stood for another summary: {told}, {made}"
        before.restore(self.account)

    def _remembered(self) -> list[bytes | None]:
        """What one build leaves for the next, but for the note and which build it was."""
        keys = (HOLD, REFUSALS, STAGING)
        return [self.account.read(key) if self.account.has(key) else None for key in keys]

    def _of_what_is(self, summary: Summary) -> tuple[object, ...]:
        """What a summary says of what is in force, whatever its build did."""
        groups = [(one.name, one.rules, one.priority) for one in summary.groups if not one.deleted]
        facts, staging = (summary.rules, summary.actions, summary.discarded), summary.staging
        more = (summary.warnings, summary.variables_missing, summary.relief, summary.waiting)
        return groups, *facts, *more, staging.staged, staging.turns, staging.stays

    def rollback(self, build: str, script: Script = CALM) -> object:
        """Put a build back; a sync that runs meanwhile ends with putting it back once more."""
        with self.watch.during(self._of(build)):
            found = self._run("rollbacks", lambda world, _: rollback(world, build), script)
        if self.held():
            self.watch.want(self.target())
        return found

    def resume(self, script: Script = CALM) -> object:
        """Lift the hold."""
        return self._run("resumes", lambda _, store: resume(store), script)

    def _run(self, kind: str, work: Callable[[World, Store], object], script: Script) -> object:
        """Run a process on a line of its own; give what it came to, or what it ended with."""
        store, client = S3Store(clients.s3(), BUCKET), clients.network_firewall()
        line = Line(script, self.tally, self.watch)
        line.lead(store.client, client)
        self.tally.counts[kind] += 1
        with self.watch.during(self.target()):
            try:
                return work(World(store, client, self._now(), self.policies), store)
            except (RulesyncError, Killed) as error:
                return error
            finally:
                line.end()
                self.asked = line.asked
                self.watch.problems += line.wrong

    def _now(self) -> datetime:
        """A minute later than the process before: what was written then is at rest by now."""
        self._minutes += 1
        return datetime.now(UTC) + timedelta(minutes=self._minutes)

    # What is asked for.

    def gathered(self) -> Gathered | None:
        """What the bucket asks for; None where it is not right."""
        try:
            return gather(S3Store(self.account.s3, BUCKET))
        except RulesyncError:
            return None

    def target(self) -> frozenset[int]:
        """Sids that newest feed and file ask for, and a hold too; all, where nothing may change."""
        held = self.held()
        if (asked := self.gathered()) is None:
            return ALL
        wanted = frozenset(rule.sid for rule in published(asked, self._bound()))
        return wanted & self._of(held.build) if held else wanted

    def _bound(self) -> Deployed:
        """What is in force, where some of it cannot be replaced; else nothing binds a build."""
        if not bound_sids(self.policies):
            return Deployed()
        return Firewall(self.account.firewall, PREFIX, self.policies).deployed()

    def held(self) -> Hold | None:
        """The hold, where there is one."""
        return Hold.parse(self.account.read(HOLD)) if self.account.has(HOLD) else None

    def _of(self, build_id: str) -> frozenset[int]:
        """Sids of a build; none where not all of it is there."""
        folder = f"builds/{build_id}/"
        texts = {
            Path(key).stem: self.account.read(key).decode()
            for key in self.account.keys(f"{folder}rule-groups/")
        }
        try:
            restored = read_groups(self.account.read(f"{folder}groups.json"), texts, folder)
        except (StoreError, self.account.s3.exceptions.NoSuchKey):
            return frozenset()
        return frozenset(rule.sid for group in restored.groups for rule in group.rules)

    # How it ends.

    def settle(self, *, scheduled: bool) -> None:
        """Run one clean sync, and hold what comes of it against a fresh account.

        Args:
            scheduled: it is one that may find that nothing has changed.
        """
        put_right(self.account)
        self.allow({**self.settings, "max_shrink": 1})
        if (held := self.held()) is not None:
            self.rollback(held.build)
            self.resume()
        assert not isinstance(self.fetch(), RulesyncError)
        outcome = self.sync(scheduled=scheduled)
        assert isinstance(outcome, Summary | InputsUnchanged), outcome
        self.is_as_asked(outcome.summary if isinstance(outcome, InputsUnchanged) else outcome)
        mark = len(self.account.aws.calls)
        for again in (self.sync(scheduled=True), self.sync(scheduled=True), self.sync()):
            assert isinstance(again, Summary | InputsUnchanged), again
        assert not [one for one in self.account.since(mark) if not one.startswith(("Desc", "List"))]

    def is_as_asked(self, summary: Summary) -> None:
        """Hold the account against what a fresh one comes to, and the summary against itself."""
        fresh = self._fresh()
        for policy in self.policies:
            found = InForce.of(policy)
            assert self._unstaged(found) == self._unstaged(fresh)
            assert found.variables == fresh.variables
            assert found.has_setters_first()
            both = set(found.slots) & set(fresh.slots)
            assert [s for s in found.slots if s in both] == [s for s in fresh.slots if s in both]
        self._is_accounted_for(summary, fresh)
        self._is_told_by_latest()

    def _unstaged(self, found: InForce) -> dict[int, str]:
        """The rules in force; where new ones alert first, a fresh account has more that do."""
        if not self.settings.get("staging", {}).get("days"):
            return found.rules
        return {sid: re.sub("^drop ", "alert ", rule) for sid, rule in found.rules.items()}

    def _is_accounted_for(self, summary: Summary, fresh: InForce) -> None:
        """Every enabled rule is kept, discarded or off, once."""
        told = json.loads(summary.to_json())["rules"]
        folder = f"builds/{summary.build_id}"
        discarded = self.account.read(f"{folder}/discarded.jsonl").splitlines()
        assert told["enabled"] == told["kept"] + told["discarded"] + told["off"]
        assert told["kept"] == len(fresh.rules)
        assert told["discarded"] == len(discarded)
        asked = self.gathered()
        assert asked
        lines = tuple(read_rules(asked.files, asked.allowlist.rules.on).rules)
        assert told["enabled"] == len(lines)

    def _is_told_by_latest(self) -> None:
        """`latest.json` points at a whole build, whose groups are there, and no others of ours."""
        latest = self.account.latest()
        folder = f"builds/{latest['build']}"
        groups = {
            one["name"] for one in json.loads(self.account.read(f"{folder}/groups.json"))["groups"]
        }
        ours = {g.name: g for g in backend().rule_groups.values() if is_ours(g.arn)}
        assert groups == set(ours) == set(latest["groups"])
        for name, group in ours.items():
            text = self.account.read(f"{folder}/rule-groups/{name}.rules").decode()
            assert text == group.content["RulesSource"]["RulesString"]
        assert all(self.account.has(f"{folder}/{name}") for name in FILES)

    def _fresh(self) -> InForce:
        """What the same inputs come to in a region where nothing was before."""
        asked = self.gathered()
        assert asked
        bucket = S3Store(clients.s3(), "fresh")
        bucket.client.create_bucket(Bucket=bucket.bucket)
        keys = (*self.account.keys("local/"), ALLOWLIST)
        keys += tuple(self.account.keys(asked.manifest.key.removesuffix("manifest.json")))
        for key in keys:
            bucket.put(key, self.account.read(key))
        wall = boto3.client("network-firewall", region_name=_FRESH)
        sync(World(bucket, wall, datetime.now(UTC), ("live",)), allow_shrink=True)
        return InForce.of("live", _FRESH)
