"""A rule group cut in parts of a size: rules that share a mark stay together, the order stays.

Where a rule of the group lets traffic through, what stands before what decides about traffic. Such
a group is cut only between rules. Of another group a cluster may leave its place: of a packet that
two of its rules match, only the log could be another, and tied rules keep their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.errors import RefusedError
from rules_lib.stages.link import clusters

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Group
    from rules_lib.outcome import Converted

_Placed: TypeAlias = "tuple[int, Converted]"


def split_group(
    group: Group, most: int, size: Callable[[str], int]
) -> tuple[tuple[Converted, ...], ...]:
    """Cut a group; one part where it is small enough.

    Args:
        group: as a build has it.
        most: bytes that a part may have.
        size: how many of them a rule takes, with its line end.

    Raises:
        RefusedError: rules that stay together are larger than a part.
    """
    sizes = [size(rule.text) for rule in group.rules]
    if sum(sizes) <= most:
        return (group.rules,)
    whole = list(_unbroken(group) if _order_decides(group) else _clusters(group.rules))
    parts: list[list[_Placed]] = []
    room = 0
    for block in whole:
        needed = sum(sizes[place] for place, _ in block)
        if needed > most:
            raise _too_large(group, block, needed, most)
        if needed > room or not parts:
            parts.append([])
            room = most
        parts[-1] += block
        room -= needed
    return tuple(tuple(rule for _, rule in sorted(part, key=_place)) for part in parts)


def _place(placed: _Placed) -> int:
    return placed[0]


def _order_decides(group: Group) -> bool:
    return any(rule.lets_through for rule in group.rules)


def _clusters(rules: Sequence[Converted]) -> Iterator[list[_Placed]]:
    """Rules that share a mark, in the order of their first ones."""
    places = {rule.sid: place for place, rule in enumerate(rules)}
    for cluster in clusters(rules):
        yield [(places[rule.sid], rule) for rule in cluster]


def _unbroken(group: Group) -> Iterator[list[_Placed]]:
    """Neighbours between which no cut tears a cluster apart."""
    ends = {
        min(map(_place, cluster)): max(map(_place, cluster)) for cluster in _clusters(group.rules)
    }
    block, end = list[_Placed](), 0
    for place, rule in enumerate(group.rules):
        end = max(end, ends.get(place, place))
        block.append((place, rule))
        if place == end:
            yield block
            block, end = [], place + 1


def _too_large(group: Group, block: Iterable[_Placed], needed: int, most: int) -> RefusedError:
    sids = [str(rule.sid) for _, rule in block]
    named = f"sid {sids[0]}" if len(sids) == 1 else f"{len(sids):,} rules with sid {sids[0]}"
    why = (
        "" if len(sids) == 1 else ", which stay together because of what they share or their order"
    )
    return RefusedError(
        f"{group.name}: {named} take {needed:,} bytes{why}; --max-bytes allows {most:,}"
    )
