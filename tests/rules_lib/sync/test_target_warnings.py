"""What people are told of a kind of policy that does otherwise than their file says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.groups import in_force
from support.inputs import inputs
from support.next_generation import NEXT
from support.rules import allow, fitted, ruleset, text

from rules_lib.build import build
from rules_lib.facts import next_generation
from rules_lib.facts.next_generation import (
    NEEDED,
    disagreeing,
    disagreeing_in,
    never_run,
    refuses_to_attach,
)
from rules_lib.groups.rule_group import Group
from rules_lib.sync.warnings import without_effect
from rulesync_cli.probing.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OWN: Final = {
    "local-ours": [text(1, head="pass tcp"), text(2, head="drop tcp")],
    "local-late": [text(3)],
    "emerging-malware": [text(4)],
}
WRITTEN: Final = {
    "local-ours": "as-written",
    "local-late": {"mode": "alert", "place": "last"},
    "emerging-malware": "drop",
}


def told(firewall: Mapping[str, Any]) -> list[str]:
    """The warnings of these files with this target."""
    allowlist = allow(categories=WRITTEN, firewall={**firewall})
    given = inputs(ruleset(OWN), allowlist)
    return list(without_effect(given, build(given), "ours/"))


def test_an_order_that_cannot_hold_is_told() -> None:
    """The file's own order, a place among the groups, a first priority, and where a pass stands."""
    lines = told({**NEXT, "first_priority": 7})
    assert any(one.startswith("local-ours is published as written, but its order") for one in lines)
    assert any(one.startswith("categories: local-late: place has no effect") for one in lines)
    assert any(one.startswith("firewall: first_priority has no effect") for one in lines)
    assert any(
        one.startswith("1 pass rule of your own (sid 1) comes before every drop") for one in lines
    )


def test_classic_file_is_told_nothing_of_it() -> None:
    """Its order holds."""
    assert told({"first_priority": 7}) == []


def test_many_pass_rules_are_counted() -> None:
    """Eight are named."""
    files = {"local-ours": [text(sid, head="pass tcp") for sid in range(1, 12)]}
    given = inputs(ruleset(files), allow(categories={"local-ours": "as-written"}, firewall=NEXT))
    lines = without_effect(given, build(given), "ours/")
    assert any(
        "11 pass rules of your own (sid 1, 2, 3, 4, 5, 6, 7, 8 and 3 more)" in one for one in lines
    )


def test_the_facts_that_unlock_attaching_are_those_of_the_probe() -> None:
    """Each is in its table, answered by nobody yet, and assumed as it is needed."""
    probes = {probe.id: probe for probe in TABLE}
    assert NEEDED.keys() <= probes.keys()
    assert {name: probes[name].expected.accepted for name in NEEDED} == dict(NEEDED)
    assert disagreeing() == tuple(NEEDED)
    assert "was never run in a real account" in never_run()
    assert "ips-arn" in refuses_to_attach()


def test_answers_of_an_account_unlock_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, as they are needed; one that differs is named."""
    answers: dict[str, dict[str, object]] = {
        name: {"refusal": None if taken else "no"} for name, taken in NEEDED.items()
    }
    assert disagreeing_in(answers) == ()
    answers["ips-noalert"]["refusal"] = "keyword is not supported"
    answers["next-classic-group"]["refusal"] = None
    assert disagreeing_in(answers) == ("ips-noalert", "next-classic-group")
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "service-answers.json"
    monkeypatch.setattr(next_generation, "files", lambda _: tmp_path)
    file.write_text(json.dumps({"version": 1, "answers": answers}))
    assert "2 of the" in never_run()
    assert "ips-noalert, next-classic-group" in refuses_to_attach()
    for name in ("ips-noalert", "next-classic-group"):
        answers[name]["refusal"] = None if NEEDED[name] else "no"
    file.write_text(json.dumps({"version": 1, "answers": answers}))
    assert (never_run(), refuses_to_attach()) == ("", "")


def packed(
    files: Mapping[str, Sequence[str]], before: Sequence[Group] = (), **firewall: Any
) -> tuple[Group, ...]:
    """The groups of these files for a Next Generation policy."""
    modes: dict[str, Any] = {name: "alert" if name.endswith("info") else "drop" for name in files}
    modes.update((name, mode) for name, mode in WRITTEN.items() if name in files)
    allowlist = allow(categories=modes, firewall={**NEXT, **firewall})
    return fitted(files, allowlist, in_force(before))[1].packed.groups


def test_drop_and_alert_share_a_group_where_groups_are_few() -> None:
    """Groups mean nothing there; and none has a priority."""
    files = {f"emerging-{name}": [text(10 + at)] for at, name in enumerate(("a", "b", "info"))}
    groups = packed(files, rule_groups=1)
    assert [(one.name, one.priority) for one in groups] == [("et-shared-mixed", 0)]
    assert {rule.sid for rule in groups[0].rules} == {10, 11, 12}
    assert packed(files, groups, rule_groups=1) == groups
    apart = packed(files)
    assert len(apart) == 3
    assert {one.priority for one in apart} == {0}


def test_own_rules_share_in_need_whatever_place_they_ask_for() -> None:
    """As written, last, or with a pass: none of it is a place there."""
    [group] = packed(OWN, rule_groups=1)
    assert {rule.sid for rule in group.rules} == {1, 2, 3, 4}
    assert len(packed(OWN, rule_groups=4)) == 3
