"""Targets that were set up once, for tests that each begin with them in an account of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from support.account_snapshot import AccountSnapshot
from support.fleet import FleetAccount, fleet_account


@dataclass(frozen=True, slots=True)
class FleetSnapshot:
    """A hub, its targets and what was asked of them, at one moment.

    Attributes:
        hub: all accounts and regions, and the hub's journal.
        time: what the build function took for the time of day.
    """

    hub: AccountSnapshot
    time: datetime

    @classmethod
    def take(cls, running: FleetAccount) -> Self:
        """Keep what is there, without a state machine."""
        return cls(AccountSnapshot.take(running.hub), running.clock.time)

    @contextmanager
    def restored(self) -> Iterator[FleetAccount]:
        """A new account that has it all; what happens there is nowhere else."""
        self.hub.publish()
        with fleet_account(self.hub.folder, start=self.time) as running:
            self.hub.fill(running.hub)
            yield running
