"""What the mode of a Next Generation policy means; people set it, and nothing here does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.facts.api import MONITOR
from rules_lib.text import counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.groups.policy import Switch

_WORDS: Final = {
    "ENFORCE": "what a rule drops is blocked",
    MONITOR: "what a rule would drop is logged, and nothing is blocked",
}


def mode_words(mode: str) -> str:
    """A mode and what it means; one that is new is told as it is."""
    return f"{mode} mode" + (f": {_WORDS[mode]}" if mode in _WORDS else "")


def policy_modes(switches: tuple[Switch, ...]) -> Iterator[str]:
    """A line for each policy that has a mode, and one for what people turned to alerts in it."""
    for planned in switches:
        policy = planned.policy
        if not policy.target.in_action_order:
            continue
        mode = policy.mode or (MONITOR if not policy.arn else "")
        if mode:
            new = "" if policy.arn else " when it is made"
            yield f"policy {visible(policy.name)}{new}: {mode_words(mode)}"
        if policy.alerting:
            groups = counted(len(policy.alerting), "rule group")
            yield f"policy {visible(policy.name)}: the drops of {groups} only alert there"
