"""How the build function is asked for a part of a round over targets.

Apart from what answers it, which a stack without targets never loads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.notify.telemetry import Telemetry
    from rules_lib.settings import BuildSettings

STEP: Final = "round_step"
"""In an event of the state machine: `begin` or `end`."""

TARGET: Final = "target"
"""In an event: the name of the one target whose build it asks for."""

ON_SCHEDULE: Final = "schedule"
"""What is told of whatever a schedule started."""


@dataclass(frozen=True, slots=True)
class FleetRequest:
    """One invocation of the build function.

    Attributes:
        event: what it was called with.
        cause: what started it.
        root: the whole bucket.
        settings: of the function.
        telemetry: tells what became of it.
        now: when it began, in UTC.
    """

    event: Mapping[str, Any]
    cause: str
    root: Store
    settings: BuildSettings
    telemetry: Telemetry
    now: datetime
