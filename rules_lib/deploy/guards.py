"""What stops a sync that looks like an accident before it changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules_lib.content import by_sid
from rules_lib.errors import ShrinkError

if TYPE_CHECKING:
    from rules_lib.groups import Deployed, Group


def refuse_shrink(desired: Iterable[Group], deployed: Deployed, most: float) -> None:
    """Let no sync remove more than a share of the deployed rules.

    A group that somebody edited by hand does not count: what is in it is not what we put there.

    Raises:
        ShrinkError: it would; says how many, and how to do it on purpose.
    """
    before = {sid for group in deployed.groups if not group.edited for sid in by_sid(group.text)}
    removed = before - {rule.sid for group in desired for rule in group.rules}
    if len(removed) > most * len(before):
        raise ShrinkError(
            f"max_shrink: this would remove {len(removed):,} of {len(before):,} deployed rules "
            f"({len(removed) / len(before):.0%}, and {most:.0%} are allowed)",
            "If the feed is broken, wait for the next one; if it is meant, say so once with "
            "--allow-shrink, or set max_shrink in the allowlist",
        )
