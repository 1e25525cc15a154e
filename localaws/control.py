"""The one mutable thing beside the resources: how the double is set up, and what it has seen."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.faults import Call, Fault, take
from localaws.quotas import Quotas
from localaws.terms import Refusal, Strictness


@dataclass(slots=True)
class Control:
    """Set up once, shared by every account and region; the lock makes each call one step.

    Attributes:
        quotas: What the account may have.
        strictness: Unconfirmed refusals to enforce too.
        refusals: What the engine refuses beyond what this package knows.
        lenient: Names of checks that are not made, of one's own choice.
        faults: The failures that are ordered and have not happened yet.
        calls: Every call that was answered, in order.
        longest_wait: Seconds that a state machine waits at most before it tries again.
        unmodelled: Name of a policy or group -> what its description has beyond the models at hand.
        lock: Held while a call is worked on, as the server has a thread a call.
    """

    quotas: Quotas = field(default_factory=Quotas)
    strictness: Strictness = field(default_factory=Strictness)
    refusals: tuple[Refusal, ...] = ()
    lenient: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    calls: list[Call] = field(default_factory=list)
    longest_wait: float = math.inf
    unmodelled: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def strike(self, call: Call) -> Fault | None:
        """Use up the fault that is ordered for this call, if there is one."""
        fault, self.faults = take(self.faults, call)
        return fault
