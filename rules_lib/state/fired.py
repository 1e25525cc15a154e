"""`state/fired.json`: when each rule last fired, as far as alert logs were counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pydantic import RootModel

from rules_lib.bucket import FIRED
from rules_lib.hits.ours import may_be_ours
from rules_lib.state.statefile import Cache

if TYPE_CHECKING:
    from rules_lib.hits.values import HitsOfDay

_KEPT: Final = timedelta(days=400)
"""Whatever a rule did before is no ground for anything."""


# pydantic's plugin for mypy makes a constructor for each base, and says that the two clash
class FiredRules(Cache, RootModel[dict[int, dict[str, date]]]):  # type: ignore[misc]
    """Sid -> group, or empty where the record named none -> day of its newest hit, UTC."""

    KEY = FIRED

    def plus(self, days: Iterable[HitsOfDay]) -> FiredRules:
        """Take the hits of some days in, whatever became of their packets."""
        newest = {sid: dict(groups) for sid, groups in self.root.items()}
        for day in days:
            for hits in day.hits:
                groups = newest.setdefault(hits.sid, {})
                groups[hits.group] = max(day.day, groups.get(hits.group, day.day))
        return FiredRules(newest)

    def since(self, today: date) -> FiredRules:
        """Forget what is so old that nobody asks for it."""
        recent = {
            sid: {group: day for group, day in groups.items() if today - day <= _KEPT}
            for sid, groups in self.root.items()
        }
        return FiredRules({sid: groups for sid, groups in recent.items() if groups})

    def of(self, prefix: str) -> Mapping[int, date]:
        """The newest day of each sid in groups of ours, or in a group that nobody knows.

        Args:
            prefix: of our groups' names.
        """
        ours = {
            sid: [day for group, day in groups.items() if may_be_ours(group, prefix)]
            for sid, groups in self.root.items()
        }
        return {sid: max(days) for sid, days in ours.items() if days}

    def to_json(self) -> bytes:
        """Render the file, in a fixed order."""
        ordered = {sid: dict(sorted(groups.items())) for sid, groups in sorted(self.root.items())}
        return FiredRules(ordered).model_dump_json(indent=1).encode() + b"\n"
