"""What a rule group holds: its text read back by sid, and compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.reading.rule import sid_of

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import DeployedGroup, Group, GroupVariables

_REV: Final = re.compile(r"[;(]\s*rev\s*:\s*(\d{1,18})\s*(?=;)", re.IGNORECASE | re.ASCII)
_BYPASS: Final = re.compile(r"[;(]\s*bypass\s*;", re.IGNORECASE | re.ASCII)
"""The option by which a rule has the engine look at a flow no further."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one text has that another has not, by sid.

    Attributes:
        added: in the order of the text after.
        removed: in the order of the text before.
        changed: the same sid with another text, in the order of the text after.
        moved: the rules that both have stand in another order.
    """

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    moved: bool = False


def difference(before: str, after: str) -> Difference:
    """Compare two texts of a rule group, by sid."""
    return compare_rules(by_sid(before), by_sid(after))


def compare_rules(old: Mapping[int, str], new: Mapping[int, str]) -> Difference:
    """Compare the rules of two groups: sid -> text, in their order."""
    return Difference(
        added=tuple(sid for sid in new if sid not in old),
        removed=tuple(sid for sid in old if sid not in new),
        changed=tuple(sid for sid, text in new.items() if old.get(sid, text) != text),
        moved=[sid for sid in old if sid in new] != [sid for sid in new if sid in old],
    )


def by_sid(text: str) -> dict[int, str]:
    """The rules of a `RulesString` by their sid, in its order; rules without one are left out."""
    return {sid: rule for rule in rules_in(text) if (sid := sid_of(rule)) is not None}


def lets_through(rule: str) -> bool:
    """Whether what the rule matches is inspected no further, and not blocked."""
    action = action_of(rule)
    if action == "pass":
        return True
    bypasses = "bypass" in rule.lower() and _BYPASS.search(rule)  # the search is slower
    return action == "alert" and bool(bypasses)


def action_of(rule: str) -> str:
    """The action of a rule, in lower case; empty where there is no rule.

    Suricata takes an action in any case (`ActionStringToFlags` of 7.0.10 and 8.0), and so do we.
    """
    return rule.split(maxsplit=1)[0].lower() if rule else ""


def rev_of(rule: str) -> int | None:
    """The revision that a rule's text gives; None where it gives none."""
    found = _REV.search(rule)
    return int(found[1]) if found else None


def rules_in(text: str) -> tuple[str, ...]:
    """The rules of a `RulesString`, one a line; blank lines are none."""
    return tuple(line for raw in text.split("\n") if (line := raw.strip()))


def holds(deployed: DeployedGroup, group: Group) -> bool:
    """Whether a deployed group is all that the desired one asks for.

    Blank lines do not count: the service does not say whether it keeps the last line end.
    """
    return (
        deployed.strict
        and len(group.rules) <= deployed.capacity
        and deployed.variables == group.variables
        and rules_in(deployed.text) == rules_in(group.text)
    )


def digest_of(text: str, variables: GroupVariables) -> str:
    """Identify what a group holds: its rules in their order, and its variables."""
    sets = (variables.ip_sets, variables.port_sets)
    declared = [sorted((name, list(values)) for name, values in one.items()) for one in sets]
    references = [json.dumps(sorted(variables.references.items()))] if variables.references else ()
    whole = "\n".join((json.dumps(declared), *references, *rules_in(text)))
    return hashlib.sha256(whole.encode()).hexdigest()


def has_same_content(before: DeployedGroup, now: DeployedGroup) -> bool:
    """Whether what a group holds is as it was; its token and its use may be others."""
    return (before.arn, before.slot, before.strict, before.text, before.variables) == (
        now.arn,
        now.slot,
        now.strict,
        now.text,
        now.variables,
    )
