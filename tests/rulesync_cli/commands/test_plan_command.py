"""`rulesync plan` reads like a diff, and stops nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.account import Account, account, call
from support.begun import begun
from support.feeds import allowlist, rule

POLICY = "prod"
SIX = [rule(sid) for sid in range(1, 7)]


@begun(RULESYNC_POLICIES=POLICY)
def applied(aws: Account) -> None:
    """An account with two categories in force, attached to a policy."""
    aws.allow(categories={"emerging-malware": "alert", "emerging-info": "alert"})
    aws.publish(malware=SIX, info=[rule(20), rule(21)])
    assert call("apply", "--yes").exit_code == 0


def edited(folder: Path, **settings: Any) -> Path:
    """An edited allowlist on disk."""
    path = folder / "edited.yaml"
    path.write_text(allowlist(**settings))
    return path


def words(line: str) -> str:
    """A line with single spaces."""
    return " ".join(line.split())


def shown(*options: object) -> list[str]:
    """The lines of a plan in which something changes."""
    answer = call("plan", *options)
    assert answer.exit_code == 2, answer.output
    return [words(line) for line in answer.stdout.splitlines()]


def test_first_plan_creates_everything(tmp_path: Path) -> None:
    """A line for each group, in the order of inspection, and what the policy will refer to."""
    with account(tmp_path, RULESYNC_POLICIES=POLICY) as aws:
        aws.allow()
        aws.publish(malware=SIX, info=[rule(20)])
        lines = shown()
    assert "+ 1000 et-emerging-info create +1 2" in lines
    assert "+ 1001 et-emerging-malware create +6 7" in lines
    assert "policy prod: create in one call; + et-emerging-info, et-emerging-malware" in lines
    assert "capacity: 0 -> 9 of 30,000 (0%)" in lines


def test_plan_of_nothing_says_so(applied: Account) -> None:
    """And exits with 0."""
    answer = call("plan")
    assert answer.exit_code == 0
    assert "nothing to do: the firewall matches the allowlist" in answer.stdout
    assert "calls:" not in answer.stdout
    assert f"compared with build {applied.latest()['build']}" in answer.stdout


def test_changed_rules_are_counted_by_group(applied: Account) -> None:
    """Added, removed, changed; the groups that stay are only counted."""
    applied.publish(malware=[rule(1, rev=2), *SIX[1:5], rule(7)], info=[rule(20), rule(21)])
    lines = shown()
    assert "~ 1000 et-emerging-malware update +1 -1 ~1 7" in lines
    assert "1 rule group unchanged" in lines
    assert "rules: +1 -1 ~1 in total" in lines


def test_group_that_outgrew_its_capacity_names_the_one_it_replaces(applied: Account) -> None:
    """With both capacities, and the policy's switch."""
    applied.publish(malware=[*SIX, rule(7), rule(8)], info=[rule(20), rule(21)])
    [line] = [line for line in shown() if line.startswith("±")]
    assert line.startswith("± 1000 et-emerging-malware-b replace +2 -0 ~0 7 -> 9 replaces")
    assert any("+ et-emerging-malware-b; - et-emerging-malware" in line for line in shown())


def test_rules_that_act_otherwise_are_named_by_sid_and_msg(
    applied: Account, tmp_path: Path
) -> None:
    """From what the firewall has, not from what the feed says."""
    config = edited(tmp_path, rules={"drop": [2]})
    lines = shown("--config", config)
    assert "1 rule changes its action" in lines
    assert "alert -> drop 2 rule 2" in lines
    [change] = json.loads(call("plan", "--config", config, "--json").stdout)["actions"]
    assert (change["sid"], change["before"], change["after"]) == (2, "alert", "drop")
    assert applied.sids() == {1, 2, 3, 4, 5, 6, 20, 21}


def test_many_of_them_are_named_on_request(tmp_path: Path) -> None:
    """Ten of them without."""
    rules = [rule(sid) for sid in range(1, 15)]
    with account(tmp_path) as aws:
        aws.allow()
        aws.publish(malware=rules)
        call("apply", "--yes")
        config = edited(tmp_path, default="drop")
        short, full = shown("--config", config), shown("--config", config, "--full")
    assert "14 rules change their action" in short
    assert "and 4 more; --full names all" in short
    assert "alert -> drop 4 in et-emerging-malware" in short
    assert [sum(line.startswith("alert -> drop") for line in one) for one in (short, full)] == [
        11,  # ten rules, and what the others come to
        14,
    ]


def test_diff_shows_each_rule_before_and_after(applied: Account, tmp_path: Path) -> None:
    """Only of the group that is asked for, or of all that change."""
    config = edited(tmp_path, rules={"drop": [2, 20], "off": [3]})
    one = shown("--config", config, "--diff", "et-emerging-malware")
    assert "--- et-emerging-malware (deployed)" in one
    assert f"-{words(rule(3))}" in one
    assert f"-{words(rule(2))}" in one
    assert f"+{words(rule(2, action='drop'))}" in one
    assert f"+{words(rule(20, action='drop'))}" not in one
    assert f"+{words(rule(20, action='drop'))}" in shown("--config", config, "--diff")
    assert applied.sids() == {1, 2, 3, 4, 5, 6, 20, 21}


def test_diff_of_a_group_that_stays_says_so(applied: Account, tmp_path: Path) -> None:
    """In place of a heading with nothing under it."""
    config = edited(tmp_path, rules={"drop": [2]})
    lines = shown("--config", config, "--diff", "et-emerging-info")
    assert lines[-1] == "et-emerging-info: no rule is added, removed or changed"
    assert not any(line.startswith("---") for line in lines)
    assert applied.sids() == {1, 2, 3, 4, 5, 6, 20, 21}


