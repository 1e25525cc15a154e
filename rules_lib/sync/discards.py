"""Discards at rest: a copy of each build's discarded rules by day, for SQL over many builds.

    discarded/day=2026-11-24/20261124T025039Z-3f082e8a.jsonl

Nothing else lies under the prefix, as Athena reads every object below a table's location. A row is
one discarded rule of one build, so a question about a day or a build is a plain `WHERE`. A build
whose discards are those of the newest copy of the same day writes none: copies are one a day, and
one for each change. A day on which nothing has changed repeats the newest copy of the day before,
under the id of the build that made it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import discards_folder, discards_key
from rules_lib.model import Rule
from rules_lib.outcome import Discarded
from rules_lib.report.records import (
    DISCARDED_FIELDS,
    FEED_FIELD,
    discarded_members,
    feed_of,
    json_value,
)

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.aws.store import Store
    from rules_lib.build import Built
    from rules_lib.sync.gather import Gathered
    from rules_lib.world import World

COLUMNS: Final = ("build", "version", *DISCARDED_FIELDS, "severity", "variables", FEED_FIELD)
"""The fields of a row: the build, the version of the rule's feed, the discarded rule, its
`signature_severity`, the variables that would bring it back, and its feed; of people's own rules
the version is that of the first feed."""


def keep_discards(world: World, gathered: Gathered, built: Built) -> str:
    """Store the build's discards under its day, unless the day's newest copy has the same.

    Returns:
        The mark by which `latest.json` knows what the newest copy holds.
    """
    versions = {feed.entry.name: feed.manifest.version for feed in gathered.feeds}
    day = world.day.isoformat()
    mark = _mark(day, rows(built.discarded, "", versions))
    if gathered.latest is None or gathered.latest.discards != mark:
        lines = rows(built.discarded, world.build_id, versions)
        world.store.put(discards_key(day, world.build_id), lines)
    return mark


def repeat_discards(store: Store, day: date, later: date) -> None:
    """Store the newest copy of a day under a later one too, on which no build had to make one.

    Raises:
        StoreError: the copies may not be listed, read or written.
    """
    before, after = discards_folder(day.isoformat()), discards_folder(later.isoformat())
    if copies := store.entries(before):
        newest = copies[-1].key
        store.put(newest.replace(before, after), store.get(newest), only_if_absent=True)


def rows(
    discarded: Iterable[Discarded], build_id: str, versions: Mapping[str, str]
) -> Iterator[bytes]:
    """One line a discarded rule, with `COLUMNS`.

    Args:
        discarded: the rules.
        build_id: of the build.
        versions: feed -> version of its release, the first feed's first.
    """
    first = next(iter(versions.values()), None)
    for item in discarded:
        feed = feed_of(item)
        version = versions.get(feed, first) if feed else first
        rule = item.rule if isinstance(item.rule, Rule) else None
        severity = (rule.severity or None) if rule else None
        yield (
            f'{{"build": {json_value(build_id)}, "version": {json_value(version)}, '
            f'{discarded_members(item)}, "severity": {json_value(severity)}, '
            f'"variables": {json.dumps(item.missing)}, "{FEED_FIELD}": {json_value(feed)}}}\n'
        ).encode("ascii")


def _mark(day: str, lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256(day.encode())
    for line in lines:
        digest.update(line)
    return digest.hexdigest()
