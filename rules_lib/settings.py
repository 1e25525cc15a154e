"""What the environment sets, a model for each function: every fault is named at once."""

from __future__ import annotations

from collections.abc import Mapping  # pydantic reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)

from rules_lib.address import Address, is_whole
from rules_lib.alert_logs import EXPECTED_PLACE, AlertLogs, alert_logs_at
from rules_lib.allowlist.fields import PREFIX_FORM
from rules_lib.errors import SettingsError
from rules_lib.groups.policy_names import EXPECTED, named_policies, policy_name_problem
from rules_lib.redact import redact

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MIB: Final = 2**20
_LONGEST_WAIT: Final = 900
_MOST_ATTEMPTS: Final = 10
LARGEST: Final = 2048 * _MIB
"""Bytes; no setting lets a feed, packed or unpacked, be larger."""


def _address(url: str | Address) -> Address:
    """Take an URL with a host (or bucket) and a path, or a path of the file system.

    Raises:
        ValueError: it is neither; without words, as those of `urlsplit` repeat parts of it.
    """
    if isinstance(url, Address) or is_whole(url):
        return Address(url) if isinstance(url, str) else url
    raise ValueError


def _own_logs(place: object, info: ValidationInfo) -> AlertLogs | None:
    """Take a place; there has to be one where nothing else is counted.

    Raises:
        ValueError: it is none; without words.
    """
    if place is None and info.data.get("count_target_hits") == "true":
        return None
    return alert_logs_at(place)


def _policies(names: str | tuple[str, ...]) -> tuple[str, ...]:
    """Take a list of policies, each of them once; none is a list too.

    Raises:
        ValueError: says what is wrong with which.
    """
    named = named_policies(names) if isinstance(names, str) else names
    if problems := [problem for name in named if (problem := policy_name_problem(name))]:
        raise ValueError(f" ({'; '.join(problems)})")
    return named


Bucket: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", description="the name of an S3 bucket"),
]
FeedUrl: TypeAlias = Annotated[
    Address,
    PlainValidator(_address),
    Field(description="an http, https, file or s3 URL of an archive, or a path"),
]
Policies: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_policies), Field(description=EXPECTED)
]
StateMachine: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^(arn:aws[a-z-]*:states:[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9_-]{1,80})?$",
        description="the ARN of a state machine of Step Functions",
    ),
]
Seconds: TypeAlias = Annotated[
    float,
    Field(
        gt=0,
        le=_LONGEST_WAIT,
        allow_inf_nan=False,
        description=f"seconds, more than 0 and up to {_LONGEST_WAIT}",
    ),
]
Attempts: TypeAlias = Annotated[
    int,
    Field(ge=1, le=_MOST_ATTEMPTS, description=f"a whole number from 1 to {_MOST_ATTEMPTS}"),
]
Bytes: TypeAlias = Annotated[
    int,
    Field(ge=1, le=LARGEST, description=f"a whole number of bytes from 1 to {LARGEST}"),
]


