"""Which rules of a category in drop mode may drop, as a frozen value.

Annotations are not postponed here: pydantic reads them when a class is made.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator

from rules_lib.allowlist.fields import ConfidenceWord, Day, MetadataWord, SeverityWord
from rules_lib.model import Mode

OTHERS: Final = ""
"""Stands in `missing` for every key that has no word of its own."""

Becomes = Literal[Mode.ALERT, Mode.DROP]
MetadataWords = Annotated[frozenset[MetadataWord], Field(min_length=1)]


class MetadataValues(BaseModel):
    """Values that are asked of rules' metadata, key by key.

    Attributes:
        signature_severity: values of which one must be had; left out, it is not asked for.
        confidence: likewise; and so of any other key that is given.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, MetadataWords | None] = Field(init=False)

    signature_severity: Annotated[frozenset[SeverityWord], Field(min_length=1)] | None = None
    confidence: Annotated[frozenset[ConfidenceWord], Field(min_length=1)] | None = None

    @cached_property
    def values(self) -> Mapping[str, frozenset[str]]:
        """The keys of the metadata that are asked for, with the values of which one must be had."""
        asked: dict[str, frozenset[str] | None] = {
            "signature_severity": self.signature_severity,
            "confidence": self.confidence,
            **(self.__pydantic_extra__ or {}),
        }
        return {key: values for key, values in asked.items() if values is not None}


class DropWhen(MetadataValues):
    """Which alert rules of a category in drop mode become drop; the others stay alert.

    Any other key of the rules' metadata can be used too, such as deployment or attack_target, with
    a list of values: only rules with one of these values drop.

    Attributes:
        signature_severity: only rules with one of these severities drop.
        confidence: only rules with one of these confidences drop.
        created_after: only rules written after this day drop.
        updated_after: only rules last updated after this day drop.
        not_msg: rules whose msg has one of these words, in any letter case, do not drop.
        missing: what to do with a rule whose metadata lack a key that is used here. One word for
            all keys, or a mapping with a word for each.
    """

    created_after: Day | None = None
    updated_after: Day | None = None
    not_msg: MetadataWords | None = None
    missing: Mapping[str, Becomes] = {OTHERS: Mode.ALERT}

    @field_validator("missing", mode="before")
    @classmethod
    def _one_word(cls, value: object) -> object:
        return value if isinstance(value, Mapping) else {OTHERS: value}

    @field_serializer("missing")
    def _as_written(self, missing: Mapping[str, Becomes]) -> Becomes | dict[str, Becomes]:
        return missing[OTHERS] if OTHERS in missing else dict(missing)

    @cached_property
    def days(self) -> Mapping[str, str]:
        """The keys that ask for a day, with the day that a rule's own must be after."""
        asked = {"created_after": self.created_after, "updated_after": self.updated_after}
        return {key: day.isoformat() for key, day in asked.items() if day is not None}

    def without(self, key: str) -> Becomes:
        """What a rule becomes that lacks a key which is asked for."""
        return self.missing.get(key, self.missing.get(OTHERS, Mode.ALERT))
