"""Feeds, edits, faults and crashes in any order: one clean sync ends as the newest of them ask.

After every write of every process it is held that no group of others was touched, that no policy
lost a rule that it had and is to have, and that none has a rule twice.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.faults.people import DEEDS, Deed
from support.faults.release import ALLOWLISTS, RELEASES, released
from support.faults.scene import Scene
from support.faults.wire import Script, Tally
from support.feeds import rule as rule_text

SEQUENCES: Final = int(os.environ.get("SEQUENCES", "6"))
TALLY: Final = Tally()

OPERATIONS: Final = (
    *("CreateRuleGroup", "UpdateRuleGroup", "DeleteRuleGroup", "DescribeRuleGroup"),
    *("UpdateFirewallPolicy", "CreateFirewallPolicy", "DescribeFirewallPolicy", "ListRuleGroups"),
    *("PutObject", "GetObject", "ListObjectsV2", "DeleteObject"),
)
STRIKES: Final = st.dictionaries(
    st.tuples(st.sampled_from(OPERATIONS), st.sampled_from(range(9))),
    st.sampled_from(range(240)),
    max_size=5,
)
KILLS: Final = st.none() | st.sampled_from(range(45))
SCRIPTS: Final = st.builds(Script, strikes=STRIKES, kill=KILLS)
NUMBERS: Final = st.sampled_from(range(36))
PLACES: Final = st.sampled_from(range(12))


class Faults(RuleBasedStateMachine):
    """One account, from its first feed on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()

    @initialize(second=st.booleans(), scheduled=st.booleans(), script=SCRIPTS)
    def begin(self, second: bool, scheduled: bool, script: Script) -> None:
        """An account with one policy or two, whose first sync may fail already."""
        policies = ("live", "second") if second else ("live",)
        self.scene = Scene(Path(self.folder.name), policies, TALLY)
        self.scheduled = scheduled
        self.scene.open()
        self.scene.fetch()
        self.scene.sync(script)

    @rule(changes=RELEASES, script=SCRIPTS)
    def release(self, changes: Any, script: Script) -> None:
        """A release comes, and is fetched if nothing goes wrong."""
        self.scene.release(released(self.scene.feed, changes))
        self.scene.fetch(script)

    @rule(edit=ALLOWLISTS)
    def edit(self, edit: Mapping[str, Any]) -> None:
        """Somebody edits the allowlist."""
        self.scene.allow(edit)

    @rule(sids=st.lists(st.sampled_from([3, 12, 801, 802]), unique=True, max_size=3))
    def own_rules(self, sids: list[int]) -> None:
        """Somebody has rules of their own, which win over the feed's."""
        self.scene.own_rules("".join(f"{rule_text(sid, rev=99)}\n" for sid in sids))

    @rule(script=SCRIPTS, scheduled=st.booleans())
    def sync(self, script: Script, scheduled: bool) -> None:
        """A sync, in which things go wrong."""
        self.scene.sync(script, scheduled=scheduled)

    @rule(deed=st.sampled_from(DEEDS), place=PLACES)
    def by_hand(self, deed: Deed, place: int) -> None:
        """Somebody does something by hand."""
        self.scene.by_hand(deed, place)

    @rule(deed=st.sampled_from(DEEDS), place=PLACES, number=NUMBERS)
    def by_hand_meanwhile(self, deed: Deed, place: int, number: int) -> None:
        """Somebody does something by hand while a sync runs."""
        act = lambda: self.scene.by_hand(deed, place)  # noqa: E731 - bound to what was drawn
        self.scene.sync(Script(deeds={number: act}))

    @rule(changes=RELEASES, edit=ALLOWLISTS, number=NUMBERS, script=SCRIPTS)
    def overtaken(self, changes: Any, edit: Mapping[str, Any], number: int, script: Script) -> None:
        """A sync is overtaken by another one, which works from newer inputs."""

        def other() -> None:
            self.scene.overtake(released(self.scene.feed, changes), edit, script)

        self.scene.tally.faults["two syncs at once"] += 1
        self.scene.sync(Script(deeds={number: other}))

    @precondition(lambda self: self.scene.applied)
    @rule(place=PLACES, script=SCRIPTS, number=st.none() | NUMBERS)
    def rollback(self, place: int, script: Script, number: int | None) -> None:
        """Somebody rolls back to a build, perhaps while a sync runs."""
        build = self.scene.applied[place % len(self.scene.applied)]
        if number is None:
            self.scene.rollback(build, script)
        else:
            self.scene.sync(Script(deeds={number: lambda: self.scene.rollback(build, script)}))

    @rule(script=SCRIPTS)
    def resume(self, script: Script) -> None:
        """Somebody lifts the hold."""
        self.scene.resume(script)

    def teardown(self) -> None:
        """One clean sync ends as a fresh account would."""
        try:
            if hasattr(self, "scene"):
                TALLY.counts["sequences"] += 1
                self.scene.settle(scheduled=self.scheduled)
                assert not self.scene.watch.problems, self.scene.watch.problems
        finally:
            if hasattr(self, "scene"):
                self.scene.close()
            self.folder.cleanup()

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Stop at the first thing that must not be."""
        super().check_invariants(*args, **kwargs)
        if hasattr(self, "scene"):
            assert not self.scene.watch.problems, self.scene.watch.problems


def test_one_clean_sync_ends_as_the_newest_feed_and_file_ask(
    record_property: Callable[[str, object], None],
) -> None:
    """After whatever sequence."""
    run_state_machine_as_test(
        Faults,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=10,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("counted", str(TALLY))
