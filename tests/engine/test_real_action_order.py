"""A whole release in a Next Generation policy, everything in drop mode, on every capture at hand.

These are the real ones, the ordinary conversations, and those of `support.engine`, of which the
release knows nothing. What the rules do as the feed ships them is compared with what they do as
they are published for a policy that judges rules by their action, in the engine's firewall mode. Of
these, the ones are loaded that act on the captures or work with others, and one in ten of the
rest; with THOROUGH=1 all are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.engine.proof import (
    Outcome,
    differences,
    outcome,
    tried,
    without,
)
from support.releases import COMPOSITE, REFUSED_BY_8, as_fed, built_from

from rules_lib.model import Change

if TYPE_CHECKING:
    from pathlib import Path

    from support.engine.proof import Loaded

    from rules_lib.build import Built

pytestmark = [pytest.mark.engine, pytest.mark.feeds]


@pytest.fixture(scope="module")
def built(releases: Path) -> Built:
    """Everything in drop mode, for a policy that judges rules by their action."""
    return built_from(releases / COMPOSITE, "next-generation")


@pytest.fixture(scope="module")
def before(built: Built, every_capture: Path, fed: Loaded) -> Outcome:
    """What the source rules do, which are those of alert mode."""
    assert as_fed(built) == as_fed(fed.built)
    return fed.on(every_capture)


@pytest.fixture(scope="module")
def after(built: Built, before: Outcome, every_capture: Path) -> Outcome:
    """What the groups do."""
    groups = [replace(group, priority=0) for group in tried(built, before, "action order")]
    return outcome(without(REFUSED_BY_8, groups), every_capture)


def test_alerts_and_drops_are_those_of_the_source_rules(
    before: Outcome, after: Outcome, built: Built
) -> None:
    """To the packet, and no flow is dropped without a log."""
    assert differences(before, after, built) == ()
    assert all(seen.logged for seen in after.dropped.values())
    assert len(after.captures) > 85
    assert len(after.dropped) > 12


def test_only_rules_drop(after: Outcome) -> None:
    """The firewall lets everything on to them, but for a packet of which a drop is held back.

    Where `threshold` has a drop not count yet, 8.0.8 in firewall mode does not accept the packet
    either. A packet whose inside is dropped goes as the tunnel's.
    """
    reasons = {reason for one in after.captures for reason, _ in one.others}
    assert reasons <= {"firewall default packet policy", "tunnel packet drop"}
    assert sum(bool(one.others) for one in after.captures) < 10


def test_late_setters_of_a_release(built: Built) -> None:
    """Each names a rule that is there, alerts, and shares the mark."""
    kept = {rule.sid: rule for rule in built.kept}
    late = {sid: rule for sid, rule in kept.items() if Change.LATE_SETTER in rule.changes}
    assert len(late) > 200
    for rule in late.values():
        assert rule.cause.late
        setter = kept[rule.cause.late.sid]
        assert setter.action == "alert"
        assert rule.cause.late.mark in {mark for tie in setter.rule.ties for mark in tie.marks}