class _Settings(BaseModel):
    """A function's environment: the variable of `bucket` is `RULESYNC_BUCKET`, and so on.

    A field's description says what is expected, in an error.
    """

    # Built at its first use: whoever imports this module needs one of its models.
    model_config = ConfigDict(frozen=True, defer_build=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the `RULESYNC_…` variables; an empty one counts as not set.

        Raises:
            SettingsError: a variable is missing or wrong; names every one of them.
        """
        texts = {
            name: text
            for name in cls.model_fields
            if (text := environment.get(variable_of(name), "").strip())
        }
        try:
            return cls.model_validate(texts)
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
        # Raised out here without its cause, which has the values, passwords included.
        problems = (cls._problem(error, texts) for error in errors)
        raise SettingsError("\n".join(("wrong environment:", *problems)))

    @classmethod
    def _problem(cls, error: ErrorDetails, texts: Mapping[str, str]) -> str:
        name = str(error["loc"][0])
        found = f"is {redact(texts[name])!r}" if name in texts else "is not set"
        why = error["ctx"]["error"] if error["type"] == "value_error" else ""
        expected = cls.model_fields[name].description
        return f"  {variable_of(name)} {found}{why}; expected: {expected}"


class BuildSettings(_Settings):
    """What a build needs to know.

    Attributes:
        bucket: holds the feeds, the allowlist and the builds.
        policies: firewall policies to which the rule groups are attached.
        unproven: whether a Next Generation policy gets them before an account has confirmed what is
            assumed of it.
        state_machine: runs a build for each target of `config/targets.yaml`; without one, a bucket
            that has this file is not built.
        targets_at_once: how many of them are built at the same time.
        group_parameters: whether the ARN of each rule group is written to an SSM parameter.
    """

    bucket: Bucket
    policies: Policies = ()
    unproven: Annotated[Literal["true", "false"], Field(description="true or false")] = "false"
    state_machine: StateMachine = ""
    targets_at_once: Annotated[
        int, Field(ge=1, le=1000, description="a whole number from 1 to 1000")
    ] = 10
    group_parameters: Annotated[Literal["true", "false"], Field(description="true or false")] = (
        "false"
    )


class FetchSettings(_Settings):
    """What a fetch needs to know.

    Attributes:
        bucket: where the feed is stored.
        feed_url: where et/open comes from, where the bucket's list of feeds gives it no url: an
            http, https, file or s3 URL, or a path; None for its publisher's.
        connect_timeout: seconds until a connection must stand.
        read_timeout: seconds until the source must send something more.
        download_timeout: seconds that one attempt at one file may take in all.
        attempts: how often a file is asked for, the first time included.
        max_download_bytes: size above which the archive is refused.
        max_unpacked_bytes: likewise for what it unpacks to.
    """

    bucket: Bucket
    feed_url: FeedUrl | None = None
    connect_timeout: Seconds = 10
    read_timeout: Seconds = 30
    download_timeout: Seconds = 180
    attempts: Attempts = 4
    max_download_bytes: Bytes = 64 * _MIB
    max_unpacked_bytes: Bytes = 512 * _MIB


class HitsSettings(_Settings):
    """What a count of alert logs needs to know.

    Attributes:
        bucket: where what fired is kept.
        count_target_hits: whether the logs are counted that `config/targets.yaml` names, where the
            bucket has this file.
        alert_logs: where the stack's own logs are; None: only those of targets are counted.
        hit_addresses: whether example addresses are kept.
        hit_retention_days: after so many days the bucket drops what was counted.
        hit_table: the Glue table over logs in S3.
        hit_workgroup: of Athena, in which they are counted.
    """

    bucket: Bucket
    count_target_hits: Annotated[Literal["true", "false"], Field(description="true or false")] = (
        "false"
    )
    alert_logs: Annotated[
        AlertLogs | None,
        PlainValidator(_own_logs),
        Field(validate_default=True, description=EXPECTED_PLACE),
    ] = None
    hit_addresses: Annotated[Literal["keep", "none"], Field(description="keep or none")] = "keep"
    hit_retention_days: Annotated[
        int, Field(ge=7, le=3650, description="a whole number of days from 7 to 3650")
    ] = 90
    hit_table: Annotated[
        str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$", description="DATABASE.TABLE of Glue")
    ] = "rulesync.alerts"
    hit_workgroup: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9._-]{1,128}$", description="the name of a workgroup of Athena"),
    ] = "rulesync-hits"


class SetupSettings(_Settings):
    """What the set-up of a stack needs to know.

    Attributes:
        bucket: gets an allowlist where it has none.
        fetch_function: name or ARN of the function that is started.
        prefix: of the stack's rule groups, which tags its Next Generation policy.
    """

    bucket: Bucket
    fetch_function: Annotated[str, Field(description="the name of the stack's fetch function")]
    prefix: Annotated[
        str, Field(pattern=f"^{PREFIX_FORM}$", description="1 to 32 letters, digits and hyphens")
    ] = "et"


def variable_of(field: str) -> str:
    """Name the variable that sets a field."""
    return f"RULESYNC_{field.upper()}"
