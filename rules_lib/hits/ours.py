"""Whose rule fired, by the rule group that a record names."""

from __future__ import annotations


def may_be_ours(group: str, prefix: str) -> bool:
    """Whether a rule group is one of ours, or may be, as old records name none.

    Other teams, and AWS, have groups in the same firewall, and may use the same sids.

    Args:
        group: its name, or empty.
        prefix: of our groups' names; empty where it is not known.
    """
    return not (group and prefix) or group.startswith(f"{prefix}-")
