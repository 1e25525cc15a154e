"""The last applied build, as far as a report needs it to say what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from rules_lib.bucket import DISCARDED, build_key
from rules_lib.errors import StoreError
from rules_lib.report.feed_words import versions_in_words
from rules_lib.report.since import Earlier
from rules_lib.sync.releases import used_releases

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.deploy.steps import Plan
    from rules_lib.sync.gather import Gathered


class _Discard(BaseModel):
    """What is asked of a line of `discarded.jsonl`; so read it takes half the time of `json`."""

    sid: int | None
    reason: str


def earlier_build(store: Store, gathered: Gathered, plan: Plan) -> Earlier | None:
    """Name the newest applied build and what it discarded; None before the first.

    Its discards are read only where something is different: a sync that has nothing to do reads
    no more than it must.
    """
    latest = gathered.latest
    if latest is None:
        return None
    read = used_releases(gathered.feeds), gathered.draft.sha256
    same = not plan.changes and (latest.made_from, latest.allowlist) == read
    discards = None if same else _discards(store, latest.build)
    return Earlier(latest.build, versions_in_words(latest.made_from), discards)


def _discards(store: Store, build: str) -> Mapping[int, str] | None:
    """Sid -> reason; None where they cannot be had: a report is no cause to fail a sync."""
    try:
        stored = store.find(build_key(build, DISCARDED))
        return discards_in(stored.body) if stored else None
    except (StoreError, ValidationError):
        return None


def discards_in(lines: bytes) -> dict[int, str]:
    """Read `discarded.jsonl` back: sid -> reason, without the rules that have no sid."""
    records = map(_Discard.model_validate_json, lines.splitlines())
    return {record.sid: record.reason for record in records if record.sid is not None}