def test_diff_of_an_unknown_group_names_the_known(applied: Account) -> None:
    """As wrong usage, before anything is printed; where one is meant, that one alone."""
    answer = call("plan", "--diff", "et-nope")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert all(name in answer.stderr for name in applied.deployed())
    typo = call("plan", "--diff", "et-emerging-malwar").stderr
    assert (
        "et-emerging-malwar is not a rule group of this plan; nearest: et-emerging-malware" in typo
    )


def test_own_file_that_is_off_is_told_once(applied: Account, tmp_path: Path) -> None:
    """The allowlist's default keeps it off, like any category that is new."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.rules").write_text(f"{rule(50)}\n")
    config = edited(tmp_path, default="off", categories={"emerging-malware": "alert"})
    lines = shown("--config", config, "--local", own)
    assert len([line for line in lines if "local-ours" in line]) == 1
    assert applied.sids() == {1, 2, 3, 4, 5, 6, 20, 21}


def test_plan_that_a_sync_would_refuse_is_shown_with_the_cause(
    applied: Account, tmp_path: Path
) -> None:
    """It exits with 2: there are changes, and they are seen."""
    config = edited(tmp_path, categories={"emerging-malware": "off"})
    lines = shown("--config", config)
    assert "- - et-emerging-malware delete -6 7" in lines
    assert any(line.startswith("a sync would refuse this: max_shrink") for line in lines)
    document = json.loads(call("plan", "--config", config, "--json").stdout)
    assert "max_shrink" in document["summary"]["refused"]
    allowed = shown("--config", config, "--allow-shrink")
    assert not any("refuse" in line for line in allowed)
    assert applied.sids() == {1, 2, 3, 4, 5, 6, 20, 21}


def test_policy_that_cannot_take_the_groups_is_told_under_the_plan(applied: Account) -> None:
    """The plan itself is shown too."""
    applied.create_by_hand("theirs", rule(99))
    applied.create_policy("full", {"theirs": 1000})
    lines = shown("--policy", "full")
    assert any("priority 1000" in line and "is taken by" in line for line in lines)


def test_drift_is_a_warning(applied: Account) -> None:
    """What somebody else changed is named, and put right."""
    applied.edit_by_hand("et-emerging-info", rule(20))
    lines = shown()
    assert any("et-emerging-info was edited by somebody else" in line for line in lines)
    assert "~ 1001 et-emerging-info update +1 -0 ~0 3" in lines


def test_hold_is_told(applied: Account) -> None:
    """The plan is what a sync would do once it is lifted."""
    call("rollback", "--yes", applied.latest()["build"])
    assert "a sync changes nothing until `rulesync resume`" in call("plan").stdout


def test_own_rules_are_planned_from_a_folder(applied: Account, tmp_path: Path) -> None:
    """In place of the bucket's; those that would be discarded are named with file and line."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.rules").write_text(f"{rule(50)}\n\n{rule(51, 'lua:x.lua; ')}\n")
    lines = shown("--local", own)
    assert "+ 1000 et-local-ours create +1 2" in lines
    [remark] = [line for line in lines if f"{own}/ours.rules" in line]
    assert remark.startswith(f"warning: {own}/ours.rules:3: sid 51: unsupported-keyword: ")
    assert not applied.has("local/")


def test_json_has_nothing_else_on_stdout(applied: Account, tmp_path: Path) -> None:
    """And all that the plan says."""
    answer = call("plan", "--config", edited(tmp_path, rules={"drop": [2]}), "--json")
    document = json.loads(answer.stdout)
    changes = {step["name"]: step["change"] for step in document["steps"]}
    assert changes == {"et-emerging-malware": "update", "et-emerging-info": "keep"}
    assert document["capacity"] == {"before": 10, "after": 10, "budget": 30_000}
    assert document["compared_with"] == applied.latest()["build"]
    assert (document["held"], document["own_faults"]) == (None, [])
    assert document["policies"][0]["policy"] == POLICY


def test_hostile_msg_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    """It is shown as what it is, in every part of the plan."""
    hostile = rule(1).replace("rule 1", "rule \u202e[bold] :skull:")
    with account(tmp_path) as aws:
        aws.allow()
        aws.publish(malware=[hostile])
        call("apply", "--yes")
        answer = call("plan", "--config", edited(tmp_path, default="drop"), "--full", "--diff")
    assert "\u202e" not in answer.stdout
    assert "alert -> drop  1  rule \\u202e[bold] :skull:" in answer.stdout
    assert '+drop tcp any any -> any any (msg:"rule \\u202e[bold] :skull:"' in answer.stdout


def test_plan_names_what_has_no_effect_and_what_is_not_read(
    applied: Account, tmp_path: Path
) -> None:
    """As the sync would, and as `check` does."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.rules").write_text(rule(900, action="pass"))
    (own / "ours.rules.txt").write_text(rule(901))
    config = edited(tmp_path, rules={"drop": [900], "on": [404]})
    lines = shown("--config", config, "--local", own)
    assert (
        "warning: rules: drop: 900 has no effect: it is a pass rule, and does not change" in lines
    )
    assert "warning: rules: on: 404 is not a rule of this feed or of your own files" in lines
    assert f"warning: {own}/ours.rules.txt is not read: its name must end in .rules" in lines
    assert "+ 1000 et-local-ours create +1 2" in lines
    assert applied.has("latest.json")
