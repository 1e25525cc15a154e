"""What people do about a fetch or a build that failed or was refused, by its error.

A table, in which the first entry that knows an error answers: by the error's class, and by what AWS
refused a call for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rules_lib.errors import (
    AllowlistError,
    ArchiveError,
    ChecksumError,
    ContendedError,
    DownloadError,
    FeedListError,
    FeedsError,
    FirewallError,
    HitsError,
    RefusedError,
    RulesyncError,
    SecretError,
    SettingsError,
    ShrinkError,
    StaleError,
    SyncError,
    Trouble,
    UnfinishedError,
    root_of,
)
from rules_lib.report.place import StackPlace

SHRINK: Final = '{"allow_shrink": true}'
"""The event that lets one build remove or unblock more rules than the allowlist does."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do about one kind of error.

    Attributes:
        kind: the error's class, or one of several.
        lines: what to do, a line each; `{bucket}`, `{again}` (run the function now) and
            `{allow}` (once with leave to shrink) stand for what the place knows.
        trouble: what AWS refused a call for; None where the class is enough.
    """

    kind: type[RulesyncError] | tuple[type[RulesyncError], ...]
    lines: tuple[str, ...]
    trouble: Trouble | None = None

    def knows(self, error: RulesyncError) -> bool:
        """Whether this is the error."""
        met = self.trouble is None or self.trouble in error.troubles
        return met and isinstance(error, self.kind)


STEPS: Final = (
    NextStep(
        AllowlistError,
        (
            "Correct the allowlist. This shows the errors before an upload:",
            "  rulesync check categories.yaml --bucket {bucket}",
            "This uploads it and starts a build:",
            "  rulesync push categories.yaml --bucket {bucket}",
        ),
    ),
    NextStep(
        FeedListError,
        (
            "Correct the list of feeds. This shows the errors before an upload:",
            "  rulesync check --feeds feeds.yaml",
            "This uploads it and starts a fetch:",
            "  rulesync push --feeds feeds.yaml --bucket {bucket}",
        ),
    ),
    NextStep(
        SecretError,
        (
            "Check that the parameter or secret exists in this region, has the code alone, and",
            "that the stack's FeedSecrets names its ARN (docs/feeds.md). The next fetch tries",
            "again. To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        ShrinkError,
        (
            "If the feed is broken, do nothing: its next release is built automatically.",
            "To see which rules would be removed, or would no longer block:",
            "  rulesync plan --bucket {bucket}",
            "If you want this, allow it for one build:",
            "  {allow}",
        ),
    ),
    NextStep(
        RefusedError,
        ("Nothing was changed. The message above says why, and what to do.",),
    ),
    NextStep(
        RulesyncError,
        (
            "A quota of Network Firewall is used up. Delete what nobody uses, request more in",
            "Service Quotas, or lower `firewall: rule_groups:` in the allowlist (docs/quotas.md).",
            "The next build makes what is missing.",
        ),
        trouble=Trouble.QUOTA,
    ),
    NextStep(
        RulesyncError,
        (
            "Do nothing: AWS was busy, and the next run continues. To run it now:",
            "  {again}",
        ),
        trouble=Trouble.BUSY,
    ),
    NextStep(
        RulesyncError,
        (
            "The function's role may not do this. Names of rule groups must begin with the",
            "stack's RuleGroupPrefix, and FirewallPolicies must name the policies",
            "(docs/deploy.md). The cause can also be a policy of your organisation or KMS key.",
        ),
        trouble=Trouble.DENIED,
    ),
    NextStep(
        ChecksumError,
        (
            "The archive was not stored. The source may have changed it at that moment, so the",
            "next fetch tries again. If this continues, compare the archive with its .md5 by hand",
            "before you trust either (docs/mirrors.md).",
        ),
    ),
    NextStep(
        ArchiveError,
        (
            "The archive was not stored, and the next fetch tries again. If this continues,",
            "the feed's address (FeedUrl) does not lead to a release of it.",
        ),
    ),
    NextStep(
        DownloadError,
        (
            "The next fetch tries again. If this continues, check FeedUrl (or the feed's url and",
            "secret) and, in a VPC, the endpoints (docs/mirrors.md). To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        SettingsError,
        ("Correct the stack's parameters, which set the environment, and deploy again.",),
    ),
    NextStep(
        (ContendedError, StaleError),
        (
            "Somebody else wrote the same rule groups or policies at the same time. The next run",
            "starts from the new state. To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        HitsError,
        (
            "Builds continue, and say that it is unknown which rules fired. Check the message",
            "above and the stack's parameter AlertLogs (docs/hits.md). The next count continues.",
            "To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        FirewallError,
        (
            "Network Firewall refused a call, with the message above. The next build tries again.",
            "To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        UnfinishedError,
        (
            "What is in force is partly new. The next run continues. To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        SyncError,
        (
            "The rule groups named above were not updated. The others were. The next build tries",
            "again. To run it now:",
            "  {again}",
        ),
    ),
    NextStep(
        RulesyncError,
        (
            "The message above says what is missing. The next run tries again. To run it now:",
            "  {again}",
        ),
    ),
)


def next_steps(error: RulesyncError, place: StackPlace) -> Iterator[str]:
    """What to do about an error, a line each; of several feeds, about each kind of error."""
    root = root_of(error)
    if not isinstance(root, FeedsError):
        yield from _lines(_step(root), place)
        return
    feeds = defaultdict[NextStep, list[str]](list)
    for feed, failure in root.failures.items():
        feeds[_step(failure)].append(feed)
    for step, names in feeds.items():
        yield from (f"{', '.join(names)}:", *_lines(step, place))


def _step(error: RulesyncError) -> NextStep:
    return next(step for step in STEPS if step.knows(error))


def _lines(step: NextStep, place: StackPlace) -> Iterator[str]:
    allow = place.again(SHRINK) if place.function else f"{place.again()} --allow-shrink"
    for line in step.lines:
        yield line.format(bucket=place.bucket, again=place.again(), allow=allow)
