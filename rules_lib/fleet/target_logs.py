"""A target's alert logs, and the engine that counts them: in its own account, where it has a role.

The count reads what attackers write. So it never takes on the role that writes rule groups, but the
one beside it, which `template-target.yaml` makes for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.alert_logs import LogFolder
from rules_lib.aws.clients import ClientsOfTarget
from rules_lib.aws.queries import Athena, Insights, place_of_table
from rules_lib.aws.roles import TargetRole
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import TARGETS_FILE
from rules_lib.counting.log_folder import FolderSource
from rules_lib.counting.log_group import GroupSource
from rules_lib.errors import HitsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.alert_logs import AlertLogs
    from rules_lib.aws.queries import QueryClock
    from rules_lib.aws.store import Store
    from rules_lib.counting.log_source import LogSource
    from rules_lib.targets.values import NamedTarget

HITS_ROLE: Final = "-hits"
"""What the name of a target's role is followed by, in that of the role that counts there."""

_NAMED: Final = f"alert_logs in {TARGETS_FILE}"


@dataclass(frozen=True, slots=True)
class OwnCounting:
    """How the stack counts in its own account.

    Attributes:
        logs: its own alert logs, over which it has a table where they are in S3; None: none.
        source: makes what counts them.
        clock: the time that queries have.
        addresses: whether example addresses are asked for.
    """

    logs: AlertLogs | None
    source: Callable[[AlertLogs], LogSource]
    clock: QueryClock
    addresses: bool


def source_of_target(root: Store, target: NamedTarget, own: OwnCounting) -> LogSource:
    """Find a target's alert logs.

    Args:
        root: the whole bucket.
        target: has alert logs.
        own: how the stack counts its own.

    Raises:
        HitsError: there is no table over them.
        FirewallError: the role may not be taken on.
        SettingsError: there are no credentials of one's own.
    """
    logs = target.alert_logs
    if logs is None:
        raise HitsError(f"target {target.name} has no {_NAMED}")
    if isinstance(logs, LogFolder):
        return _folder(root, target, logs, own)
    made = _clients(root, target)
    return GroupSource(Insights(made.logs(), logs.identifier, own.clock), own.addresses)


def table_of_targets(bucket: str) -> str:
    """The Glue table over the alert logs of a target's account, which both sides can name.

    Args:
        bucket: of the stack; no other has one of that name.
    """
    return f"rulesync_{bucket.replace('.', '_').replace('-', '_')}.alerts"


def workgroup_of_targets(bucket: str) -> str:
    """The workgroup of Athena in the same account; likewise."""
    return f"{bucket}-hits"


def _clients(root: Store, target: NamedTarget) -> ClientsOfTarget:
    arn = f"{target.role}{HITS_ROLE}"
    role = TargetRole(arn, root.bucket, f"rulesync-{target.name}") if target.role else None
    return ClientsOfTarget.begin(target.region, role)


def _folder(root: Store, target: NamedTarget, logs: LogFolder, own: OwnCounting) -> LogSource:
    if not target.role and logs == own.logs:
        return own.source(logs)
    if not target.role:
        raise HitsError(
            f"the stack has no table over {logs}: give target {target.name} a role by "
            "template-target.yaml, which makes one, or name the folder in the parameter AlertLogs"
        )
    made, table = _clients(root, target), table_of_targets(root.bucket)
    place = place_of_table(made.catalog(), table)
    if place != str(logs):
        raise HitsError(
            f"the table {table} is over {place}, and not over {logs}: correct {_NAMED}, or "
            "AlertLogs of template-target.yaml in that account and region"
        )
    athena = Athena(made.athena(), workgroup_of_targets(root.bucket), own.clock)
    store = S3Store(made.s3(), logs.bucket)
    return FolderSource(logs, store, athena, table, own.addresses, named=_NAMED)
