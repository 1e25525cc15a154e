"""What ties one key to another: each check is one function over the file as read.

They work on the file's texts and not on validated values, so that an error of one kind never hides
one of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.allowlist import (
    drop_when_checks,
    exception_checks,
    reference_checks,
    staging_checks,
    variable_checks,
)
from rules_lib.allowlist.fields import whole
from rules_lib.allowlist.problem import shown
from rules_lib.allowlist.values import FirewallSettings, RuleOverrides
from rules_lib.facts.limits import PRIORITY_MAX
from rules_lib.facts.targets import Target
from rules_lib.model import LOCAL_PREFIX, Mode, is_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path, Problem

_BOTH: Final = ({"on", "alert"}, {"on", "drop"})
"""Lists in which one sid may stand together: woken, and its mode given."""


def categories_are_known(
    document: Document, known: frozenset[str], may_come: Callable[[str], bool]
) -> Iterator[Problem]:
    """A category that nobody knows is a typo, which would switch protection off in silence.

    Args:
        document: the file as read.
        known: names that it may list.
        may_come: whether a category may be one of a feed that has not arrived yet.
    """
    for name in document.mapping("categories"):
        if name not in known and not may_come(name):
            advice = "use the feed's file names without .rules"
            if is_local(name):
                advice = "your own categories are the files local/<name>.rules"
            text = f"{shown(name)} is not a known category"
            path = ("categories", name)
            yield document.key_problem(path, text, wrong=name, choices=known, otherwise=advice)


def own_alone_stand_as_written(document: Document) -> Iterator[Problem]:
    """What a feed ships is not people's own order, and its groups have their places."""
    for name, setting in document.mapping("categories").items():
        if is_local(name):
            continue
        keys = document.mapping("categories", name)
        if Mode.AS_WRITTEN in (setting, keys.get("mode")):
            path = ("categories", name, "mode") if keys else ("categories", name)
            text = f'"{Mode.AS_WRITTEN}" is only for your own files ({LOCAL_PREFIX}<file>)'
            yield document.problem(path, f"{text}; a feed's category is off, alert or drop")
        if "place" in keys:
            text = f"is only for your own files ({LOCAL_PREFIX}<file>); remove it"
            yield document.problem(("categories", name, "place"), text)


def sids_stand_once(document: Document) -> Iterator[Problem]:
    """One sid has one mode."""
    seen: dict[int, dict[str, int]] = {}
    for name, path, sid in _sids(document):
        lists = seen.setdefault(sid, {})
        for other, first in lists.items():
            if {name, other} not in _BOTH:
                where = "twice here, first" if other == name else f"under rules.{other} too,"
                text = f'"{sid}" is listed {where} on line {first}; keep one of them'
                yield document.problem(path, text)
        lists.setdefault(name, document.lines[path])


def priorities_suffice(document: Document) -> Iterator[Problem]:
    """The last group's priority must still be one that the service takes."""
    given = document.mapping("firewall")
    if _target(document).in_action_order:
        return  # no group has a priority
    groups = whole(given.get("rule_groups")) or FirewallSettings().rule_groups
    first = whole(given.get("first_priority")) or FirewallSettings().first_priority
    if first <= PRIORITY_MAX < first + groups - 1:
        key = "first_priority" if "first_priority" in given else "rule_groups"
        text = (
            f"{groups} rule groups from priority {first} on exceed the last priority, "
            f"{PRIORITY_MAX}"
        )
        yield document.problem(("firewall", key), f"{text}; start lower")


def policy_takes_the_capacity(document: Document) -> Iterator[Problem]:
    """Our groups alone may not reserve more than the policy takes in all."""
    given = document.mapping("firewall")
    whole_policy = whole(given.get("policy_capacity"))
    ours = whole(given.get("capacity")) or _target(document).policy_capacity
    if whole_policy and ours > whole_policy:
        text = f"{whole_policy} is less than firewall.capacity, {ours}; lower that, or raise this"
        yield document.problem(("firewall", "policy_capacity"), text)


def _target(document: Document) -> Target:
    """The target that the file names; the default where it names none that there is."""
    named = document.mapping("firewall").get("target")
    return next((one for one in Target if one == named), FirewallSettings().target)


def _sids(document: Document) -> Iterator[tuple[str, Path, int]]:
    """List, place and number of every sid under `rules`, in the file's order."""
    for name in document.mapping("rules"):
        texts = document.at("rules", name)
        if name in RuleOverrides.model_fields and isinstance(texts, list):
            numbers = ((("rules", name, at), whole(text)) for at, text in enumerate(texts))
            yield from ((name, path, sid) for path, sid in numbers if sid is not None)


KEY_CHECKS: Final = (
    own_alone_stand_as_written,
    *drop_when_checks.DROP_WHEN_CHECKS,
    *staging_checks.STAGING_CHECKS,
    *exception_checks.EXCEPTION_CHECKS,
    sids_stand_once,
    priorities_suffice,
    policy_takes_the_capacity,
    *variable_checks.DECLARATION_CHECKS,
    *reference_checks.REFERENCE_CHECKS,
)
