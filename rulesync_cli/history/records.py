"""What is read of builds, as JSON shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules_lib.report.summary import Summary
    from rulesync_cli.history.builds import PastBuild


def past_build_record(one: PastBuild) -> dict[str, object]:
    """A build as JSON shows it; what its summary would tell is null where it has none."""
    summary = one.summary
    total = summary.changes.total if summary else None
    return {
        "build": one.build,
        "at": one.at or None,
        "outcome": str(one.outcome),
        "cause": one.cause or None,
        "started_by": one.started_by or None,
        "allowlist": one.allowlist or None,
        "feed": summary.feed.version if summary else None,
        **(_feeds(summary) if summary else {}),
        "rules": summary.rules.kept if summary else None,
        "drops": one.blocking if summary else None,
        "discarded": summary.discards if summary else None,
        "added": total.added if total else None,
        "removed": total.removed if total else None,
        "changed": total.changed if total else None,
    }


def _feeds(summary: Summary) -> dict[str, object]:
    """Feed -> version, where several are in use."""
    used = {feed.name: feed.version for feed in summary.feeds if feed.version}
    return {"feeds": used} if len(used) > 1 else {}
