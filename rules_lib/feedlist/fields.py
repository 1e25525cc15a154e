"""The kinds of value that stand in the list of feeds, from its text to ours.

Annotations are not postponed here: pydantic reads them.
"""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from rules_lib.facts.feeds import FEED_NAME_PATTERN

PREFIX_PATTERN: Final = "^([A-Za-z0-9]([A-Za-z0-9_-]{0,30}[A-Za-z0-9])?)?$"
EVERY_PATTERN: Final = "^[1-9][0-9]{0,3}[mhd]$"
KEPT_AT_PATTERN: Final = (
    r"^(/[A-Za-z0-9_./-]{1,1010}"
    r"|arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_./-]{1,1010}"
    r"|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512})$"
)
"""The name of a parameter or an ARN; the name begins with a slash, so that no code is one."""

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST: Final = timedelta(days=31)


def _every(value: object) -> object:
    if isinstance(value, timedelta) or value is None:
        return value
    if isinstance(value, str) and re.fullmatch(EVERY_PATTERN, value):
        found = timedelta(**{_UNITS[value[-1]]: int(value[:-1])})
        if found <= _LONGEST:
            return found
    raise PydanticCustomError(
        "every", "is not a time; write a number and m, h or d, such as 6h, up to 31d"
    )


def _flag(value: object) -> object:
    if value in {"true", "false"}:
        return value == "true"
    return value


def _one_line(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise PydanticCustomError("licence", "is empty; give its name, or remove the key")
    return value


FeedName = Annotated[str, Field(pattern=FEED_NAME_PATTERN)]
FeedPrefix = Annotated[str, Field(pattern=PREFIX_PATTERN)]
SecretName = Annotated[str, Field(pattern=KEPT_AT_PATTERN)]
Every = Annotated[
    timedelta,
    BeforeValidator(_every),
    WithJsonSchema({"type": "string", "pattern": EVERY_PATTERN}),
]
Flag = Annotated[bool, BeforeValidator(_flag), Field(strict=True)]
Licence = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=80)]
FeedsVersion = Literal[1]
