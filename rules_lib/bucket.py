"""The bucket: every key in it, once. Who writes which, and what it is for, stands in docs/files.md.

`template.yaml` names the same keys: what a role may read and write, what starts a build, and what
expires.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Final

ALLOWLIST: Final = "config/categories.yaml"
"""What people want."""

FEEDS: Final = "config/feeds.yaml"
"""Which feeds people want, in the order of their precedence; without it, one."""

TARGETS_FILE: Final = "config/targets.yaml"
"""The accounts and regions that one stack serves; without it, its own alone."""

TARGETS: Final = "targets/"
"""A folder for each target, in which everything is that the bucket has for one stack."""

EDITIONS: Final = "editions/"
"""What targets take, a folder each: people's files as they were, and which feeds."""

EDITION: Final = "edition.json"
"""In the folder of an edition, written last: what it has."""

ALLOW_SHRINK: Final = "rulesync-allow-shrink"
"""Metadata of an uploaded allowlist: `true` where what it takes away is meant."""

STARTED_BY: Final = "rulesync-started-by"
"""Metadata of a build's files: what or who started it."""

USED_ALLOWLIST: Final = "rulesync-allowlist"
"""Metadata of a build's files: SHA-256 of the allowlist that it was made with, if it was read."""

LOCAL: Final = "local/"
"""People's own rules, a file each."""

RAW: Final = "raw/"
"""Every release of every feed ever fetched, a folder each."""

ARCHIVE: Final = "emerging.rules.tar.gz"
"""What an archive is called that is a packed tarball, as the usual feed is."""

BUILDS: Final = "builds/"
"""What each build leaves, a folder each."""

SUMMARY: Final = "summary.json"
PLAN: Final = "plan.json"
GROUPS: Final = "groups.json"
DISCARDED: Final = "discarded.jsonl"
DISCARDED_SHEET: Final = "discarded.csv"
CHANGED: Final = "changed.jsonl"
REPORT: Final = "report.html"
LICENCES: Final = "LICENCES.txt"
RULE_GROUPS: Final = "rule-groups/"
"""In the folder of a build, as those before: its groups' rules, a file each."""

DISCARDS: Final = "discarded/"
"""The discarded rules once more, by day: nothing else lies there, as a table is read from it."""

LATEST: Final = "latest.json"
"""Points at the newest applied build; moved last."""

HITS: Final = "hits/"
"""What fired, an object for each day; it may name addresses, and expires."""

HIT_QUERIES: Final = "hit-queries/"
"""Where Athena puts the answers to what it is asked of alert logs; they expire within days."""

STATE: Final = "state/"
"""What the functions remember from one run to the next."""

HOLD: Final = "state/hold.json"
"""There while a rollback holds; no sync changes anything then."""

REFUSALS: Final = "state/refusals.json"
"""What the service said of rules that it refused, so that it is not asked again."""

STAGING: Final = "state/staging.json"
"""Since when rules alert that are to drop later, and which rules left a short while ago."""

SETTLED: Final = "state/settled.json"
"""There once a build left nothing to do: what the next one would read."""

READ_RULES: Final = "state/read-rules.json.gz"
"""What a build has read of a large feed, so that the next one reads only what is new."""

COUNTED: Final = "state/hits.json"
"""There once alert logs were to be counted: how far they are, and what stands in the way."""

FIRED: Final = "state/fired.json"
"""When each rule last fired, without addresses."""

FEED_STATES: Final = "state/feeds.json"
"""What became of each feed of the list when it was asked for last."""

FEEDS_TAKEN: Final = "state/feeds-taken.json"
"""Written once a new list of feeds was fetched by; its arrival starts a build."""

STANDING: Final = "state/standing.json"
"""Of a target: what it has in force since when, and what went wrong."""

REMOVED: Final = "state/removed.json"
"""Of a target that people took out of the file: where its rule groups are, or were."""

COPIED_FROM: Final = "state/copied-from.json"
"""Of a target that was renamed, or took the place of the stack: what its folder was copied from."""

PROMOTED: Final = "state/promoted.json"
"""Which editions people let a ring, or a target, have before its time."""

FLEET_SUMMARY: Final = "targets/summary.json"
FLEET_REPORT: Final = "targets/report.html"
"""Of all targets together, each replaced by every run."""

NEWEST_EDITION: Final = "state/edition.json"
"""The newest edition."""

RINGS: Final = "state/rings.json"
"""Which edition the targets of each ring may take."""

TURN: Final = "state/turn.json"
"""There while a build of the function runs."""

ASKED: Final = "state/asked.json"
"""Written by a build that gives way."""

TOLD: Final = "state/told-"
"""How keys begin of what people were told last."""

_BUILD_TIME: Final = "%Y%m%dT%H%M%SZ"
_MANIFEST: Final = "manifest.json"
_DAY_OF_HITS: Final = ".jsonl.gz"

