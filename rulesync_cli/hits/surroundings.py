"""What is known beside the hits: the rules in force, and which hosts are people's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rules_lib.bucket import ALLOWLIST, time_of_build
from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.presence import Presence
from rules_lib.state.presence import read_presence
from rulesync_cli.history.published import rules_in_folder, rules_of_build
from rulesync_cli.hits.views import RulesInForce

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.allowlist import Allowlist
    from rules_lib.aws.store import Store


def allowlist_file(config: Path | None, store: Store | None) -> tuple[bytes, str] | None:
    """The allowlist's text and its name: the file, else the bucket's; None where there is none.

    Raises:
        OSError: the file cannot be read.
        StoreError: the bucket cannot be read.
    """
    if config:
        return config.read_bytes(), str(config)
    stored = store.find(ALLOWLIST) if store else None
    return (stored.body, store.address(ALLOWLIST)) if store and stored else None


def rules_in_force(
    store: Store | None, results: Path | None, allowlist: Allowlist | None, first: date
) -> RulesInForce:
    """Read what is in force: of a folder of results, else of the bucket, else nothing is known.

    Args:
        store: the bucket.
        results: the folder.
        allowlist: what people ask for.
        first: the day to which builds are read back, to know since when rules are in force.

    Raises:
        StoreError: no build is in force, or a file of it is damaged.
        OSError: a file cannot be read.
    """
    own = OwnNetworks.of(allowlist) if allowlist else OwnNetworks()
    if results:
        found = rules_in_folder(results)
        made = time_of_build(found.build)
        presence = Presence(made.date() if made else None)
    elif store:
        found, presence = rules_of_build(store), read_presence(store, first)
    else:
        return RulesInForce(own=own, allowlist=allowlist)
    return RulesInForce(
        source=found.source,
        prefix=found.prefix,
        by_sid={rule.sid: rule for rule in found.rules},
        own=own,
        presence=presence,
        allowlist=allowlist,
    )
