"""What `config/targets.yaml` says, as frozen values.

Annotations are not postponed here: pydantic reads them when a class is made.
"""

import re
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from rules_lib.alert_logs import AlertLogs, alert_logs_at
from rules_lib.allowlist.fields import FileVersion, Whole
from rules_lib.bucket import ALLOWLIST

NAME_FORM: Final = "[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
"""A target's name: a folder of the bucket, and a part of the name of a session of its role."""

_FOLDER: Final = ALLOWLIST.partition("/")[0]

ROLE_FORM: Final = r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}"
"""The ARN of a role (IAM user guide, November 2026)."""

ALLOWLIST_FORM: Final = rf"{_FOLDER}/[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}\.yaml"

RING_MAX: Final = 99
HOURS_MAX: Final = 720
"""A month: what bakes for longer is out of date before it is in force."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NamedTarget(_Frozen):
    """One account and region.

    Attributes:
        name: names its folder below `targets/`.
        region: of its firewalls.
        role: ARN of the role that is taken on there; empty: the stack's own account.
        ring: it takes what the ring before it has had in force for long enough.
        policies: names or ARNs of the firewall policies to which its groups are attached.
        allowlist: key of its allowlist.
        alert_logs: of its firewalls; None: what fires there is not counted.
    """

    name: Annotated[str, Field(pattern=f"^{NAME_FORM}$")]
    region: str
    role: Annotated[str, Field(pattern=f"^({ROLE_FORM})?$")] = ""
    ring: Annotated[Whole, Field(ge=0, le=RING_MAX)] = 0
    policies: tuple[str, ...] = ()
    allowlist: Annotated[str, Field(pattern=f"^{ALLOWLIST_FORM}$")] = ALLOWLIST
    alert_logs: Annotated[
        AlertLogs | None,
        PlainValidator(alert_logs_at),
        PlainSerializer(lambda logs: logs.written),
        Field(exclude_if=lambda logs: logs is None),
    ] = None

    @property
    def account(self) -> str:
        """The account of its role; empty: the stack's own."""
        return account_of(self.role)


class Bake(_Frozen):
    """How long a ring has something in force before the next one takes it.

    Attributes:
        hours: without a failure, a rollback or a hold.
    """

    hours: Annotated[Whole, Field(ge=0, le=HOURS_MAX)] = 24


class Targets(_Frozen):
    """The file as a whole.

    Attributes:
        version: of its form.
        targets: in the file's order.
        bake: how long a ring waits for the one before it.
    """

    version: FileVersion
    targets: tuple[NamedTarget, ...]
    bake: Bake = Bake()

    @property
    def rings(self) -> tuple[int, ...]:
        """The rings that have a target, from the first on."""
        return tuple(sorted({target.ring for target in self.targets}))

    def behind(self, ring: int) -> int | None:
        """The ring that waits for a ring; None where it is the last one."""
        return next((other for other in self.rings if other > ring), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the targets, in the file's order."""
        return tuple(target.name for target in self.targets)

    def in_ring(self, ring: int) -> tuple[NamedTarget, ...]:
        """The targets of a ring, in the file's order."""
        return tuple(target for target in self.targets if target.ring == ring)

    def named(self, name: str) -> NamedTarget | None:
        """The target of that name; None where there is none."""
        return next((target for target in self.targets if target.name == name), None)

    def only(self, *names: str) -> Self:
        """The same with some of the targets."""
        kept = tuple(target for target in self.targets if target.name in names)
        return self.model_copy(update={"targets": kept})


def account_of(arn: str) -> str:
    """The account that an ARN names; empty where it is none, or names none."""
    found = re.match(r"arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):", arn)
    return found[1] if found else ""
