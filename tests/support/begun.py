"""Accounts that tests begin with: set up once, and given to each test as one of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import pytest

from support.account import Account, account
from support.clock import today
from support.resources import kept_resources, restore_resources

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from localaws import Call


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """An account at one moment.

    Attributes:
        folder: where the feed is published, as the bucket's state has its address.
        feed: path -> bytes of what is published there.
        settings: of the environment.
        journal: as the account wrote it.
        calls: to Network Firewall.
        resources: what the account has.
    """

    folder: Path
    feed: dict[Path, bytes]
    settings: dict[str, str]
    journal: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]
    resources: bytes

    @classmethod
    def take(cls, running: Account, settings: dict[str, str]) -> Self:
        """Keep what is there."""
        files = (path for path in running.folder.rglob("*") if path.is_file())
        feed = {path: path.read_bytes() for path in files}
        journal, calls = tuple(running.journal), running.aws.calls
        return cls(running.folder, feed, settings, journal, calls, kept_resources())

    @contextmanager
    def restored(self) -> Iterator[Account]:
        """A new account that has it all; what happens there is nowhere else."""
        shutil.rmtree(self.folder)
        for path, content in self.feed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with account(self.folder, **self.settings) as running:
            restore_resources(self.resources)
            running.journal[:] = self.journal
            running.aws.control.calls[:] = self.calls
            yield running


def begun(**settings: str) -> Callable[[Callable[[Account], object]], object]:
    """Make what sets an account up a fixture: a test has what it came to, and nothing of another.

    It is set up once, and once more where a new day has begun, as builds go by the day.
    """

    def fixture_of(begin: Callable[[Account], object]) -> object:
        kept: dict[date, AccountSnapshot] = {}

        def fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
            if (day := today()) not in kept:
                with account(tmp_path_factory.mktemp("feed"), **settings) as running:
                    begin(running)
                    kept[day] = AccountSnapshot.take(running, settings)
            with kept[day].restored() as running:
                yield running

        fixture.__doc__ = begin.__doc__
        return pytest.fixture(fixture, name=begin.__name__)

    return fixture_of
