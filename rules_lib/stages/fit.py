"""What the firewall's quotas have no room for is discarded, least valued first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib import limits
from rules_lib.blocks import Block, Standing, measure
from rules_lib.model import Converted, Discarded, Reason
from rules_lib.stages.pack import Packed, Packer

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.groups import Deployed
    from rules_lib.stages.order import Ordered

_SEVERITY: Final = {"Critical": 0, "Major": 1, "Minor": 2, "Informational": 3, "": 4}
_CONFIDENCE: Final = {"High": 0, "Medium": 1, "Low": 2, "": 3}


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rule groups within the quotas, and the rules that these had no room for."""

    packed: Packed
    discarded: tuple[Discarded, ...]


def fit(ordered: Ordered, allowlist: Allowlist, deployed: Deployed) -> Fitted:
    """Pack as many clusters as the quotas take: none is left out for one of less value."""
    measured = measure(ordered, allowlist, deployed)
    packer = Packer(allowlist, deployed, measured.standings, ordered.position)
    possible = [block for block in measured.blocks if _fits_one_group(block)]
    packed = packer.pack(possible)
    if _within(packed, allowlist):
        return Fitted(packed, _left_out(measured.blocks, possible, allowlist))
    valued = sorted(possible, key=lambda block: _value(block, measured.standings))
    count = _most(valued, packer, allowlist)
    kept = valued[:count]
    return Fitted(packer.pack(_in_order(kept)), _left_out(measured.blocks, kept, allowlist))


def _fits_one_group(block: Block) -> bool:
    return (
        block.rules <= limits.GROUP_CAPACITY and block.characters <= limits.RULES_STRING_CHARACTERS
    )


def _within(packed: Packed, allowlist: Allowlist) -> bool:
    firewall = allowlist.firewall
    enough = max(packed.capacity, packed.needed) <= firewall.capacity
    return enough and len(packed.groups) <= firewall.rule_groups


def _most(valued: Sequence[Block], packer: Packer, allowlist: Allowlist) -> int:
    """How many of the most valued blocks fit, by bisection."""
    fits, fails = 0, len(valued)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if _within(packer.pack(_in_order(valued[:middle])), allowlist):
            fits = middle
        else:
            fails = middle
    return fits


def _in_order(blocks: Sequence[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: block.cluster[0].rule.place)


def _value(block: Block, standings: Mapping[str, Standing]) -> tuple[object, ...]:
    """A cluster is worth as much as its most valued rule; lower sorts first and is worth more."""
    own = [rule for rule in block.cluster if not rule.setter]
    return min(_worth(rule, standings) for rule in own or block.cluster)


def _worth(rule: Converted, standings: Mapping[str, Standing]) -> tuple[object, ...]:
    source = rule.rule
    return (
        standings[source.category].precedence[:2],
        _SEVERITY[source.severity],
        _CONFIDENCE[source.confidence],
        _latest_first(source.updated_at),
        standings[source.category].precedence,
        source.place,
    )


def _latest_first(date: str) -> tuple[int, ...]:
    """A date's digits, negated; rules without a date come last."""
    digits = "".join(filter(str.isdigit, date))
    return (-int(digits),) if digits else (0,)


def _left_out(
    blocks: Sequence[Block], kept: Sequence[Block], allowlist: Allowlist
) -> tuple[Discarded, ...]:
    stays = {id(block) for block in kept}
    return tuple(
        Discarded(rule.rule, Reason.OVER_BUDGET, _detail(block, allowlist))
        for block in blocks
        if id(block) not in stays
        for rule in block.cluster
        if not rule.setter
    )


def _detail(block: Block, allowlist: Allowlist) -> str:
    if not _fits_one_group(block):
        return f"flowbits tie it to {block.rules - 1:,} rules, too many for one rule group"
    firewall = allowlist.firewall
    room = f"{firewall.capacity:,} rules of capacity in {firewall.rule_groups} rule groups"
    cluster = f", with the {block.rules - 1} that flowbits tie it to" if block.rules > 1 else ""
    return f"no room for it in {room}{cluster}: what is kept is worth more"
