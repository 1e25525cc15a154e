"""Real releases, built with every category in one mode or by the file that we ship."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from benchmarks.drops import built_by
from rules_lib.feed.archive import unpack
from support.proof import loaded_from

if TYPE_CHECKING:
    from rules_lib.build import Built

RELEASES: Final = (
    *("composite-2026-03.tar.gz", "2024-03-26.tar.gz", "2024-04-19.tar.gz", "2025-05-02.tar.gz"),
    *("2025-05-09.tar.gz", "2025-07-24.tar.gz", "2025-07-26.tar.gz", "2025-07-28.tar.gz"),
    "2025-08-04.tar.gz",
)
SHIPPED: Final = Path(__file__).parents[2] / "config" / "categories.yaml"
REFUSED_BY_8: Final = frozenset({2034585, 2044245, 2044247})
"""Sids that Suricata 8 does not load as the feed ships them: fast_pattern behind base64_data."""

_ROOM: Final = {"capacity": 60_000, "rule_groups": 80}


def variables() -> dict[str, str | list[str]]:
    """Those of the shipped file, read plainly."""
    document = yaml.load(SHIPPED.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    return dict(document["variables"])


def built_from(archive: Path, how: str) -> Built:
    """The groups of a release: `shipped`, or every category in this mode."""
    if how != "shipped":
        return loaded_from(archive, default=how, variables=variables(), firewall=_ROOM)
    return built_by(unpack(archive.read_bytes()), SHIPPED)
