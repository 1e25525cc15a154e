"""What a build depends on beside its feed, its files and the rules in force, as one value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Final

from rules_lib.staging_record import StagingRecord
from rules_lib.sync.code_digest import code_digest

if TYPE_CHECKING:
    from rules_lib.inputs import Inputs

_KNOWN_OTHERWISE: Final = frozenset({"ruleset", "allowlist", "deployed"})
"""By the feed's checksum, by those of people's files, and by the digests of the groups."""


def circumstances_of(inputs: Inputs) -> str:
    """Identify the code, the day, and all else that a build was made with.

    Two builds of the same feed, the same files and the same groups in force come to the same where
    this is the same.
    """
    rest = {
        one.name: getattr(inputs, one.name)
        for one in fields(inputs)
        if one.name not in _KNOWN_OTHERWISE
    }
    rest["code"] = code_digest()
    rest["pinned"] = sorted(str(group.slot) for group in inputs.deployed.groups if group.pinned)
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    """A value that JSON does not know, as one that it knows."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, StagingRecord):
        return [value.since, value.fired, value.left, value.intact]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    raise TypeError(f"{type(value).__name__} cannot be told from another")
