"""All that a build needs from the bucket: the newest feeds, people's files, what was before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.bucket import (
    ALLOW_SHRINK,
    ALLOWLIST,
    COUNTED,
    FIRED,
    build_key,
    rules_name,
)
from rules_lib.errors import RulesyncError, StoreError
from rules_lib.feed.in_use import (
    FeedsInUse,
    FilesInUse,
    archive_in_bucket,
    feeds_in_use,
    files_in_use,
)
from rules_lib.feed.newest import stored_manifest
from rules_lib.inputs import Inputs
from rules_lib.model import FeedFile
from rules_lib.own.files import OwnFiles, own_in_bucket
from rules_lib.reading.ruleset import Ruleset
from rules_lib.reading.sids import sids_in
from rules_lib.stages.read_needed import read_needed
from rules_lib.staging_record import NO_RECORD, StagingRecord
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules
from rules_lib.state.latest import Latest
from rules_lib.state.refusals import Refusals
from rules_lib.state.staging import StagingFile, known_of_staging
from rules_lib.state.statefile import Seen

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.store import Store
    from rules_lib.feed.manifest import Manifest
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.state.used_release import UsedRelease
    from rules_lib.sync.traces import Traces

Reading: TypeAlias = Callable[[Iterable[FeedFile], Allowlist], Ruleset]
"""What makes rules of files; how much of each rule it reads is its own affair."""

_NOT_SEEN: Final[Seen[StagingFile]] = Seen()


@dataclass(frozen=True, slots=True)
class Draft:
    """An allowlist as text.

    Attributes:
        source: names it in errors.
        allow_shrink: whoever uploaded it means what it takes away.
    """

    text: bytes
    source: str
    allow_shrink: bool = False

    @property
    def sha256(self) -> str:
        """Identifies it."""
        return hashlib.sha256(self.text).hexdigest()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the bucket says.

    Attributes:
        feeds: those that people want, with their newest releases.
        files: theirs, people's own first.
        seen: every category that these or earlier releases had.
        refusals: what the service refused before.
        draft: the allowlist as text.
        own: people's own files, and what lies beside them.
        allow_shrink: the allowlist was uploaded with leave to shrink, and is not applied yet.
        latest: the newest applied build; None before the first.
        latest_etag: by which it is known whether another build has ended since.
        lost: warnings of refusals that cannot be read.
        staging: what was recorded of staged rules.
        published: name -> text of a group as the newest applied build wrote it; empty where that
            cannot be had.
        fired: when each rule last fired.
        counted: how far alert logs are counted; nothing is there where they never were.
        folder: in which a target's files are; empty where the bucket is that of a single stack.
        departed: finds the rules of feeds that people no longer want (see `Inputs`).
        traces: of all this, from before it was read; None where nobody looked.
    """

    feeds: FeedsInUse
    files: FilesInUse
    allowlist: Allowlist
    seen: frozenset[str]
    refusals: Refusals
    draft: Draft
    own: OwnFiles
    allow_shrink: bool = False
    latest: Latest | None = None
    latest_etag: str | None = None
    lost: tuple[str, ...] = ()
    staging: Seen[StagingFile] = _NOT_SEEN
    published: Callable[[str], str] = field(default=lambda _: "", compare=False)
    fired: Seen[FiredRules] = field(default_factory=Seen)
    counted: Seen[Counted] = field(default_factory=Seen)
    folder: str = ""
    departed: Callable[[], Mapping[int, str]] = field(default=dict, compare=False)
    traces: Traces | None = None

    @property
    def manifest(self) -> Manifest:
        """The release of the first feed."""
        return self.feeds.first.manifest

    @property
    def read_from(self) -> str:
        """Identifies all that the rules are read from: feeds, own rules, and what is asked for."""
        feeds = [(feed.origin, feed.entry.prefix, feed.manifest.sha256) for feed in self.feeds]
        told = repr((feeds, self.own.sha256, self.draft.sha256))
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories at hand, in order."""
        return (*(file.category for file in self.files.own), *self.feeds.categories)


def gather(store: Store, draft: Draft | None = None, own: OwnFiles | None = None) -> Gathered:
    """Read the bucket: always the newest release of each feed, whichever event asks.

    Args:
        store: the bucket.
        draft: stands in for the bucket's allowlist.
        own: stand in for the bucket's `local/`.

    Raises:
        StoreError: there is no feed or no allowlist yet, or the bucket cannot be read.
        AllowlistError: the allowlist has errors.
        FeedListError: the list of feeds has.
        RefusedError: two files of people's own, or two feeds, come to one category.
    """
    newest = Latest.see(store)  # first: whatever ends after this is noticed
    latest, staging = newest.file, StagingFile.see(store)
    feeds = feeds_in_use(store)
    own = own_in_bucket(store) if own is None else own
    seen = frozenset((*(latest.categories_seen if latest else ()), *feeds.categories))
    known = {*seen, *(file.category for file in own.files)}
    draft = draft or _in_bucket(store)
    refusals = Refusals.see(store)
    return Gathered(
        feeds=feeds,
        files=files_in_use(store, feeds, own.files),
        allowlist=load_allowlist(
            draft.text, source=draft.source, known=known, may_come=feeds.may_bring
        ),
        seen=seen,
        refusals=refusals.file or Refusals({}),
        draft=draft,
        own=own,
        allow_shrink=draft.allow_shrink and (not latest or latest.allowlist != draft.sha256),
        latest=latest,
        latest_etag=newest.etag,
        lost=refusals.warnings,
        staging=staging,
        published=partial(_published, store, latest.build if latest else ""),
        fired=FiredRules.see(store),
        counted=Counted.see(store),
        folder=folder_of(store),
        departed=partial(_departed, store, latest, feeds.names),
    )


def inputs_of(
    gathered: Gathered, firewall: Firewall, day: date, reading: Reading = read_needed
) -> Inputs:
    """Read the rules, and what is deployed: then all is there that a build depends on.

    Args:
        gathered: what the bucket says.
        firewall: what is there under the allowlist's prefix.
        day: of the build, in UTC.
        reading: how much of each rule is read.

    Raises:
        FirewallError: the firewall cannot be read.
    """
    deployed = firewall.deployed()
    prefix = gathered.allowlist.firewall.prefix
    return Inputs(
        ruleset=reading(gathered.files, gathered.allowlist),
        allowlist=gathered.allowlist,
        day=day,
        deployed=deployed,
        refusals=gathered.refusals.words,
        staging=_staging(gathered, deployed),
        fired=gathered.fired.file.of(prefix) if gathered.fired.file else {},
        hits_unknown=hits_gap(gathered.counted, gathered.fired, day, gathered.folder),
        departed=gathered.departed(),
    )


def _staging(gathered: Gathered, deployed: Deployed) -> StagingRecord:
    """What is known of staged rules, with the groups that somebody took away."""
    if not gathered.allowlist.stages_rules:
        return NO_RECORD
    latest, there = gathered.latest, {group.name for group in deployed.groups}
    gone = [name for name in (latest.groups if latest else ()) if name not in there]
    return replace(
        known_of_staging(gathered.staging, latest),
        edited=latest is not None and latest.allowlist != gathered.draft.sha256,
        missing=tuple(filter(None, map(gathered.published, gone))),
    )


def _published(store: Store, build: str, group: str) -> str:
    """The text of a group as a build wrote it; what is not text any more counts as none."""
    stored = store.find(build_key(build, rules_name(group))) if build else None
    return stored.body.decode(errors="replace") if stored else ""


def folder_of(store: Store) -> str:
    """The folder in which a target's files are; empty where the bucket is that of a single stack.

    Args:
        store: a bucket, or a target's part of it.
    """
    return store.address(COUNTED).removeprefix(f"s3://{store.bucket}/").removesuffix(COUNTED)


def hits_gap(counted: Seen[Counted], fired: Seen[FiredRules], day: date, folder: str = "") -> str:
    """Why it is not known what fired lately; empty where it is, or where nobody counts.

    Args:
        counted: how far alert logs are counted.
        fired: what was found.
        day: of the build, in UTC.
        folder: see `folder_of`.
    """
    if counted.etag is None:
        return ""
    missing = "is missing, or cannot be read; the next count makes it again"
    if counted.file is None:
        return f"{folder}{COUNTED} {missing}"
    gap = counted.file.gap(day, f"{folder}{COUNTED}")
    return gap or ("" if fired.file is not None else f"{folder}{FIRED} {missing}")


def _departed(store: Store, latest: Latest | None, wanted: Collection[str]) -> dict[int, str]:
    """The rules of feeds that the build in force was made with, and that nobody wants any more.

    Args:
        store: the bucket.
        latest: that build.
        wanted: names of the feeds in the list.
    """
    gone = [one for one in (latest.made_from if latest else ()) if one.name not in wanted]
    return {sid: one.name for one in gone for sid in _sids_of(store, one)}


def _sids_of(store: Store, release: UsedRelease) -> Iterator[int]:
    """The sids of a release; none where it is gone, as they only tell a cause."""
    try:
        if manifest := stored_manifest(store, release.version, release.name):
            for file in archive_in_bucket(store, manifest):
                yield from sids_in(file.data)
    except RulesyncError:
        return


def _in_bucket(store: Store) -> Draft:
    stored = store.find(ALLOWLIST)
    if stored is None:
        raise StoreError(
            f"{store.address(ALLOWLIST)} does not exist: upload one, for instance with "
            "`rulesync push`"
        )
    allowed = stored.metadata.get(ALLOW_SHRINK) == "true"
    return Draft(stored.body, store.address(ALLOWLIST), allowed)
