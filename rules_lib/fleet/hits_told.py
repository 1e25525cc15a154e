"""What hits have to do with what a ring waits for, in words: bursts, and hits that come late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.targets.rings import LONGEST_WAIT
from rules_lib.text import counted, first_of

if TYPE_CHECKING:
    from rules_lib.fleet.rights import Rights
    from rules_lib.hits.bursts import Burst

_NAMED: Final = 5
"""How many targets, or rules, are named."""


def bursting_in(ring: int, rights: Rights) -> tuple[str, ...]:
    """Names of a ring's targets at which rules burst that came with what others wait for."""
    targets = rights.targets.in_ring(ring)
    return tuple(one.name for one in targets if _bursts(one.name, rights))


def burst_words(name: str, rights: Rights) -> str:
    """Which rules burst at a target, and what that means; empty where none do."""
    if not (bursts := _bursts(name, rights)):
        return ""
    told = first_of([_burst(one) for one in bursts], _NAMED)
    behind = rights.targets.behind(rights.of(name).target.ring)
    return (
        f"{told}: it may block ordinary traffic. Edit the allowlist, or let the others have it by "
        f"`rulesync promote --ring {behind}`"
    )


def late_words(ring: int, rights: Rights) -> str:
    """Say that a ring's edition has baked, and its hits are not counted yet; empty where not so."""
    fleet, cut = rights.fleet, rights.cut_of(ring)
    baked = fleet and fleet.baked_at(ring, cut.number)
    if not fleet or not baked or baked > fleet.now or not _is_waited_for(ring, rights):
        return ""
    if not (names := fleet.uncounted(ring, cut.number)) or baked + LONGEST_WAIT <= fleet.now:
        return ""
    until = baked + LONGEST_WAIT
    when, where = f"{until:%Y-%m-%d %H:%M} UTC", first_of(names, _NAMED)
    return f"the hits at {where} are not counted yet: it waits for them until {when} at most"


def hits_words(ring: int, rights: Rights) -> str:
    """All that is to be said of a ring in one line; empty where nothing is."""
    words = []
    if bursting := bursting_in(ring, rights):
        words.append(f"new drops burst at {first_of(bursting, _NAMED)}")
    if late := late_words(ring, rights):
        words.append(late)
    state = rights.rings.rings.get(ring)
    if state and state.uncounted:
        words.append(
            f"taken although the hits at {first_of(state.uncounted, _NAMED)} were not counted"
        )
    return "; ".join(words)


def _bursts(name: str, rights: Rights) -> tuple[Burst, ...]:
    watched = rights.watched.get(name)
    return watched.bursts if watched else ()


def _burst(burst: Burst) -> str:
    before = f" ({burst.before} before)" if burst.before else ""
    return f"sid {burst.sid} blocked on at least {counted(burst.hosts, 'own host')}{before}"


def _is_waited_for(ring: int, rights: Rights) -> bool:
    behind = rights.targets.behind(ring)
    return behind is not None and rights.cut_of(behind).number < rights.cut_of(ring).number
