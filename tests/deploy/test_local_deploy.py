"""The stack for real: built, deployed, set in motion by events, and run from its own packages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.alert_logs import alert_record
from support.deploy import ROOT
from support.evidence import (
    HOST,
    STAGED,
    actions_of,
    hits_of,
    let_a_month_pass,
    staged_rule,
    summary_of,
    turn_on,
)

from rules_lib.bucket import FIRED, PLAN, build_key, hits_key
from rules_lib.hits.stored import unpack_day
from rulesync_cli.allowlist_text import with_sids

if TYPE_CHECKING:
    from support.deploy import Act

pytestmark = pytest.mark.sam

_UNCHECKED: Final = b"\x01\0\0\0"
"""The flags of compiled code that is taken as it is: by hash, and not checked (PEP 552)."""


def changes(printed: str) -> set[str]:
    """The logical ids in the change set that sam deploy shows."""
    return set(re.findall(r"^[+*-] (?:Add|Modify|Delete) +(\w+)", printed, re.MULTILINE))


def test_layers_are_compiled(template: Path) -> None:
    """Lambda's folders are read-only: what comes uncompiled is compiled at every cold start.

    It is not compared with the source's time, which the way through a zip archive alters.
    """
    layers = [template.parent / name / "python" for name in ("LibraryLayer", "PackagesLayer")]
    sources = [file for layer in layers for file in layer.rglob("*.py")]
    compiled = [Path(cache_from_source(str(file))) for file in sources]
    assert [file for file in compiled if not file.exists()] == []
    assert {file.read_bytes()[4:8] for file in compiled} == {_UNCHECKED}
    report = layers[0] / "rules_lib" / "report"
    templates = {f"{file.name}.code" for file in (report / "page").iterdir()}
    assert {file.name for file in (report / "compiled").iterdir()} == templates


def test_first_deploy_stores_the_shipped_allowlist(deployed: Act) -> None:
    """Byte for byte."""
    assert deployed.allowlist == (ROOT / "config" / "categories.yaml").read_bytes()


def test_first_deploy_makes_rule_groups(deployed: Act) -> None:
    """The packages fetched and built, each in a process with nothing but itself."""
    assert deployed.latest["version"] == "1001"
    assert any(name.startswith("et-emerging-malware") for name in deployed.groups)
    assert all("sid:" in rules for rules in deployed.groups.values())


def test_policy_of_the_stack_refers_to_every_group(deployed: Act) -> None:
    """Nobody has to attach anything by hand."""
    assert deployed.references == set(deployed.groups)


def test_schedule_finds_an_unchanged_feed(deployed: Act) -> None:
    """The target of the schedule's rule is the function, and it runs."""
    outcome = deployed.stack.on_schedule(deployed.stack.outputs["FetchFunctionName"])
    assert (outcome["status"], outcome["version"]) == ("unchanged", "1001")


def test_schedule_of_the_build_changes_nothing_that_is_as_it_should_be(edited: Act) -> None:
    """No write reaches the firewall."""
    outcome = edited.stack.on_schedule(edited.stack.outputs["BuildFunctionName"])
    assert (outcome["status"], outcome["calls"]) == ("applied", {})


def test_what_fired_is_counted_from_the_firewall_s_logs(deployed: Act) -> None:
    """By Athena over the table that was deployed; builds know it from then on."""
    stack, now = deployed.stack, datetime.now(UTC)
    sid = int(re.findall(r"sid:(\d+);", next(iter(deployed.groups.values())))[0])
    group = next(iter(deployed.groups))
    stack.log(*(alert_record(sid, at=now, flow=flow, group=group) for flow in (1, 2)))
    outcome = stack.on_schedule(stack.outputs["HitsFunctionName"])
    assert (outcome["hits"], outcome["unread"]) == (2, 0)
    day = unpack_day(stack.read(hits_key(f"{now:%Y-%m-%d}")) or b"", "the day")
    assert [(hits.sid, hits.group, hits.count, hits.flows) for hits in day.hits] == [
        (sid, group, 2, 2)
    ]
    stack.log(alert_record(sid, at=now, flow=3, group=group))
    stack.on_schedule(stack.outputs["HitsFunctionName"])
    day = unpack_day(stack.read(hits_key(f"{now:%Y-%m-%d}")) or b"", "the day")
    assert [hits.count for hits in day.hits] == [3]
    fired = json.loads(stack.read(FIRED) or b"{}")
    assert fired == {str(sid): {group: f"{now:%Y-%m-%d}"}}


