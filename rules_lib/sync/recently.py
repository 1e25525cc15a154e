"""What fired in the last days, for a build and its page; where it cannot be read, builds go on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rules_lib.deploy.impact import Impact, begin_or_cease_to_block, impact_of
from rules_lib.errors import StoreError
from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.recent import RECENT_DAYS, RecentHits
from rules_lib.report.fired import LastDays, what_fired
from rules_lib.state.recent import read_recent

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.aws.store import Store
    from rules_lib.deploy.foresee import Foreseen


def recently(store: Store, day: date, foreseen: Foreseen) -> RecentHits:
    """Read the last days; since when rules are in force only where the plan turns any of them.

    Args:
        store: the bucket.
        day: of the build, in UTC.
        foreseen: what is about to be done.
    """
    known = (one for one in foreseen.changes if one.before)
    turning = bool(begin_or_cease_to_block(known))
    try:
        return read_recent(store, day, presence=turning)
    except StoreError as error:
        return RecentHits(day - timedelta(days=RECENT_DAYS), day, problem=str(error))


def last_days(store: Store, day: date, foreseen: Foreseen) -> LastDays:
    """What a build's page says of the last days.

    Args:
        store: the bucket.
        day: of the build, in UTC.
        foreseen: what is about to be done.
    """
    recent = recently(store, day, foreseen)
    allowlist = foreseen.inputs.allowlist
    own, prefix = OwnNetworks.of(allowlist), allowlist.firewall.prefix
    return LastDays(
        fired=what_fired(recent, foreseen.built, own, prefix),
        impact=impact_in(recent, foreseen),
        problem=recent.problem or "; ".join(recent.history.warnings),
    )


def impact_in(recent: RecentHits, foreseen: Foreseen) -> Impact | None:
    """What a plan would have done in the last days; None where it turns no rule, or none is known.

    Args:
        recent: what is known of these days.
        foreseen: what is about to be done.
    """
    turning = begin_or_cease_to_block(foreseen.changes) if recent.history.days else ()
    if not turning:
        return None
    allowlist = foreseen.inputs.allowlist
    own, prefix = OwnNetworks.of(allowlist), allowlist.firewall.prefix
    return impact_of(turning, recent, own, prefix)
