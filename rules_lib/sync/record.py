"""A build's objects in the bucket: what was published, what was left out, what was changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rules_lib.bucket import (
    CHANGED,
    DISCARDED,
    DISCARDED_SHEET,
    GROUPS,
    LICENCES,
    PLAN,
    REPORT,
    SUMMARY,
)
from rules_lib.deploy.impact import impact_record
from rules_lib.deploy.steps import record as step_record
from rules_lib.deploy.steps import switch_record
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.facts.limits import BLOCKING
from rules_lib.model import Reason
from rules_lib.report.category_line import CategoryLine
from rules_lib.report.licences import licences_text
from rules_lib.report.records import changed_jsonl, discarded_csv, discarded_jsonl
from rules_lib.state.groupfile import groups_json

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.deploy.foresee import Foreseen
    from rules_lib.deploy.impact import Impact
    from rules_lib.inputs import Inputs
    from rules_lib.report.fired import LastDays
    from rules_lib.report.since import Since
    from rules_lib.report.summary import Summary


def files_before(
    build_id: str, foreseen: Foreseen, impact: Impact | None
) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
    """What is known before anything is applied: each file's name, and its content or its pieces."""
    plan, built = foreseen.plan, foreseen.built
    asked = foreseen.inputs.allowlist.firewall
    document = {
        "build": build_id,
        "steps": [step_record(step) for step in plan.steps],
        "policies": [switch_record(planned) for planned in plan.switches],
        "impact": impact_record(impact, addresses=False) if impact else None,
    }
    yield PLAN, json.dumps(document, indent=2).encode() + b"\n"
    yield GROUPS, groups_json(built.groups, asked.prefix, asked.target)
    several = foreseen.inputs.ruleset.several
    yield DISCARDED, discarded_jsonl(built.discarded, with_feed=several)
    yield DISCARDED_SHEET, discarded_csv(built.discarded, with_feed=several)
    yield CHANGED, changed_jsonl(built.kept, with_feed=several)


def files_after(
    summary: Summary, inputs: Inputs, built: Built, since: Since, lately: LastDays
) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
    """What is known once the plan was carried out."""
    from rules_lib.report.html import render_html  # noqa: PLC0415 - of what was built alone

    if {feed.name for feed in summary.feeds} != {ET_OPEN}:
        yield LICENCES, licences_text(summary.feeds)
    yield REPORT, render_html(summary, built, category_lines(inputs, built), since, lately)
    yield SUMMARY, summary.to_json()


def category_lines(inputs: Inputs, built: Built) -> tuple[CategoryLine, ...]:
    """Where the rules of each category went, in the feed's order."""
    kept = Counter(rule.rule.category for rule in built.kept)
    setters = Counter(rule.rule.category for rule in built.kept if rule.setter)
    blocking = Counter(rule.rule.category for rule in built.kept if rule.action in BLOCKING)
    discarded = Counter(discard.rule.category for discard in built.discarded)
    unfit = Counter(
        discard.rule.category for discard in built.discarded if discard.reason is Reason.OVER_BUDGET
    )
    off = Counter(rule.category for rule in built.off)
    return tuple(
        CategoryLine(
            name=category.name,
            mode=inputs.allowlist.setting_of(category.name).mode,
            enabled=len(category.rules),
            kept=kept[category.name],
            discarded=discarded[category.name],
            off=off[category.name],
            setters=setters[category.name],
            blocking=blocking[category.name],
            unfit=unfit[category.name],
        )
        for category in inputs.ruleset.categories
    )
