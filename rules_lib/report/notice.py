"""What people are told of a sync, in a subject and a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.errors import RulesyncError, SyncError
from rules_lib.history.record import build_key
from rules_lib.report.measures import is_refusal
from rules_lib.report.text import count, counted, visible, visible_lines

if TYPE_CHECKING:
    from rules_lib.report.summary import Summary


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told."""

    subject: str
    text: str


def notice_of_build(summary: Summary, bucket: str) -> Notice | None:
    """Say what a build changed; None where it changed nothing.

    Args:
        summary: of a build that was carried out.
        bucket: where the build's files are.
    """
    if not summary.calls:
        return None
    changed = sum(group.change != "keep" for group in summary.groups)
    subject = f"{counted(changed, 'rule group')} changed, {count(summary.rules.kept)} rules kept"
    return Notice(f"rulesync: {subject}", "\n".join(_lines(summary, bucket)) + "\n")


def notice_of_failure(service: str, error: RulesyncError, bucket: str) -> Notice:
    """Say that a fetch or a build failed or was refused, and why."""
    what = "was refused" if is_refusal(error) else "failed"
    lines = [
        f"The {service} {what}. The rules in force stay as they are, where they were not written.",
        "",
        visible_lines(str(error)),
    ]
    if isinstance(error, SyncError):
        lines += ["", _where(bucket, error.build, "summary.json")]
    return Notice(f"rulesync: the {service} {what}", "\n".join(lines) + "\n")


def _lines(summary: Summary, bucket: str) -> Iterator[str]:
    rules = summary.rules
    yield f"Feed {visible(str(summary.feed.version))}: {counted(rules.enabled, 'rule')} enabled,"
    yield (
        f"{count(rules.kept)} kept, {count(summary.discards)} discarded, {count(rules.off)} off."
    )
    yield ""
    for group in summary.groups:
        if group.change != "keep":
            of = f" of {group.replaces}" if group.replaces else ""
            yield f"{group.change}{of}: {group.name}, {counted(group.rules, 'rule')}"
    if summary.reasons:
        yield ""
        yield "Discarded, by reason:"
        yield from (f"  {reason}: {count(number)}" for reason, number in summary.reasons)
    if summary.warnings:
        yield ""
        yield from (f"Warning: {visible(warning)}" for warning in summary.warnings)
    yield ""
    yield _where(bucket, summary.build_id, "report.html")


def _where(bucket: str, build: str, name: str) -> str:
    return f"s3://{bucket}/{build_key(build, name)}"
