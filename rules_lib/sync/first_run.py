"""The first deploy does the job: an allowlist where there is none, and the first fetch."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from rules_lib.aws.handover import start
from rules_lib.bucket import ALLOWLIST

if TYPE_CHECKING:
    from rules_lib.aws.clients import LambdaClient
    from rules_lib.aws.store import Store


def shipped_allowlist() -> bytes:
    """Read `config/categories.yaml` as it came with this code.

    `config` is found as a package without code: beside `rules_lib` in a clone, and in a layer of
    its own in Lambda.
    """
    return resources.files("config").joinpath("categories.yaml").read_bytes()


def first_run(store: Store, client: LambdaClient, fetch_function: str) -> bool:
    """Store the shipped allowlist where there is none, and start a fetch without waiting for it.

    The fetch's manifest starts the build. A fetch too many is no harm: it finds nothing new.

    Returns:
        Whether the allowlist was stored; one that is there is never replaced.

    Raises:
        StoreError: the bucket may not be written.
        HandoverError: the fetch cannot be started.
    """
    stored = store.put(ALLOWLIST, shipped_allowlist(), only_if_absent=True)
    start(client, fetch_function)
    return stored
