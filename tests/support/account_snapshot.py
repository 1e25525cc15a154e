"""An account that was set up once, for tests that each begin with it in one of their own."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from moto.networkfirewall.models import networkfirewall_backends
from moto.s3.models import s3_backends

from localaws import Call
from support.account import Account, account

_KEPT: Final[dict[str, Any]] = {"s3": s3_backends, "network-firewall": networkfirewall_backends}
"""The services that have something after a build or a round; roles are taken on anew by whoever
needs one."""


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """What an account has and was asked, at one moment.

    Attributes:
        folder: where the feed is published, as the bucket's state has its address.
        settings: more of the environment, as the account was given it.
        feed: path -> bytes of what is published there.
        journal: as the account wrote it.
        calls: to Network Firewall.
        resources: of all accounts and regions; pickled, as moto closes the objects of a bucket that
            it forgets, copies too.
    """

    folder: Path
    settings: Mapping[str, str]
    feed: Mapping[Path, bytes]
    journal: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]
    resources: bytes

    @classmethod
    def take(cls, running: Account, **settings: str) -> Self:
        """Keep what is there."""
        return cls(
            running.folder,
            settings,
            {one: one.read_bytes() for one in running.folder.rglob("*") if one.is_file()},
            tuple(running.journal),
            running.aws.calls,
            pickle.dumps({name: _resources(backends) for name, backends in _KEPT.items()}),
        )

    @contextmanager
    def restored(self) -> Iterator[Account]:
        """A new account that has it all; what happens there is nowhere else."""
        self.publish()
        with account(self.folder, **self.settings) as running:
            self.fill(running)
            yield running

    def publish(self) -> None:
        """Have the feed as it was."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for path, content in self.feed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def fill(self, running: Account) -> None:
        """Give an account all resources, and what was asked of them."""
        for name, found in pickle.loads(self.resources).items():  # noqa: S301 - ours
            for (owner, region), values in found.items():
                vars(_KEPT[name][owner][region]).update(values)
        running.journal[:] = self.journal
        running.aws.control.calls[:] = self.calls


def _resources(backends: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """By account and region; how the embedded AWS is set up is no resource."""
    return {
        (owner, region): {name: one for name, one in vars(backend).items() if name != "control"}
        for owner, regions in backends.items()
        for region, backend in regions.items()
    }
