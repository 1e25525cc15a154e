"""The world of a build on an embedded account, as the build function makes it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.settings import BuildSettings
from rules_lib.world import World
from support.account import BUCKET

if TYPE_CHECKING:
    from support.account import Account


def world(running: Account) -> World:
    """What a build that begins now has: clients of its own, and the account's policies."""
    assert running.has("config/categories.yaml")
    settings = BuildSettings.from_environment(os.environ)
    store = S3Store(clients.s3(), BUCKET)
    return World(store, clients.network_firewall(), datetime.now(UTC), settings.policies)
