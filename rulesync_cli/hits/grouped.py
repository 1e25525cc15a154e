"""The ways to group hits."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

GroupedBy: TypeAlias = Literal["sid", "category", "host", "day"]
"""What a line of hits is about."""

GROUPINGS: Final[tuple[GroupedBy, ...]] = get_args(GroupedBy)
"""All of them, the usual one first."""
