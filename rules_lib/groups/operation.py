"""What a sync does with a rule group, or with a firewall policy."""

from __future__ import annotations

from enum import StrEnum


class Operation(StrEnum):
    """One word for each, as `change` in plan.json and summary.json; a policy is never replaced."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    KEEP = "keep"
    DELETE = "delete"
