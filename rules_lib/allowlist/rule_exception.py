"""Hosts for which a rule does not count, as a frozen value.

Annotations are not postponed here: pydantic reads them when a class is made.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rules_lib.allowlist.fields import Day, Sid
from rules_lib.why import Without


def _several(value: object) -> object:
    """One address is a list of one."""
    return (value,) if isinstance(value, str) else value


Hosts = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]


class RuleException(BaseModel):
    """Addresses that are taken out of a rule's header.

    Attributes:
        sid: of the rule.
        not_from: addresses or networks that are taken out of its source.
        not_to: likewise, of its destination.
        until: the last day on which the exception holds, in UTC; left out, it holds for good.
        why: the reason, for whoever reads it later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sid: Sid
    not_from: Hosts | None = None
    not_to: Hosts | None = None
    until: Day | None = None
    why: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it has not ended before the day."""
        return self.until is None or day <= self.until

    @property
    def without(self) -> Without:
        """What it takes out of the rule's header."""
        return Without(self.not_from or (), self.not_to or (), self.until, self.why)
