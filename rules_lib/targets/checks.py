"""What ties one target to another, or one of its keys to another: a function a check.

They work on the file's texts, so that an error of one kind never hides one of another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules_lib.alert_logs import alert_logs_at
from rules_lib.allowlist.problem import shown
from rules_lib.bucket import ALLOWLIST, TARGETS_FILE
from rules_lib.groups.policy_names import policy_name_problem
from rules_lib.targets.values import account_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path, Problem

_REGION: Final = re.compile("[a-z]{2}(-[a-z]+)+-[0-9]")
_ARN_PARTS: Final = 6


def regions_are_known(document: Document, regions: Collection[str]) -> Iterator[Problem]:
    """A mistyped region would leave a firewall without rules."""
    for path, target in _targets(document):
        region = target.get("region")
        known = region in regions if regions else bool(_REGION.fullmatch(region or ""))
        if region is not None and not known:
            advice = "if it is newer than this rulesync, upgrade boto3" if regions else ""
            text = f"{shown(region)} is not a region with Network Firewall"
            yield document.problem(
                (*path, "region"), text, wrong=region, choices=regions, otherwise=advice
            )


def some_target_is_named(document: Document) -> Iterator[Problem]:
    """A file without targets would leave every firewall alone, in silence."""
    if document.at("targets") == []:
        text = "is empty; name at least one target, or delete the file"
        yield document.problem(("targets",), text)


def target_names_stand_once(document: Document) -> Iterator[Problem]:
    """Two names that differ in letter case alone are one to many who read them."""
    seen: dict[str, int] = {}
    for path, target in _targets(document):
        name = target.get("name", "")
        if name.casefold() in seen:
            first = seen[name.casefold()]
            text = f"{shown(name)} is there twice, first on line {first}; keep one of them"
            yield document.problem((*path, "name"), text)
        elif name:
            seen[name.casefold()] = document.lines[*path, "name"]


def places_stand_once(document: Document) -> Iterator[Problem]:
    """Two targets with one allowlist in one account and region would write the same groups."""
    seen: dict[tuple[str, ...], int] = {}
    for path, target in _targets(document):
        account = account_of(target.get("role", ""))
        place = (account, target.get("region", ""), target.get("allowlist", ALLOWLIST))
        line = document.lines[path]
        if place[1] and place in seen:
            text = (
                f"the target on line {seen[place]} has this account, region and allowlist, so both "
                "would write the same rule groups; name all policies in one of them, or give one "
                "an allowlist with another `firewall: prefix:`"
            )
            yield document.problem(path, text)
        seen.setdefault(place, line)


def policies_fit_their_target(document: Document) -> Iterator[Problem]:
    """A policy is named as the service takes it, and stands in the target's region and account."""
    for path, target in _targets(document):
        policies = document.at(*path, "policies")
        for at, name in enumerate(policies if isinstance(policies, list) else ()):
            if isinstance(name, str) and (text := _misfit(name, target)):
                yield document.problem((*path, "policies", at), text)


def alert_logs_are_of_their_target(document: Document) -> Iterator[Problem]:
    """What fires at other firewalls says nothing about these: an entry that was copied, say."""
    for path, target in _targets(document):
        if "alert_logs" in target and (text := _foreign_logs(target["alert_logs"], target)):
            yield document.problem((*path, "alert_logs"), text)


def allowlists_are_allowlists(document: Document) -> Iterator[Problem]:
    """The file of targets is none."""
    for path, target in _targets(document):
        if target.get("allowlist") == TARGETS_FILE:
            text = f"{shown(TARGETS_FILE)} is this file, not an allowlist"
            yield document.problem((*path, "allowlist"), text)


def _misfit(name: str, target: dict[str, str]) -> str:
    if problem := policy_name_problem(name):
        return problem
    parts = name.split(":")
    if len(parts) < _ARN_PARTS:
        return ""
    return _elsewhere(f"{shown(name)} is in", parts[4], parts[3], target)


def _foreign_logs(place: str, target: dict[str, str]) -> str:
    """Why alert logs are none of a target's; empty where they may be, or are no place at all."""
    try:
        logs = alert_logs_at(place)
    except ValueError:
        return ""
    return _elsewhere(f"{shown(place)} is of", logs.account, logs.region, target)


def _elsewhere(what: str, account: str, region: str, target: dict[str, str]) -> str:
    """Say that something is in another region or account than a target; empty where it is not.

    Args:
        what: that it is, and a verb.
        account: in which it is; empty where that is not known.
        region: likewise.
        target: its texts.
    """
    own, here = account_of(target.get("role", "")), target.get("region", "")
    if here and region and region != here:
        return f"{what} {region}, and the target is in {shown(here)}"
    if own and account and account != own:
        return f"{what} account {account}, and the target's role is in {own}"
    return ""


def _targets(document: Document) -> Iterator[tuple[Path, dict[str, str]]]:
    """Place and texts of each target, in the file's order."""
    entries = document.at("targets")
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            path = ("targets", at)
            yield path, {key: text for key, text in entry.items() if isinstance(text, str)}


CHECKS: Final = (
    some_target_is_named,
    target_names_stand_once,
    places_stand_once,
    policies_fit_their_target,
    alert_logs_are_of_their_target,
    allowlists_are_allowlists,
)
