"""What an earlier build has read of the rules, for builds and for whoever looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.reading.recall import Recall
from rules_lib.state.read_rules import keep_in, kept_in
from rules_lib.sync.code_digest import code_digest

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.sync.gather import Gathered

_MANY: Final = 5_000
"""Rules that take longer to read than what was kept of them, which is one call to S3 more."""


def recall_of(store: Store, gathered: Gathered) -> Recall | None:
    """What an earlier build has read; None of small feeds, which are read before it is there."""
    rules = sum(manifest.total.enabled for manifest in gathered.feeds.manifests)
    return Recall(lambda: kept_in(store, code_digest())) if rules >= _MANY else None


def keep_for_later(store: Store, recall: Recall | None) -> None:
    """Keep what a build has read, where that is worth it."""
    if recall:
        keep_in(store, recall, code_digest())
