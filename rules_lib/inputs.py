"""All that a build depends on, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from rules_lib.groups.rule_group import Deployed
from rules_lib.staging_record import NO_RECORD, StagingRecord

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.reading.ruleset import Ruleset


FIRED_LATELY: Final = timedelta(days=30)
"""For so long a hit counts where the budget runs out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The same inputs come to the same rule groups, to the byte.

    Attributes:
        ruleset: the feeds, and people's own rules.
        allowlist: what people ask for.
        day: of the build, in UTC: the only time that the pure part knows.
        deployed: the groups in force, so that rules stay where they are; the policies beside them.
        refusals: what the service said of texts that it refused, by the text's `fingerprint`.
        waiting: `fingerprint` of each text that the service has still to judge -> what is in force
            for its sid, or empty.
        fired: sid -> day, in UTC, of its newest hit in the alert logs; empty where none are read.
        hits_unknown: why it is not known what fired lately, though alert logs are to be read; empty
            where it is, or where they are not.
        staging: what the builds before recorded of how long rules have been here.
        departed: sid -> name of its feed, of the rules of feeds that the build in force was made
            with and that people no longer want.
    """

    ruleset: Ruleset
    allowlist: Allowlist
    day: date
    deployed: Deployed = field(default_factory=Deployed)
    refusals: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    waiting: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fired: Mapping[int, date] = field(default_factory=lambda: MappingProxyType({}))
    hits_unknown: str = ""
    staging: StagingRecord = NO_RECORD
    departed: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def fired_lately(self) -> frozenset[int]:
        """Sids that fired in the last 30 days; where that is not known, that fired ever."""
        since = date.min if self.hits_unknown else self.day - FIRED_LATELY
        return frozenset(sid for sid, day in self.fired.items() if day >= since)

    def edited(self, **keys: object) -> Self:
        """The same, with other values for some keys of the allowlist."""
        return replace(self, allowlist=self.allowlist.model_copy(update=keys))
