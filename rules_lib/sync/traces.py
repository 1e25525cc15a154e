"""What a build would read, by marks that are had without reading it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import (
    ALLOWLIST,
    FEEDS,
    FIRED,
    HOLD,
    LOCAL,
    RAW,
    REFUSALS,
    STAGING,
    STATE,
    is_manifest_key,
)
from rules_lib.sync.code_digest import code_digest

if TYPE_CHECKING:
    from rules_lib.world import World

_TRACED: Final = frozenset({FIRED, HOLD, REFUSALS, STAGING})


@dataclass(frozen=True, slots=True)
class Traces:
    """All that a build is made from but the firewall: files, by ETag, and settings.

    Attributes:
        releases: key, ETag and time of each manifest, of all releases: which of them count, they
            tell together.
        files: key -> ETag of the others.
        settings: of the function.
    """

    releases: tuple[tuple[str, str, str], ...]
    files: Mapping[str, str]
    settings: tuple[object, ...]

    def written(self, key: str, etag: str | None) -> Traces:
        """The same after a file was written."""
        return replace(self, files={**self.files, key: etag or ""})

    @property
    def digest(self) -> str:
        """Identifies them, and the code that runs."""
        told = json.dumps([self.releases, sorted(self.files.items()), self.settings, code_digest()])
        return hashlib.sha256(told.encode()).hexdigest()


def traces_of(world: World) -> Traces:
    """Look at all that a build would be made from, without reading it.

    Args:
        world: what a build reads.

    Raises:
        StoreError: the bucket may not be listed.
    """
    releases = (
        (entry.key, entry.etag, entry.last_modified.isoformat())
        for entry in world.store.entries(RAW)
        if is_manifest_key(entry.key)
    )
    entries = (
        *world.store.entries(FEEDS),
        *world.store.entries(ALLOWLIST),
        *world.store.entries(LOCAL),
        *(entry for entry in world.store.entries(STATE) if entry.key in _TRACED),
    )
    return Traces(
        releases=tuple(releases),
        files={entry.key: entry.etag for entry in entries},
        settings=(world.policies, world.unproven, world.parameters is not None),
    )
