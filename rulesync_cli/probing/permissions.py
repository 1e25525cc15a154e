"""What IAM has to allow whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

PREFIX: Final = "rulesync-probe-"
"""With this begin the names of what the dry runs would make."""

_OURS: Final = f"arn:aws:network-firewall:*:*:*/{PREFIX}*"
_REFERRED: Final = "arn:aws:network-firewall:*:*:stateful-rulegroup/*"


def iam_policy(reads: Iterable[str], dry_runs: Iterable[str]) -> dict[str, Any]:
    """The IAM policy; a create is also authorised on the groups that a policy refers to.

    IAM knows no condition for DryRun, so it allows to create; by name that is kept apart.
    """
    creates = sorted(dry_runs)
    policies = [name for name in creates if "Policy" in name]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _statement("Look", reads, "*"),
            _statement("DryRuns", creates, _OURS),
            _statement("ReferredGroups", policies, _REFERRED),
        ],
    }


def _statement(sid: str, actions: Iterable[str], resource: str) -> dict[str, Any]:
    named = [f"network-firewall:{action}" for action in sorted(actions)]
    return {"Sid": sid, "Effect": "Allow", "Action": named, "Resource": resource}
