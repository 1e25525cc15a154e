"""Rules that are lists of addresses: they say exactly what they block, and change daily."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules_lib.facts.suricata import DESCRIPTIVE

if TYPE_CHECKING:
    from rules_lib.model import Rule

_COUNTING: Final = frozenset({"threshold", "flow"})
_MARKING: Final = frozenset({"flowbits", "xbits", "hostbits", "flowint"})
_HARMLESS: Final = DESCRIPTIVE | _COUNTING | _MARKING

_ADDRESS: Final = re.compile(
    r"(?:^|[\[,])[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+(?:/[0-9]{1,3})?(?=$|[\],])"
)
"""An address in a header's field that is not negated itself."""


def is_address_list(rule: Rule) -> bool:
    """Whether a rule knows what it blocks by addresses in its header, and by nothing else.

    It may count, as all of ET's lists do, and leave marks; it asks for none.
    """
    if not rule.keywords <= _HARMLESS or any(tie.checks for tie in rule.ties):
        return False
    return any(field[:2] != "![" and _ADDRESS.search(field) for field in rule.header.addresses)
