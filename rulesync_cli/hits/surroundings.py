"""What is known beside the hits: the rules in force, and which hosts are people's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rules_lib.allowlist import load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.bucket import ALLOWLIST
from rules_lib.hits.hosts import OwnNetworks
from rulesync_cli.history.published import rules_in_folder, rules_of_build
from rulesync_cli.hits.views import RulesInForce

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.aws.store import Store
    from rulesync_cli.history.published import PublishedRules


def allowlist_file(config: Path | None, store: Store | None) -> tuple[bytes, str] | None:
    """The allowlist's text and its name: the file, else the bucket's; None where there is none.

    Raises:
        OSError: the file cannot be read.
        StoreError: the bucket cannot be read.
    """
    if config:
        return config.read_bytes(), str(config)
    stored = store.find(ALLOWLIST) if store else None
    return (stored.body, f"s3://{store.bucket}/{ALLOWLIST}") if store and stored else None


def as_it_is(text: bytes, source: str) -> Allowlist:
    """Read an allowlist; whether a feed has its categories is `rulesync check`'s to say.

    Raises:
        AllowlistError: it has other errors.
    """
    return load_allowlist(text, source=source, known=read_document(text).mapping("categories"))


def rules_in_force(
    store: Store | None, results: Path | None, allowlist: Allowlist | None
) -> RulesInForce:
    """Read what is in force: of a folder of results, else of the bucket, else nothing is known.

    Raises:
        StoreError: no build is in force, or a file of it is damaged.
        OSError: a file cannot be read.
    """
    own = OwnNetworks.of(allowlist) if allowlist else OwnNetworks()
    found = _published(store, results)
    if found is None:
        return RulesInForce(own=own)
    return RulesInForce(
        source=found.source,
        prefix=found.prefix,
        by_sid={rule.sid: rule for rule in found.rules},
        own=own,
    )


def _published(store: Store | None, results: Path | None) -> PublishedRules | None:
    if results:
        return rules_in_folder(results)
    return rules_of_build(store) if store else None
