"""Where alert logs are: a folder of the service's own layout in S3, or a CloudWatch Logs group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

EXPECTED_PLACE: Final = (
    "s3://BUCKET/PREFIX/AWSLogs/ACCOUNT/network-firewall/alert/REGION/, or the name or the ARN of "
    "a CloudWatch Logs group"
)
"""What an error says is expected."""

_FOLDER: Final = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/"
    r"(?P<prefix>(?:[\w!.*'()/-]{1,900}/)?"
    r"AWSLogs/(?P<account>\d{12})/network-firewall/alert/(?P<region>[a-z0-9-]{1,30}))/?",
    re.ASCII,
)
_GROUP: Final = re.compile(
    r"(?P<group>(?:arn:aws[a-z-]*:logs:(?P<region>[a-z0-9-]{1,30}):(?P<account>\d{12}):log-group:)?"
    r"[\w./#-]{1,512})(?::\*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The folder of one account and region in S3, below which each firewall has one of its own.

    Attributes:
        bucket: its name.
        prefix: of the keys; ends in a slash.
        account: whose firewalls write there.
        region: of these firewalls.
    """

    bucket: str
    prefix: str
    account: str
    region: str

    @property
    def written(self) -> str:
        """As people write it."""
        return f"s3://{self.bucket}/{self.prefix}"

    def __str__(self) -> str:
        """As people know it."""
        return self.written


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A group of CloudWatch Logs.

    Attributes:
        identifier: its name, or its ARN without `:*`, as StartQuery takes it.
        account: that it is in; empty where its name alone is given.
        region: likewise.
    """

    identifier: str
    account: str = ""
    region: str = ""

    @property
    def written(self) -> str:
        """As people write it."""
        return self.identifier

    def __str__(self) -> str:
        """As people know it."""
        return f"log group {self.identifier}"


AlertLogs: TypeAlias = LogFolder | LogGroup


def alert_logs_at(place: object) -> AlertLogs:
    """Read a place as people write it; one that was read is as it is.

    Raises:
        ValueError: it is none; without words.
    """
    if isinstance(place, LogFolder | LogGroup):
        return place
    text = place if isinstance(place, str) else ""
    if folder := _FOLDER.fullmatch(text):
        named = folder["bucket"], f"{folder['prefix']}/", folder["account"], folder["region"]
        return LogFolder(*named)
    if not text.startswith("s3:") and (group := _GROUP.fullmatch(text)):
        return LogGroup(group["group"], group["account"] or "", group["region"] or "")
    raise ValueError
