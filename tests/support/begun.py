"""A fixture of what sets an account up: once for a module, and each test has one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from support.account import Account, account
from support.account_snapshot import AccountSnapshot
from support.clock import today

if TYPE_CHECKING:
    from datetime import date


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
                    kept[day] = AccountSnapshot.take(running, **settings)
            with kept[day].restored() as running:
                yield running

        fixture.__doc__ = begin.__doc__
        return pytest.fixture(fixture, name=begin.__name__)

    return fixture_of
