"""The rules that a build published, with what people ask of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ValidationError

from rules_lib.bucket import (
    CHANGED,
    GROUPS,
    LATEST,
    RULE_GROUPS,
    SUMMARY,
    build_key,
)
from rules_lib.errors import StoreError
from rules_lib.report.feed_words import feeds_in_words
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.applied import applied_build
from rules_lib.state.groupfile import Restored, read_groups
from rules_lib.state.latest import Latest
from rules_lib.state.used_release import releases_of
from rules_lib.why import Without
from rulesync_cli.cves import cves_in
from rulesync_cli.history.homes import homes_in_feeds

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.groups.rule_group import Group
    from rules_lib.outcome import Converted
    from rules_lib.state.used_release import UsedRelease


class PublishedRule(NamedTuple):
    """One rule as a build published it.

    Attributes:
        severity: of its metadata, as the allowlist's `drop_when` sees it; empty where none.
        confidence: likewise.
        updated_at: likewise, as `YYYY_MM_DD`.
        category: of the feed, or of people's own; empty where the build does not say.
        group: the rule group in which it stands.
        priority: of that group.
        rule: its text.
    """

    sid: int
    rev: int
    action: str
    severity: str
    confidence: str
    updated_at: str
    category: str
    group: str
    priority: int
    msg: str
    rule: str

    @property
    def cves(self) -> tuple[str, ...]:
        """Every CVE that it names, as `CVE-2021-44228`, in order."""
        return cves_in(self.rule)


class StagedRecord(BaseModel):
    """As `changed.jsonl` has it of a staged rule; days as 2026-11-24.

    Attributes:
        since: the first day of its time.
        until: from then on it drops; None where it fired and alerts until people decide.
        fired: the newest day on which it fired.
    """

    since: str
    until: str | None = None
    fired: str | None = None

    def __str__(self) -> str:
        """What comes next."""
        fired = f", fired {self.fired}" if self.fired else ""
        return f"drops from {self.until}{fired}" if self.until else f"stays an alert{fired}"


class ExceptionRecord(BaseModel):
    """As `changed.jsonl` has an exception."""

    not_from: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    until: date | None = None
    why: str = ""

    def __str__(self) -> str:
        """What it takes out, until when and why."""
        return str(Without(self.not_from, self.not_to, self.until, self.why))


class RuleStanding(BaseModel):
    """What is so with a rule for now; a line of `changed.jsonl`."""

    sid: int
    staged: StagedRecord | None = None
    exceptions: tuple[ExceptionRecord, ...] = ()

    def __str__(self) -> str:
        """All of it."""
        return "; ".join(map(str, (*([self.staged] if self.staged else ()), *self.exceptions)))


@dataclass(frozen=True, slots=True)
class PublishedRules:
    """What a build published, in the order of inspection.

    Attributes:
        source: names it for people.
        build: its id.
        feed: version of its first feed.
        prefix: of its rule groups' names.
        releases: of all feeds.
        feeds: category -> name of its feed, where several are in use; else empty.
        standing: sid -> what else is so with the rules that are staged or have exceptions.
    """

    source: str
    build: str
    feed: str
    rules: tuple[PublishedRule, ...]
    prefix: str
    standing: Mapping[int, RuleStanding] = field(default_factory=dict)
    releases: tuple[UsedRelease, ...] = ()
    feeds: Mapping[str, str] = field(default_factory=dict)

    @property
    def named_feeds(self) -> str:
        """The releases in words: `feed 1002`, or `feeds et/open 1002, ours 7`."""
        return feeds_in_words(self.releases, self.feed or "-")

    def feed_of(self, category: str) -> str:
        """The name of a category's feed, where several are in use; empty for people's own."""
        return self.feeds.get(category, "")


def rules_of_build(store: Store, build: str = "") -> PublishedRules:
    """Read what a build published; the one in force where none is named.

    Raises:
        StoreError: there is no such build, it was not applied, or a file of it is damaged.
    """
    build = build or build_in_force(store)
    applied = applied_build(store, build)
    changed = store.find(build_key(build, CHANGED))
    summary, altered = applied.summary, changed.body if changed else b""
    rules = _published(applied.restored, summary, altered)
    return PublishedRules(
        source=f"build {build}",
        build=build,
        feed=summary.feed.version or "",
        rules=_at_home(rules, store, releases_of(summary)),
        prefix=applied.restored.prefix,
        standing=_standing(altered),
        releases=releases_of(summary),
        feeds=feeds_by_category(summary),
    )


def feeds_by_category(summary: Summary) -> Mapping[str, str]:
    """Category -> name of its feed; empty where no more than one feed is in use."""
    if len(summary.feeds) < 2:  # noqa: PLR2004 - several
        return {}
    return {category: feed.name for feed in summary.feeds for category in feed.categories}


def _at_home(
    rules: tuple[PublishedRule, ...], store: Store, releases: Sequence[UsedRelease]
) -> tuple[PublishedRule, ...]:
    """The rules with the categories that the build did not record, where the feeds tell them."""
    astray = {rule.rule for rule in rules if not rule.category}
    homes = homes_in_feeds(store, releases, astray) if astray else {}
    return tuple(
        rule if rule.category else rule._replace(category=homes.get(rule.rule, ""))
        for rule in rules
    )


def build_in_force(store: Store) -> str:
    """The id of the build whose rules are in force.

    Raises:
        StoreError: no build has been applied yet.
    """
    latest = Latest.find(store)
    if latest is None:
        raise StoreError(
            f"{store.address(LATEST)} does not exist: no build has been applied yet. "
            "`rulesync status` shows the next step."
        )
    return latest.build


def rules_in_folder(folder: Path) -> PublishedRules:
    """Read what a folder of results of `rulesync local` has.

    Raises:
        StoreError: see `groups_in_folder`; or a file of it is damaged.
        OSError: a file cannot be read.
    """
    restored, summary = groups_in_folder(folder)
    changed = (folder / CHANGED).read_bytes()
    return PublishedRules(
        source=str(folder),
        build=summary.build_id,
        feed=summary.feed.version or "",
        rules=_published(restored, summary, changed),
        prefix=restored.prefix,
        standing=_standing(changed),
        releases=releases_of(summary),
        feeds=feeds_by_category(summary),
    )


def groups_in_folder(folder: Path) -> tuple[Restored, Summary]:
    """Read the rule groups of a folder of results of `rulesync local`, and its summary.

    Raises:
        StoreError: it is no such folder, its sync was not applied, or a file of it is damaged.
        OSError: a file cannot be read.
    """
    file = folder / GROUPS
    if not file.is_file():
        inside = sorted(one.parent for one in folder.glob(f"*/{GROUPS}"))
        advice = f"; did you mean {inside[-1]}?" if inside else ""
        raise StoreError(f"{folder} has no {GROUPS}, as a folder of `rulesync local` has{advice}")
    summary = read_summary((folder / SUMMARY).read_bytes(), str(folder / SUMMARY))
    if summary.cause is not None:
        raise StoreError(f"{folder}: the sync {summary.status}: {summary.cause}")
    texts = {
        path.stem: path.read_text(encoding="utf-8", errors="replace")
        for path in (folder / RULE_GROUPS).glob("*.rules")
    }
    return read_groups(file.read_bytes(), texts, str(file)), summary


def _published(restored: Restored, summary: Summary, changed: bytes) -> tuple[PublishedRule, ...]:
    homes = _categories(changed)
    only = {
        group.name: group.categories[0] for group in summary.groups if len(group.categories) == 1
    }
    return tuple(
        published_rule(rule, group, homes.get(rule.sid) or only.get(group.name, ""))
        for group in restored.groups
        for rule in group.rules
    )


def published_rule(rule: Converted, group: Group, category: str) -> PublishedRule:
    """A rule of a group, as this module tells it."""
    read = rule.rule
    return PublishedRule(
        sid=rule.sid,
        rev=read.rev,
        action=rule.action,
        severity=read.severity,
        confidence=read.confidence,
        updated_at=read.updated_at,
        category=category,
        group=group.name,
        priority=group.priority,
        msg=read.msg,
        rule=rule.text,
    )


def _standing(changed: bytes) -> Mapping[int, RuleStanding]:
    """Sid -> what else is so with a rule, of the few that are staged or have exceptions."""
    lines = (
        line for line in BytesIO(changed) if b'"staged": {' in line or b'"exceptions": [' in line
    )
    try:
        found = [RuleStanding.model_validate_json(line) for line in lines]
    except ValidationError as error:
        raise StoreError(f"{CHANGED}: not in the form of this version: {error}") from error
    return {one.sid: one for one in found if one.staged or one.exceptions}


def _categories(changed: bytes) -> Mapping[int, str]:
    """Sid -> category of every rule that was altered, which nearly all of a feed are."""
    return dict(_home(line) for line in BytesIO(changed))


def _home(line: bytes) -> tuple[int, str]:
    try:
        record = json.loads(line)
        return record["sid"], record["category"]
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{CHANGED}: not in the form of this version: {error}") from error
