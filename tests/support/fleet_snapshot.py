"""Targets that were set up once, for tests that each begin with them in an account of their own."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from moto.networkfirewall.models import networkfirewall_backends
from moto.s3.models import s3_backends

from localaws import Call
from support.fleet import FleetAccount, fleet_account

_KEPT: Final[dict[str, Any]] = {"s3": s3_backends, "network-firewall": networkfirewall_backends}
"""The services that have something after a round; roles are taken on anew by whoever needs one."""


@dataclass(frozen=True, slots=True)
class FleetSnapshot:
    """A hub, its targets and what was asked of them, at one moment.

    Attributes:
        folder: where the feed is published, as the bucket's state has its address.
        feed: name -> bytes of what is published there.
        time: what the build function took for the time of day.
        journal: as the hub's account wrote it.
        calls: to Network Firewall.
        resources: of all accounts and regions; pickled, as moto closes the objects of a bucket that
            it forgets, copies too.
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
            pickle.dumps({name: _resources(backends) for name, backends in _KEPT.items()}),
        )

    @contextmanager
    def restored(self) -> Iterator[FleetAccount]:
        """A new account that has it all; what happens there is nowhere else."""
        for file in self.folder.iterdir():
            file.unlink()
        for name, content in self.feed.items():
            (self.folder / name).write_bytes(content)
        with fleet_account(self.folder, start=self.time) as running:
            for name, found in pickle.loads(self.resources).items():  # noqa: S301 - ours
                for (account, region), values in found.items():
                    vars(_KEPT[name][account][region]).update(values)
            running.hub.journal[:] = self.journal
            running.hub.aws.control.calls[:] = self.calls
            yield running


def _resources(backends: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """By account and region; how the embedded AWS is set up is no resource."""
    return {
        (account, region): {name: one for name, one in vars(backend).items() if name != "control"}
        for account, regions in backends.items()
        for region, backend in regions.items()
    }
