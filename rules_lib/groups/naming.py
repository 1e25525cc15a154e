"""Names of rule groups: letters, digits and hyphens, at most 128, one for each slot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed, Slot

_OTHER = re.compile(r"[^A-Za-z0-9]+")
_HASH: Final = 8


def group_name(slot: Slot, prefix: str, taken: Collection[str]) -> str:
    """Name the group of a slot: `et-emerging-malware`, its second part `et-emerging-malware-2`.

    Where the name is taken (by the group that this one replaces, or by a category whose name
    differs in `_` and `.` alone) a letter is added: `et-emerging-malware-b`.
    """
    base = "-".join((prefix, *_words(slot.category), *([str(slot.part)] if slot.part > 1 else [])))
    base = _shortened(base, limits.GROUP_NAME_CHARACTERS - len("-100"))
    names = (base, *(f"{base}-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))
    free = next((name for name in names if name not in taken), None)
    return free or next(f"{base}-{n}" for n in count(100) if f"{base}-{n}" not in taken)


def lasting_names(slots: Iterable[Slot], prefix: str) -> Mapping[Slot, str]:
    """Names that stay when groups are replaced: those without the letter of a replacement.

    Of slots that come to one name, the first by category keeps it.
    """
    found: dict[Slot, str] = {}
    for slot in sorted(slots):
        found[slot] = group_name(slot, prefix, found.values())
    return found


def arn_parameter(lasting: str) -> str:
    """The SSM parameter with the ARN of the rule group that has this lasting name."""
    return f"/rulesync/{lasting}/arn"


def taken_names(slot: Slot, capacity: int, deployed: Deployed) -> frozenset[str]:
    """The names that a group cannot have which is to be made for a slot.

    One is free although it is there: that of an idle group of the same slot and capacity, which a
    replacement that broke off has left; going on with it takes its name.
    """
    begun = {
        group.name
        for group in deployed.groups
        if (group.slot, group.capacity, group.strict) == (slot, capacity, True)
        if not group.associations and group != deployed.current[slot]
    }
    return frozenset(group.name for group in deployed.groups) - begun


def _words(category: str) -> tuple[str, ...]:
    return tuple(word for word in _OTHER.split(category) if word)


def _shortened(name: str, length: int) -> str:
    if len(name) <= length:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return f"{name[: length - _HASH - 1].rstrip('-')}-{digest}"
