"""What people are told of a sync, in a subject and a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import REPORT, SUMMARY, build_key
from rules_lib.errors import (
    ConfigError,
    FeedError,
    FeedsError,
    RulesyncError,
    SettingsError,
    SyncError,
    root_of,
)
from rules_lib.notify.next_steps import next_steps
from rules_lib.report.feed_words import feeds_in_words
from rules_lib.report.measures import is_refusal
from rules_lib.text import count, counted, share, visible, visible_lines

if TYPE_CHECKING:
    from rules_lib.report.changes import CategoryChange, FirstRules
    from rules_lib.report.place import StackPlace
    from rules_lib.report.staging import StagingFacts
    from rules_lib.report.summary import Summary

SUBJECT_CHARACTERS: Final = 100
"""The most that SNS takes; ASCII, without control characters."""

_LINES: Final = 15
"""How many categories, or warnings, are told; the report has them all."""

_EARLY: Final = (SettingsError, ConfigError, FeedError)
"""Errors that end a build before it writes a rule group."""

_CALLED: Final = {"hits": "count of hits"}
"""What people call a function's work, where it is not the function's name."""

_WARNING: Final = 300
_CAUSE: Final = 4_000
"""Characters of one warning, and of a cause: a message has room for 256 KB, a reader has not."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told."""

    subject: str
    text: str


def notice_of_build(summary: Summary, place: StackPlace) -> Notice | None:
    """Say what a build changed; None where there is nothing that people have to know.

    Args:
        summary: of a build that was carried out.
        place: where the build's files are.
    """
    if not (summary.calls or summary.waiting or summary.staging.is_news):
        return None
    headline = "; ".join(_headline(summary))
    if summary.waiting:
        headline = f"{count(summary.waiting)} not yet judged; {headline}"
    return notice_of(headline, _of_build(summary, place))


def notice_of_failure(service: str, error: RulesyncError, place: StackPlace) -> Notice:
    """Say that a fetch or a build failed or was refused, why, and what to do."""
    what = "was refused" if is_refusal(error) else "failed"
    cause = visible_lines(str(error))
    headline = cause.partition("\n")[0]
    return notice_of(
        f"the {_CALLED.get(service, service)} {what}: {headline}",
        _of_failure(what, cause, error, place),
    )


def _headline(summary: Summary) -> Iterator[str]:
    """What protects less comes first: a subject may be cut at its end."""
    changes, staging = summary.changes, summary.staging
    if number := changes.unblocks.number:
        yield f"{counted(number, 'rule')} no longer {'blocks' if number == 1 else 'block'}"
    if number := changes.passes.number:
        yield f"{counted(number, 'rule')} newly {'passes' if number == 1 else 'pass'}"
    if staging.fired.number:
        yield f"{counted(staging.fired.number, 'staged rule')} fired"
    if staging.ending:
        ends = "ends" if len(staging.ending) == 1 else "end"
        yield f"{counted(len(staging.ending), 'exception')} {ends}"
    yield _counts(changes.total)
    yield f"{count(changes.drops.number)} newly drop"


def notice_of(subject: str, lines: Iterator[str]) -> Notice:
    """A notice with a subject that SNS takes."""
    line = f"rulesync: {visible(subject)}".encode("ascii", "replace").decode()
    return Notice(_cut(line, SUBJECT_CHARACTERS, "..."), "\n".join(lines) + "\n")


def _cut(text: str, most: int, mark: str = "…") -> str:
    return text if len(text) <= most else text[: most - len(mark)] + mark