def test_groups_follow_an_edit_of_the_allowlist(deployed: Act, edited: Act) -> None:
    """Nobody starts anything: the object's arrival does."""
    assert edited.groups != deployed.groups
    assert edited.references == set(edited.groups)


def test_same_deploy_again_changes_nothing(edited: Act, deployed_again: Act) -> None:
    """And the edited allowlist stays."""
    assert "No changes to deploy" in deployed_again.printed
    assert deployed_again.allowlist == edited.allowlist
    assert deployed_again.groups == edited.groups


def test_edited_parameter_changes_only_what_it_concerns(edited: Act, moved: Act) -> None:
    """The URL reaches the fetch, and the set-up, which has it fetched at once."""
    assert changes(moved.printed) == {"FetchFunction", "Setup"}
    assert moved.allowlist == edited.allowlist


def test_next_release_reaches_the_groups(edited: Act, moved: Act) -> None:
    """Fetched, and built by its manifest's arrival."""
    assert moved.groups != edited.groups
    assert moved.references == set(moved.groups)


def test_hit_keeps_a_rule_staged_until_people_decide_and_it_drops(
    moved: Act, tmp_path: Path
) -> None:
    """Staged, fired, suggested, planned with its impact, and dropped: evidence before blocking."""
    stack = moved.stack
    turn_on(stack, STAGED)
    sid, group = staged_rule(stack)
    now = datetime.now(UTC)
    stack.log(alert_record(sid, at=now, group=group, source=HOST, verdict={"action": "alert"}))
    assert stack.on_schedule(stack.outputs["HitsFunctionName"])["hits"] >= 1
    stack.on_schedule(stack.outputs["BuildFunctionName"])
    assert summary_of(stack)["staging"]["stays"] == 1
    assert actions_of(stack)[sid] == "alert"

    let_a_month_pass(stack)
    [row] = [one for one in hits_of(stack) if one["sid"] == sid]
    assert (row["mode"], row["blocked"], row["hosts"]) == ("alert", 0, [HOST])
    ready = [one["sid"] for one in hits_of(stack, "--class", "ready")]
    edited = tmp_path / "edited.yaml"
    stack.rulesync("pull", edited)
    stack.rulesync("hits", "--suggest", "--config", edited, "--out", edited, "--yes")
    assert ready
    assert sid not in ready  # it waits for somebody to decide
    edited.write_text(with_sids(edited.read_text(), "drop", [sid]))

    plan = json.loads(stack.rulesync("plan", "--config", edited, "--json", codes=(2,)))
    [would] = [one for one in plan["impact"]["categories"] if one["category"] == STAGED]
    assert (would["what"], would["hits"], would["hosts"]) == ("would have blocked", 1, [HOST])
    assert [one["sid"] for one in would["fired"]] == [sid]

    before = stack.latest()["build"]
    stack.rulesync("push", edited, "--yes", "--allow-shrink")
    stack.until("the groups that follow", lambda: stack.latest()["build"] != before)
    actions = actions_of(stack)
    assert actions[sid] == "drop"
    assert {one: actions[one] for one in ready} == dict.fromkeys(ready, "drop")
    assert str(sid) in (stack.read(build_key(stack.latest()["build"], PLAN)) or b"").decode()
    told = json.loads(stack.rulesync("explain", sid, "--history", "--json"))["history"]
    assert [one["detail"] for one in told[0]["events"] if one["what"] == "in force"] == [
        "as alert",
        "as drop",
    ]
