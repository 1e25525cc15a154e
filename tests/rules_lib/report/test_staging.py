"""What is staged and excepted, counted from what is to be in force."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter
from support.inputs import inputs
from support.rules import allow, ruleset, text

from rules_lib.build import Built, build
from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import Deployed, DeployedGroup, GroupVariables, Slot
from rules_lib.inputs import Inputs
from rules_lib.report.changes import FirstRules
from rules_lib.report.records import changed_jsonl
from rules_lib.report.staging import StagingFacts, staging_facts
from rules_lib.staging_record import StagingRecord

DAY: Final = date(2026, 1, 31)
WEEK: Final = {"days": 7}


def made(sources: tuple[str, ...] = (text(1),), **settings: Any) -> tuple[Inputs, Built]:
    """A build of rules of a category that drops, on a new account."""
    known = {"staging": settings.pop("known", StagingRecord())}
    allowlist = allow(**{"default": "drop", "staging": WEEK, **settings})
    asked = inputs(ruleset({"emerging-web": sources}), allowlist, **known)
    return asked, build(asked)


def test_staged_rules_are_counted_by_the_day_from_which_they_drop() -> None:
    """Those that fired have no such day."""
    young = text(2, "metadata:created_at 2026_01_30; ")
    facts = staging_facts(
        *made((text(1), young, text(3), text(4, "metadata:created_at 2020_01_01; ")))
    )
    assert (facts.staged, facts.turns) == (3, {"2026-02-06": 1, "2026-02-07": 2})
    assert list(facts.lines()) == [
        "staged: 3 rules alert first (drop from 2026-02-06: 1; drop from 2026-02-07: 2)"
    ]
    assert not facts.is_news


def test_nothing_is_said_where_nothing_is_staged() -> None:
    """As on most accounts most of the time."""
    assert staging_facts(*made(staging={"days": 0})) == StagingFacts()
    assert list(StagingFacts().lines()) == []


def test_lines_name_a_few_days_and_what_waits_for_people() -> None:
    """The first five days, and the rest as one number."""
    turns = {f"2026-02-0{day}": day for day in range(1, 8)}
    [line] = StagingFacts(staged=29, turns=turns, stays=1).lines()
    assert line.endswith("drop from 2026-02-05: 5; later: 13; fired, until you decide: 1)")
    assert list(StagingFacts(staged=1, excepted=2).lines()) == [
        "staged: 1 rule alerts first ()",
        "exceptions: 2 rules without some hosts",
    ]


def test_people_are_told_of_an_exception_a_week_before_its_last_day_and_on_it() -> None:
    """And on no other day, as a notice is sent for it."""
    days = {1: "2026-01-31", 2: "2026-02-07", 3: "2026-02-06", 4: "2026-01-30"}
    given = [{"sid": sid, "not_from": "10.0.0.1", "until": day} for sid, day in days.items()]
    facts = staging_facts(*made(exceptions=given))
    assert facts.ending == {1: "2026-01-31", 2: "2026-02-07"}
    assert facts.is_news


def test_rule_that_fired_is_news_once() -> None:
    """The record knows of it from then on."""
    known = StagingRecord(since={1: DAY}, first=False)
    asked, built = made(known=known)
    fired = StagingRecord(since={1: DAY}, fired={1: DAY}, first=False)
    told = Built(**{name: getattr(built, name) for name in Built.__slots__} | {"staging": fired})
    assert staging_facts(asked, told).fired == FirstRules(1, {1: "rule 1"})
    again = Inputs(ruleset=asked.ruleset, allowlist=asked.allowlist, day=DAY, staging=fired)
    assert staging_facts(again, told).fired == FirstRules()


def test_records_say_until_when_and_which_hosts() -> None:
    """`changed.jsonl` has all of it."""
    given = [{"sid": 1, "not_from": ["10.0.0.1"], "until": "2026-03-01", "why": 'a "b"'}]
    _, built = made(exceptions=given)
    [line] = changed_jsonl(built.kept)
    record = json.loads(line)
    assert record["changes"] == ["staged", "exception"]
    assert record["staged"] == {"since": "2026-01-31", "until": "2026-02-07", "fired": None}
    assert record["exceptions"] == [
        {"not_from": ["10.0.0.1"], "not_to": [], "until": "2026-03-01", "why": 'a "b"'}
    ]
    assert record["after"].startswith("alert tcp !10.0.0.1 any -> any any")


def test_rule_that_was_staged_and_drops_now_has_turned() -> None:
    """One that goes on alerting has not, nor has one that drops since long ago."""
    since = {1: date(2026, 1, 24), 2: date(2026, 1, 30)}
    record = StagingRecord(since=since, first=False)
    asked, _ = made((text(1), text(2), text(3)), known=record)
    drops = text(3).replace("alert", "drop", 1)
    group = DeployedGroup(
        name="et-web",
        arn="arn",
        slot=Slot("emerging-web"),
        capacity=100,
        content=GroupText("".join(f"{one}\n" for one in (text(1), text(2), drops))),
        variables=GroupVariables(),
        strict=True,
        associations=1,
        token="",
    )
    asked = replace(asked, deployed=Deployed(groups=(group,)))
    facts = staging_facts(asked, build(asked))
    assert (facts.turned, facts.staged) == (1, 1)


LATE: Final = (text(1, "flowbits:set,seen; noalert; "), text(2, "flowbits:isset,seen; "))


def test_rules_that_would_drop_too_early_are_counted_and_recorded() -> None:
    """With what would be judged too late; the number is left out where there are none."""
    asked, built = made(LATE, staging={"days": 0}, firewall={"target": "next-generation"})
    facts = staging_facts(asked, built)
    assert facts.late == 1
    assert list(facts.lines()) == ["late-setter: 1 rule alerts: a drop would be too early"]
    [line] = changed_jsonl(built.kept)
    record = json.loads(line)
    assert record["changes"] == ["late-setter"]
    assert record["late_setter"] == {"sid": 1, "action": "alert", "mark": "seen", "others": 0}
    assert "late" in TypeAdapter(StagingFacts).dump_python(facts)
    assert "late" not in TypeAdapter(StagingFacts).dump_python(StagingFacts())
