"""A small sync with everything in it that a report has to show, and what its steps change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rules_lib.build import Built
from rules_lib.deploy.rulewise import UNFILED, rule_changes
from rules_lib.deploy.steps import Plan, Step
from rules_lib.groups.operation import Operation
from rules_lib.groups.relief import Relief
from rules_lib.groups.rule_group import DeployedGroup, Group, GroupVariables, Slot
from rules_lib.model import Change, Malformed, Mode, Reason, Rule
from rules_lib.outcome import Converted, Discarded, GivenMode
from rules_lib.report.category_line import CategoryLine
from rules_lib.report.changes import CategoryChange, Changes, FirstRules
from rules_lib.report.facts import Accounting, FeedFacts, FeedLine
from rules_lib.report.group_line import GroupLine
from rules_lib.report.since import Earlier, Since, since
from rules_lib.report.summary import Summary, summarise
from rules_lib.why import ActionCause, ModeKey, Why
from support.groups import as_deployed
from support.groups import group as group_of
from support.rules import rule as read_rule

GOLDEN = Path(__file__).parents[1] / "rules_lib" / "report" / "golden"
SCRIPT = "</script><script>alert(1)</script>"


def rule(
    sid: int | None, msg: str = "a message", category: str = "web", text: str | None = None
) -> Rule:
    """A rule as the reader has it; a text of its own says all but the category itself."""
    named = "" if sid is None else f"sid:{sid}; "
    options = f'(msg:"{msg}"; classtype:misc; {named}rev:3;)'
    return read_rule(text or f"alert tcp any any -> any any {options}", category)


def hostile(sid: int, msg: str, category: str = "web", text: str | None = None) -> Rule:
    """What no reader lets through: whoever shows a rule must not rely on that."""
    return rule(1)._replace(sid=sid, msg=msg, category=category, text=msg if text is None else text)


def converted(source: Rule, action: str = "alert", *changes: Change) -> Converted:
    """The rule as it is published, without its classtype."""
    text = source.text.replace("alert", action, 1).replace(" classtype:misc;", "")
    cause = ActionCause(Why.DROP_MODE, "drop") if action == "drop" else ActionCause(Why.ALERT_MODE)
    given = GivenMode(Mode(action), ModeKey.CATEGORY)
    return Converted(source, text, action, given, cause, changes, frozenset())


WEB = (
    converted(rule(1, "first"), "drop", Change.CLASSTYPE_REMOVED, Change.ALERT_TO_DROP),
    converted(rule(2, "second, \u00e4\u00f6"), "drop"),
)
INFO = (converted(rule(3, "third", "info"), "alert", Change.CLASSTYPE_REMOVED),)
DISCARDED = (
    Discarded(rule(10, SCRIPT), Reason.UNDEFINED_VARIABLE, "$SQL_SERVERS has no value"),
    Discarded(rule(11, r"=cmd|\"x\"", "info"), Reason.OVER_BUDGET, "it is Minor & <old>"),
    Discarded(
        Malformed("local-own", 4, "alert \x1b[31m\u2028\u202e broken", "its header has 2 fields"),
        Reason.UNPARSEABLE,
        "its header has 2 fields",
    ),
)
GROUPS = (
    GroupLine(None, "et-games", Operation.DELETE, 40),
    GroupLine(
        Group("et-info", Slot("info"), Mode.ALERT, 1001, 10, INFO),
        "et-info",
        Operation.KEEP,
        capacity=10,
    ),
    GroupLine(
        Group(
            "et-web-b",
            Slot("web"),
            Mode.DROP,
            1000,
            20,
            WEB,
            GroupVariables(
                {"HTTP_SERVERS": ("10.0.0.0/8", "!10.9.0.0/16")}, {"HTTP_PORTS": ("80",)}
            ),
        ),
        "et-web-b",
        Operation.REPLACE,
        capacity=20,
        replaces="et-web",
    ),
)
CATEGORIES = (
    CategoryLine("web", Mode.DROP, 3, kept=2, discarded=1, off=0, setters=0, blocking=2),
    CategoryLine("info", Mode.ALERT, 2, kept=1, discarded=1, off=0, setters=0, unfit=1),
    CategoryLine("games", Mode.OFF, enabled=2, kept=0, discarded=0, off=2, setters=0),
)
CHANGES = Changes(
    categories={UNFILED: CategoryChange(removed=1), "web": CategoryChange(2, 0, 1)},
    drops=FirstRules(2, {1: "first", 2: "second, \u00e4\u00f6"}),
    discarded={"over-budget": 1, "too-long": -2},
)
FEEDS = (
    FeedLine(
        name="et/open",
        version="10789",
        sha256="9f" * 32,
        source="feeds/emerging.rules.tar.gz",
        fetched_at=datetime(2026, 3, 11, 4, 10, tzinfo=UTC),
        enabled=6,
        disabled=4,
        rules=Accounting(enabled=6, kept=2, discarded=3, off=1),
        categories=("emerging-web", "emerging-dns"),
        vendor="Proofpoint",
        licence="MIT",
    ),
    FeedLine(name="ours/hunting", prefix="hunting", licence="Custom", licence_url="https://a.test"),
)
"""One in use, and one that has never arrived."""

FEED = FeedFacts(
    source="feeds/emerging.rules.tar.gz",
    version="10789",
    sha256="9f" * 32,
    enabled=8,
    disabled=4,
)


def summary(**causes: Any) -> Summary:
    """The small sync; `refused=` or `failed=` says why it was not carried out; of one feed."""
    return summarise(
        build_id="20260311T041209Z-7f3a",
        feed=FEED,
        feeds=causes.pop("feeds", FEEDS[:1]),
        accounting=Accounting(enabled=8, kept=3, off=2, setters_added=1),
        groups=GROUPS,
        discarded={item.reason: 1 for item in DISCARDED} | {Reason.TOO_LONG: 0},
        calls={"UpdateFirewallPolicy": 1, "CreateRuleGroup": 1},
        dry_runs=2,
        warnings=("HOME_NET is left to the policy",),
        variables_missing={"SQL_SERVERS": 1},
        changes=CHANGES,
        **causes,
    )


def nothing(failed: str) -> Summary:
    """A sync that ended before it had a feed."""
    return summarise(
        build_id="b",
        feed=FeedFacts(source="http://127.0.0.1/feed"),
        accounting=Accounting(),
        discarded={},
        calls={},
        variables_missing={},
        failed=failed,
    )


NOTHING = Built((), (), (), 0, Relief(), {}, {})


def deployed(*texts: str, slot: str = "web") -> DeployedGroup:
    """A group as the service has it."""
    return as_deployed(group(slot=slot), text="".join(f"{line}\n" for line in texts))


def group(*rules: Converted, slot: str = "web") -> Group:
    """A group as it is to be."""
    return group_of(f"et-{slot}", *rules, capacity=99)


def changes(*steps: Step, built: Built = NOTHING, earlier: Earlier | None = None) -> Since:
    """What these steps change."""
    kept = tuple(step.group for step in steps if step.group)
    now = replace(built, groups=kept)
    return since(rule_changes(Plan(steps), now), now, earlier)