def _of_build(summary: Summary, place: StackPlace) -> Iterator[str]:
    changes = summary.changes
    yield f"{_feeds(summary)} in force: {_counts(changes.total)}."
    if changes.categories:
        yield from ("", "Changed, by category (+ added, - removed, ~ other text):")
        largest = sorted(changes.categories.items(), key=lambda item: (-item[1].size, item[0]))
        rows = (f"{visible(name)}: {_signs(one)}" for name, one in largest)
        yield from _few(rows, len(changes.categories), "category", "categories")
    yield from _named("No longer block", changes.unblocks)
    yield from _named("Newly pass traffic", changes.passes)
    yield from _named("Newly block", changes.drops)
    yield from _staging(summary.staging)
    yield from ("", *_discards(summary), *_room(summary))
    if summary.warnings:
        yield from ("", "Warnings:")
        rows = (_cut(visible(warning), _WARNING) for warning in summary.warnings)
        yield from _few(rows, len(summary.warnings), "warning", "warnings")
    yield from ("", "Everything:", *place.links(build_key(summary.build_id, REPORT)))
    yield from ("", "To look further, or to restore an earlier build:")
    for command in ("discarded", "explain SID", "rollback BUILD"):
        yield f"  rulesync {command} --bucket {place.bucket}"


def _feeds(summary: Summary) -> str:
    if len([feed for feed in summary.feeds if feed.version]) > 1:
        return f"F{feeds_in_words(summary.feeds).removeprefix('f')} are"
    return f"Feed {visible(str(summary.feed.version))} is"


def _staging(staging: StagingFacts) -> Iterator[str]:
    """What alerts first, what of that fired, and which exceptions end."""
    if lines := tuple(staging.lines()):
        yield from ("", *(line.capitalize() for line in lines))
    yield from _named(
        "Staged and fired: alerts until you decide (rules: drop: or alert:)", staging.fired
    )
    if staging.ending:
        yield from ("", "Exceptions that end:")
        rows = (f"sid {sid}: its last day is {day}" for sid, day in staging.ending.items())
        yield from _few(rows, len(staging.ending), "exception", "exceptions")


def _named(heading: str, told: FirstRules) -> Iterator[str]:
    """The first rules of a kind, where there are any."""
    if told.number:
        yield from ("", f"{heading}: {counted(told.number, 'rule')}")
        rows = (f"{sid}: {visible(msg)}" for sid, msg in told.first.items())
        yield from _few(rows, told.number, "rule", "rules", len(told.first))


def _of_failure(what: str, cause: str, error: RulesyncError, place: StackPlace) -> Iterator[str]:
    stays = "What was in force stays in force"
    if isinstance(error, FeedsError):
        yield "The other feeds were asked for as usual."
    early = isinstance(root_of(error), _EARLY) or not isinstance(error, SyncError)
    nothing = what == "was refused" or early
    yield (
        f"{stays}: nothing was changed."
        if nothing
        else f"{stays}, except for what was already written."
    )
    yield from ("", _cut(cause, _CAUSE), "", "What to do:", *next_steps(error, place))
    if isinstance(error, SyncError):
        yield from ("", "The build:", *place.links(build_key(error.build, SUMMARY)))
    yield from ("", "You get this message once a day until it is solved.")


def _few(rows: Iterator[str], total: int, one: str, many: str, most: int = _LINES) -> Iterator[str]:
    yield from (f"  {row}" for row in islice(rows, most))
    if total > most:
        yield f"  and {count(total - most)} more {one if total - most == 1 else many}"


def _counts(change: CategoryChange) -> str:
    added = counted(change.added, "rule")
    return f"{added} added, {count(change.removed)} removed, {count(change.changed)} changed"


def _signs(change: CategoryChange) -> str:
    signs = (("+", change.added), ("-", change.removed), ("~", change.changed))
    return " ".join(f"{sign}{count(number)}" for sign, number in signs if number)


def _discards(summary: Summary) -> Iterator[str]:
    """The total and, by reason, what is more or fewer than in the last build."""
    yield f"Discarded: {counted(summary.discards, 'rule')}"
    now = {str(reason): number for reason, number in summary.discarded.items()}
    for reason, more in summary.changes.discarded.items():
        yield f"  {reason}: {count(now.get(reason, 0))} ({more:+,})"


def _room(summary: Summary) -> Iterator[str]:
    groups = [group for group in summary.groups if not group.deleted]
    used = sum(group.rules for group in groups)
    reserved = sum(group.capacity for group in groups)
    yield (
        f"Capacity: {count(used)} of {count(summary.budget)} used by rules "
        f"({share(used, summary.budget)}), {count(reserved)} reserved, in "
        f"{counted(len(groups), 'rule group')}"
    )
