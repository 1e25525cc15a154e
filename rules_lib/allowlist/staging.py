"""How long new rules alert before they drop, as a frozen value.

Annotations are not postponed here: pydantic reads them when a class is made.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules_lib.allowlist.drop_when import MetadataValues
from rules_lib.allowlist.fields import Whole

STAGING_DAYS_MAX: Final = 365
"""A rule that is to alert for longer belongs into alert mode."""

StagingDays = Annotated[Whole, Field(ge=0, le=STAGING_DAYS_MAX)]


class StagingExempt(MetadataValues):
    """New rules that drop at once: those whose metadata have one of the values of every key.

    Any other key of the rules' metadata may be given too, such as attack_target, with a list of
    values.

    Attributes:
        signature_severity: only rules of one of these; left out, it is not asked for.
        confidence: only rules of one of these; left out, it is not asked for.
    """


class StagingSettings(BaseModel):
    """How long a rule that is new here alerts before it drops.

    Attributes:
        days: so many days from the first build that had the rule; 0 for none. Lists of addresses
            drop at once.
        except: which new rules drop at once, by their metadata; all keys must hold.
        on_hit: what becomes of a staged rule that fired; stay leaves it an alert until its sid
            stands under `rules` as drop or alert, enforce lets it drop on its day.
        changed: what becomes of a rule that drops and has a new text; enforce lets it drop, stage
            has it alert first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: StagingDays = 7
    exempt: StagingExempt | None = Field(default=None, alias="except")
    on_hit: Literal["stay", "enforce"] = "stay"
    changed: Literal["enforce", "stage"] = "enforce"


NO_STAGING: Final = StagingSettings(days=0)
