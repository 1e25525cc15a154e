"""The kinds of value that stand in the file, from its text to ours.

Annotations are not postponed here: pydantic reads them.
"""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from rules_lib.facts.metadata import Confidence, Severity
from rules_lib.facts.suricata import SID_MAX

_DIGITS_MAX: Final = 18

PREFIX_FORM: Final = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"
"""What stands before a hyphen in our groups' names; the stack's RuleGroupPrefix is the same."""

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def whole(value: object) -> int | None:
    """The number that the text is in plain decimal digits; None where it is no such text."""
    decimal = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(str(value)) if decimal and len(str(value)) <= _DIGITS_MAX else None


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    number = whole(value)
    if number is None:
        raise PydanticCustomError("whole", "is not a whole number")
    return number


def _day(value: object) -> object:
    if isinstance(value, date) or value is None:
        return value
    if isinstance(value, str) and re.fullmatch(_DAY, value):
        with suppress(ValueError):  # 2019-02-30
            return date.fromisoformat(value)
    raise PydanticCustomError("day", "is not a day; write year-month-day, such as 2019-01-31")


def _word(value: object) -> object:
    if isinstance(value, str) and not re.search("[A-Za-z0-9]", value):
        raise PydanticCustomError("word", "is not a word; it needs a letter or a digit")
    return value


def _capitalized(value: object) -> object:
    return value.capitalize() if isinstance(value, str) else value


def _list(value: object) -> object:
    return () if value is None else value


Whole = Annotated[int, BeforeValidator(_number)]
FileVersion = Annotated[Literal[1], BeforeValidator(_number)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Sid = Annotated[Whole, Field(ge=1, le=SID_MAX)]
Sids = Annotated[frozenset[Sid], BeforeValidator(_list)]
SeverityWord = Annotated[Severity, BeforeValidator(_capitalized)]
ConfidenceWord = Annotated[Confidence, BeforeValidator(_capitalized)]
Prefix = Annotated[str, Field(pattern=f"^{PREFIX_FORM}$")]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAY}$"}),
]
MetadataWord = Annotated[
    str,
    BeforeValidator(_word),
    WithJsonSchema({"type": ["string", "integer"], "pattern": "[A-Za-z0-9]"}),
]
KeepOrDiscard = Literal["keep", "discard"]
