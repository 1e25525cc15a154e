"""Targets that were set up once, for tests that each begin with them in an account of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from localaws import Call
from support.fleet import FleetAccount, fleet_account
from support.resources import kept_resources, restore_resources


@dataclass(frozen=True, slots=True)
class FleetSnapshot:
    """A hub, its targets and what was asked of them, at one moment.

    Attributes:
        folder: where the feed is published, as the bucket's state has its address.
        feed: name -> bytes of what is published there.
        time: what the build function took for the time of day.
        journal: as the hub's account wrote it.
        calls: to Network Firewall.
        resources: of all accounts and regions.
    """

    folder: Path
    feed: dict[str, bytes]
    time: datetime
    journal: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]
    resources: bytes

    @classmethod
    def take(cls, running: FleetAccount) -> Self:
        """Keep what is there, without a state machine."""
        hub = running.hub
        return cls(
            hub.folder,
            {file.name: file.read_bytes() for file in hub.folder.iterdir()},
            running.clock.time,
            tuple(hub.journal),
            hub.aws.calls,
            kept_resources(),
        )

    @contextmanager
    def restored(self) -> Iterator[FleetAccount]:
        """A new account that has it all; what happens there is nowhere else."""
        for file in self.folder.iterdir():
            file.unlink()
        for name, content in self.feed.items():
            (self.folder / name).write_bytes(content)
        with fleet_account(self.folder, start=self.time) as running:
            restore_resources(self.resources)
            running.hub.journal[:] = self.journal
            running.hub.aws.control.calls[:] = self.calls
            yield running
