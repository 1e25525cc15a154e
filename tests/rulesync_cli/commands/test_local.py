"""`rulesync local`: its folders, its files, and the exact form of `summary.json`."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from support.feeds import allowlist, feed, rule
from support.results import FILES, Results, by_sid, local, process, sha256, synced

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
MALWARE = (
    rule(1, "classtype:trojan-activity; "),
    rule(2, addresses="[10.0.0.1, 10.0.0.2] any -> $HOME_NET any"),
    rule(3, "lua:x.lua; "),
    f"#{rule(4)}",
)
FEED = {"emerging-malware": MALWARE, "emerging-info": [rule(5)]}
ALLOWLIST = allowlist(categories={"emerging-malware": "drop", "emerging-info": "off"})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A feed of five rules: two to publish, one to discard, one disabled, one off."""
    return feed(tmp_path_factory.mktemp("feed"), FEED, version="10523")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its allowlist."""
    path = tmp_path_factory.mktemp("config") / "categories.yaml"
    path.write_text(ALLOWLIST)
    return path


@pytest.fixture(scope="module")
def results(
    archive: Path, config: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, str, str]:
    """One sync's folder, and what the command said on stdout and stderr."""
    run = synced(tmp_path_factory.mktemp("out"), archive, config=config)
    return run.sync(), run.result.stdout, run.result.stderr


def test_single_feed_leaves_every_file_in_folder_1(results: tuple[Results, str, str]) -> None:
    """`DIR/1`, also where there is no second."""
    folder = results[0].folder
    assert folder.name == "1"
    assert [path.name for path in folder.parent.iterdir()] == ["1"]
    assert {path.name for path in folder.iterdir()} == FILES | {"rule-groups"}


def test_summary_has_exactly_the_form_that_is_documented(
    results: tuple[Results, str, str], archive: Path
) -> None:
    """Programs read it, so its keys and types are a contract."""
    summary = results[0].summary
    assert summary["feed"] == {
        "version": "10523",
        "sha256": sha256(archive),
        "enabled": 4,
        "disabled": 1,
        "source": str(archive),
    }
    assert summary["rules"] == {
        "enabled": 4,
        "kept": 2,
        "discarded": 1,
        "off": 1,
        "setters_added": 0,
    }
    assert summary["actions"] == {"drop": 2}
    assert summary["discarded"] == {"unsupported-keyword": 1}
    assert summary["calls"] == {"CreateRuleGroup": 1}
    assert not {"failed", "refused"} & summary.keys()
    [group] = summary["rule_groups"]
    assert group == {
        "name": "et-emerging-malware",
        "priority": 1000,
        "mode": "drop",
        "capacity": 3,
        "rules": 2,
        "bytes": len(results[0].groups["et-emerging-malware"].encode()),
        "categories": ["emerging-malware"],
        "change": "create",
        "variables": {},
        "references": {},
    }


def test_rule_groups_hold_the_rules_as_deployed(results: tuple[Results, str, str]) -> None:
    """Each rule a line, changed where it must be and nowhere else."""
    assert results[0].groups == {
        "et-emerging-malware": (
            'drop tcp any any -> any any (msg:"rule 1"; content:"x"; sid:1; rev:1;)\n'
            "drop tcp [10.0.0.1,10.0.0.2] any -> $HOME_NET any"
            ' (msg:"rule 2"; content:"x"; sid:2; rev:1;)\n'
        )
    }


def test_discarded_rules_are_told_in_both_forms(results: tuple[Results, str, str]) -> None:
    """With the reason's code, a detail in plain words and the rule as the feed has it."""
    [record] = results[0].records("discarded.jsonl")
    assert record.pop("detail").endswith("lua")
    assert record == {
        "sid": 3,
        "rev": 1,
        "category": "emerging-malware",
        "reason": "unsupported-keyword",
        "msg": "rule 3",
        "rule": rule(3, "lua:x.lua; "),
    }
    text = (results[0].folder / "discarded.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["sid"], row["reason"], row["msg"]) for row in rows] == [
        ("3", "unsupported-keyword", "rule 3")
    ]


def test_changed_rules_are_told_before_and_after(results: tuple[Results, str, str]) -> None:
    """`before` is the feed's text, `after` what the service got."""
    changed = results[0].records("changed.jsonl")
    assert [set(record) for record in changed] == [
        {"sid", "rev", "category", "changes", "before", "after"}
    ] * 2
    assert {record["sid"]: set(record["changes"]) for record in changed} == {
        1: {"classtype-removed", "alert-to-drop"},
        2: {"header-spaces-removed", "alert-to-drop"},
    }
    assert changed[0]["before"] == rule(1, "classtype:trojan-activity; ")
    assert {record["sid"]: record["after"] for record in changed} == results[0].published


def test_plan_says_what_was_done_to_each_group(results: tuple[Results, str, str]) -> None:
    """With the sids that came."""
    [step] = results[0].plan["steps"]
    assert (step["name"], step["change"], step["added"]) == (
        "et-emerging-malware",
        "create",
        [1, 2],
    )
    assert step["rules"] == {"before": 0, "after": 2}


