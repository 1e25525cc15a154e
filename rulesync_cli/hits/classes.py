"""Rules to decide on: ready to drop, noisy, to be looked at first.

Each class is a rule of its own here, in docs/hits.md in the same words; a rule has one class at
most, the first that holds in the order of `HitClass`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from rules_lib.facts.limits import BLOCKING
from rules_lib.hits.hosts import HURT_HOSTS, NOISY_HOSTS
from rules_lib.model import Mode, is_local
from rules_lib.reading.metadata import is_alert_only
from rules_lib.reading.parser import is_silent
from rulesync_cli.hits.views import by_rule

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.hits.tally import HitTally
    from rulesync_cli.history.published import PublishedRule
    from rulesync_cli.hits.source import KnownHits
    from rulesync_cli.hits.views import RulesInForce

NOISY_LINES: Final = 100
"""So many log lines on an average day are noise; of every counted day, also those without any."""

READY_DAYS: Final = 14
"""For so many whole days a rule was in force as it is now, and hits are known of them."""

RARE_LINES: Final = 3
"""So few log lines, all of one day, are rare."""

SURE: Final = frozenset({"High", "Medium"})
"""Confidences of a rule that may be told to drop."""

GRAVE: Final = frozenset({"Critical", "Major"})
"""Severities of what should not have got through."""

WORTH_DROPPING: Final = GRAVE | {"Minor"}
"""Severities of a rule that may be told to drop: what is informational is to be read."""


class HitClass(StrEnum):
    """What to do about a rule."""

    NOISY = "noisy"
    LOOK_FIRST = "look-first"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A rule in force, and what is known of it.

    Attributes:
        counted: of how many days the hits are known.
        watched: on how many of these it was in force all day long, with the text of now.
        tally: its hits; None where it has none.
        decided: people have decided on it already: it is one of their own, its category is in drop
            mode, or its sid stands in the allowlist.
    """

    rule: PublishedRule
    counted: int
    watched: int
    tally: HitTally | None
    decided: bool

    @property
    def hit_class(self) -> HitClass | None:
        """The class that it is in."""
        holds = {HitClass.NOISY: _is_noisy, HitClass.LOOK_FIRST: _asks_for_a_look,
                 HitClass.READY: _is_ready}  # fmt: skip
        return next((one for one in HitClass if holds[one](self)), None)


def _is_noisy(one: WatchedRule) -> bool:
    if one.tally is None or _blocks(one):
        return False
    return one.tally.hits >= NOISY_LINES * one.counted or len(one.tally.hosts) >= NOISY_HOSTS


def _asks_for_a_look(one: WatchedRule) -> bool:
    if one.tally is None:
        return False
    if _blocks(one):
        return one.tally.blocked > 0 and len(one.tally.hosts) >= HURT_HOSTS
    got_through = one.tally.hits > one.tally.blocked
    return got_through and one.rule.severity in GRAVE and one.rule.confidence in SURE


def _is_ready(one: WatchedRule) -> bool:
    rare = one.tally is None or (one.tally.hits <= RARE_LINES and one.tally.days == 1)
    return rare and one.watched >= READY_DAYS and not one.decided and may_be_dropped(one.rule)


def may_be_dropped(rule: PublishedRule) -> bool:
    """Whether a rule alerts, says enough for itself to drop, and is not meant never to block."""
    return (
        rule.action == "alert"
        and rule.confidence in SURE
        and rule.severity in WORTH_DROPPING
        and not is_silent(rule.rule)
        and not is_alert_only(rule.rule)
    )


def _blocks(one: WatchedRule) -> bool:
    return one.rule.action in BLOCKING


def watched_rules(known: KnownHits, there: RulesInForce) -> tuple[WatchedRule, ...]:
    """Put beside each rule in force what is known of it."""
    days = [day.day for day in known.days]
    fired = {one.sid: one.tally for one in by_rule(known, there) if one.rule}
    return tuple(
        WatchedRule(
            rule=rule,
            counted=len(days),
            watched=sum(there.presence.had_unaltered(rule.sid, day) for day in days),
            tally=fired.get(rule.sid),
            decided=is_local(rule.category) or _is_decided(rule, there.allowlist),
        )
        for rule in there.by_sid.values()
    )


def classes_of(watched: Iterable[WatchedRule]) -> Mapping[int, HitClass]:
    """Sid -> class of the rules that have one."""
    return {one.rule.sid: found for one in watched if (found := one.hit_class)}


def _is_decided(rule: PublishedRule, allowlist: Allowlist | None) -> bool:
    if allowlist is None:
        return False
    named = allowlist.rules.alert | allowlist.rules.drop | allowlist.rules.on
    return rule.sid in named or allowlist.setting_of(rule.category).mode is not Mode.ALERT