EXPIRES: Final = "rulesync-expires"
"""Tag of what expires below `targets/`; see `expiry_of`."""

_CONFIG: Final = "config/"
_EXPIRING: Final = (BUILDS, DISCARDS, HITS)

_TYPES: Final = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".rules": "text/plain",
    ".tar": "application/x-tar",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
}
_OTHER: Final = "application/octet-stream"


def own_key(file: str) -> str:
    """Name the object of a file of people's own."""
    return f"{LOCAL}{file}"


def archive_key(feed: str, version: str, archive: str = ARCHIVE) -> str:
    """Name the object that holds the archive of a feed's version; see `manifest_key`."""
    return f"{_release(feed, version)}{archive}"


def manifest_key(feed: str, version: str) -> str:
    """Name the object that holds the manifest of a feed's version.

    Args:
        feed: its name, such as `et/open`; empty for where releases lay before feeds had names.
        version: which no other release of the feed has.
    """
    return f"{_release(feed, version)}{_MANIFEST}"


def feed_folder(feed: str) -> str:
    """Begin the keys of a feed's releases; also those of a feed whose name begins with its own."""
    return f"{RAW}{feed}/" if feed else RAW


def is_manifest_key(key: str) -> bool:
    """Tell whether an object of the bucket is the manifest of a release."""
    return key.startswith(RAW) and key.endswith(f"/{_MANIFEST}")


def feed_of_manifest_key(key: str) -> str:
    """Tell whose release a manifest is about; empty where it lies as before feeds had names."""
    return key.removeprefix(RAW).removesuffix(f"/{_MANIFEST}").rpartition("/")[0]


def build_key(build_id: str, name: str) -> str:
    """Name an object of a build."""
    return f"{BUILDS}{build_id}/{name}"


def build_stamp(began: datetime) -> str:
    """How the id of a build begins, before a hyphen."""
    return began.strftime(_BUILD_TIME)


def time_of_build(build_id: str) -> datetime | None:
    """When a build began, UTC, by its id; None where the id is none of ours."""
    try:
        return datetime.strptime(build_id.partition("-")[0], _BUILD_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def rules_name(group: str) -> str:
    """Name the file of a group's rules in the folder of a build."""
    return f"{RULE_GROUPS}{group}.rules"


def discards_folder(day: str) -> str:
    """Name the folder of a day's discards; Athena reads the day off it.

    Args:
        day: as `2026-11-24`.
    """
    return f"{DISCARDS}day={day}/"


def discards_key(day: str, build_id: str) -> str:
    """Name the object that holds a build's discards for SQL.

    Args:
        day: as `2026-11-24`.
        build_id: of that day; or of an earlier one, where nothing has changed since.
    """
    return f"{discards_folder(day)}{build_id}.jsonl"


def hits_key(day: str) -> str:
    """Name the object of a day's hits; its writer replaces it until the day is closed.

    Args:
        day: UTC, as `2026-11-24`.
    """
    return f"{HITS}{day}{_DAY_OF_HITS}"


def day_of_hits_key(key: str) -> str:
    """Tell which day an object under `hits/` is about; empty where it is none of these."""
    return key.removeprefix(HITS).removesuffix(_DAY_OF_HITS) if key.endswith(_DAY_OF_HITS) else ""


def last_notice_key(service: str) -> str:
    """Name the object of what people were told; each function has its own, as roles differ."""
    return f"{TOLD}{service}.json"


def is_peoples(key: str) -> bool:
    """Tell whether an object is what people wrote: `config/…`, `local/…`."""
    return key.startswith((_CONFIG, LOCAL))


def target_key(name: str, key: str) -> str:
    """Name an object of a target; `key` is what it is called in the bucket of a single stack."""
    return f"{TARGETS}{name}/{key}"


def edition_key(edition: str, key: str) -> str:
    """Name an object of an edition; `key` is what it is called at the top of the bucket."""
    return f"{EDITIONS}{edition}/{key}"


def expiry_of(key: str) -> str:
    """After which folder an object of a target expires; empty where it stays, or is no target's.

    A lifecycle rule takes one prefix, and each target has a folder of its own: so the rule goes by
    this word, which the object has as its tag.
    """
    name, _, own = key.removeprefix(TARGETS).partition("/")
    folder = f"{own.partition('/')[0]}/"
    return folder.rstrip("/") if key.startswith(TARGETS) and name and folder in _EXPIRING else ""


def media_type(key: str) -> str:
    """Tell what an object is by the ending of its name; text that we write is UTF-8."""
    found = _TYPES.get(PurePosixPath(key).suffix, _OTHER)
    ours = key.startswith((BUILDS, TARGETS)) and found.startswith("text/")
    return f"{found}; charset=utf-8" if ours else found


def _release(feed: str, version: str) -> str:
    return f"{feed_folder(feed)}{version}/"