def test_stdout_has_the_summary_and_stderr_the_progress(results: tuple[Results, str, str]) -> None:
    """So that the output can be piped."""
    _, stdout, stderr = results
    assert stdout.startswith("feed 10523: 4 enabled = 2 kept + 1 discarded + 1 off\n")
    assert "et-emerging-malware" in stdout
    assert "sync 1 of 1" in stderr
    assert not set(stdout.splitlines()) & set(filter(None, stderr.splitlines()))


def test_process_keeps_both_streams_apart(archive: Path, config: Path, tmp_path: Path) -> None:
    """The handlers' own log is not in the way either."""
    done = process("--feed", archive, "--config", config, "--out", tmp_path)
    assert done.stdout.startswith("feed 10523: ")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "sync 1 of 1",
        "fetch",
        "build",
    ]


def test_same_feed_twice_asks_nothing_of_the_service(
    archive: Path, config: Path, tmp_path: Path
) -> None:
    """The second sync finds everything as it should be: no write and no dry run."""
    second = synced(tmp_path, archive, archive, config=config).sync(2)
    assert second.summary["calls"] == {}
    assert second.summary["dry_runs"] == 0
    assert set(second.changes.values()) == {"keep"}
    assert second.groups == Results(tmp_path / "1").groups


def test_successive_configs_hold_from_their_sync_on(archive: Path, tmp_path: Path) -> None:
    """The last one holds for the syncs that are left."""
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(ALLOWLIST)
    modes = {"emerging-malware": "alert", "emerging-info": "off"}
    after.write_text(allowlist(categories=modes, max_unblock=1))
    run = synced(tmp_path, archive, archive, archive, config=[before, after])
    actions = [run.sync(number).summary["actions"] for number in (1, 2, 3)]
    assert actions == [{"drop": 2}, {"alert": 2}, {"alert": 2}]
    assert run.sync(2).summary["calls"] == {"UpdateRuleGroup": 1}
    assert run.sync(3).summary["calls"] == {}


def test_changed_rule_is_one_update(archive: Path, config: Path, tmp_path: Path) -> None:
    """One rule of one category has another text: one call."""
    newer = {**FEED, "emerging-malware": [MALWARE[0].replace("rule 1", "rule one"), *MALWARE[1:]]}
    following = feed(tmp_path / "next", newer, version="10524")
    second = synced(tmp_path / "out", archive, following, config=config).sync(2)
    assert second.summary["calls"] == {"UpdateRuleGroup": 1}
    assert second.plan["steps"][0]["changed"] == [1]


def test_results_of_an_earlier_run_are_cleared(archive: Path, config: Path, tmp_path: Path) -> None:
    """What stands in the folder is of this run alone; what is not ours stays."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "7").mkdir()
    synced(tmp_path, archive, archive, config=config)
    synced(tmp_path, archive, config=config)
    assert {path.name for path in tmp_path.iterdir()} == {"1", "7", "notes.txt"}


def test_own_rules_come_first_and_win(archive: Path, tmp_path: Path) -> None:
    """`--local DIR`: categories `local-<file>`, also where the feed has the same sid."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "ours.rules").write_text(f"{rule(2, 'nocase; ')}\n{rule(900)}\n")
    settings = {"local-ours": "drop", "emerging-malware": "drop", "emerging-info": "off"}
    listed = tmp_path / "listed.yaml"
    listed.write_text(allowlist(categories=settings))
    found = synced(tmp_path / "out", archive, config=listed, local=mine).sync()
    assert by_sid(found.groups["et-local-ours"]).keys() == {2, 900}
    assert "nocase" in found.published[2]
    assert found.group("et-local-ours")["priority"] < found.group("et-emerging-malware")["priority"]
    [loser] = [one for one in found.records("discarded.jsonl") if one["sid"] == 2]
    assert (loser["category"], loser["reason"]) == ("emerging-malware", "duplicate-sid")
    assert found.summary["rules"]["enabled"] == 6


def test_numbers_agree_with_each_other(results: tuple[Results, str, str]) -> None:
    """The equation holds, and the summary's numbers are those of the files."""
    found, summary = results[0], results[0].summary
    rules = summary["rules"]
    assert rules["enabled"] == rules["kept"] + rules["discarded"] + rules["off"]
    assert rules["kept"] == sum(group["rules"] for group in summary["rule_groups"])
    assert rules["kept"] == sum(summary["actions"].values()) == len(found.published)
    reasons = Counter(record["reason"] for record in found.records("discarded.jsonl"))
    assert summary["discarded"] == reasons


def test_name_that_is_no_folder_is_wrong_usage(archive: Path, tmp_path: Path) -> None:
    """As is a missing allowlist: exit code 2, which a script can tell from a failed sync."""
    (tmp_path / "file").touch()
    assert local(tmp_path / "file", archive).result.exit_code == 2
    assert local(tmp_path / "out", archive, config=tmp_path / "none.yaml").result.exit_code == 2


def test_missing_extra_is_named_with_the_way_to_install_it(archive: Path, tmp_path: Path) -> None:
    """Whoever installed the command alone has no moto."""
    without = "import sys; sys.modules['moto'] = None; from rulesync_cli import main; main()"
    command = [sys.executable, "-c", without, "local", "--feed", str(archive), "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    extras = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["optional-dependencies"]
    [wanted] = extras["local"]
    assert "needs the package moto: install rulesync with its extra `local`" in done.stderr
    assert f"or pip install '{wanted}'" in done.stderr
