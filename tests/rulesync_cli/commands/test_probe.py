"""`rulesync probe`: asked of the double, of an altered double, and of nobody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localaws import Call, EmbeddedAws, Fault, Quotas, embedded_aws
from rulesync_cli import main
from rulesync_cli.probing.table import TABLE

MODULE = import_module("rulesync_cli.commands.probe")
"""The package has the command by the same name."""

QUICK = ("--pace", "0")
ASKED = ("probe", "--yes", *QUICK)


def call(*words: object, typed: str | None = None) -> Result:
    """Run the command; what it does not expect is raised."""
    return CliRunner().invoke(main, [*map(str, words)], input=typed, catch_exceptions=False)


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """The double, as strict and as lax as the service."""
    with embedded_aws() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Whole:
    """Every fact, asked once.

    Attributes:
        answer: of the command.
        calls: that it made.
        file: what it has written.
    """

    answer: Result
    calls: tuple[Call, ...]
    file: Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """All that is asked of the double, which takes longer than anything else here."""
    file = tmp_path_factory.mktemp("asked") / "answers.json"
    with embedded_aws() as running:
        return Whole(call(*ASKED, "--write", file), running.calls, file)


@pytest.fixture
def altered() -> Iterator[EmbeddedAws]:
    """A double that differs in three facts: one lax, one strict, one number."""
    quotas = Quotas(policy_rule_groups=25, policy_capacity=50_000)
    with embedded_aws(quotas=quotas, lenient=["gid_is_left_to_the_service"]) as running:
        running.refuse("filesize:", "RuleOptions filesize is not supported")
        yield running


def test_double_differs_in_nothing(whole: Whole) -> None:
    """What was assumed is known now, as the double does what is assumed."""
    answer = whole.answer
    assert answer.exit_code == 0, answer.output
    assert "differs" not in answer.stdout
    news = sum(not one.known and not one.unaskable for one in TABLE)
    unsent = answer.stdout.count("does not send it")  # by an older botocore than is locked
    assert f"{len(TABLE)} facts: {news - unsent} known now, " in answer.stdout
    assert all(one.dry_run or one.action.startswith(("List", "Describe")) for one in whole.calls)
    statements = json.loads(call("probe", "--permissions").stdout)["Statement"]
    allowed = {action for one in statements for action in one["Action"]}
    assert {f"network-firewall:{one.action}" for one in whole.calls} <= allowed


def test_answers_are_kept_and_count_from_then_on(
    aws: EmbeddedAws, whole: Whole, tmp_path: Path
) -> None:
    """A second run with the same file has nothing left to learn; a later change differs."""
    file = Path(shutil.copy(whole.file, tmp_path))
    again = call(*ASKED, "--write", file)
    assert again.exit_code == 0
    assert "known now" not in again.stdout
    aws.refuse("detection_filter", "RuleOptions detection_filter is not supported")
    changed = call(*ASKED, "--write", file, "--only", "keyword-detection_filter")
    assert changed.exit_code == 1
    kept = json.loads(file.read_text())["answers"]
    assert len(kept) > 150
    assert "is not supported" in kept["keyword-detection_filter"]["refusal"]


def test_altered_double_differs_in_exactly_three_facts(altered: EmbeddedAws) -> None:
    """The report names them, with what was expected and what was answered."""
    assert altered.calls == ()
    answer = call(*ASKED, "--json")
    assert answer.exit_code == 1
    report = json.loads(answer.stdout)
    differs = {one["id"]: one for one in report["facts"] if one["state"] == "differs"}
    assert set(differs) == {"gid", "documented-filesize", "policy-groups-21"}
    assert report["counts"]["differs"] == 3
    assert report["counts"]["no answer"] == 0
    assert differs["gid"]["answer"]["accepted"]
    assert differs["gid"]["expected"]["words"].endswith("Illegal option(s): [gid:9999]")
    assert "filesize is not supported" in differs["documented-filesize"]["answer"]["words"]
    assert "123456789012" not in answer.stdout


def test_table_tells_what_differs_first(altered: EmbeddedAws) -> None:
    """What agrees stands last, and is told by its fact alone."""
    assert altered.calls == ()
    lines = call(*ASKED).stdout.splitlines()
    assert lines[0] == "differs: 3"
    assert "accepted (expected: refused: stateful rule is invalid" in "\n".join(lines[1:4])
    assert lines[-1].startswith(f"{len(TABLE)} facts: 3 differs, ")


def test_fact_that_was_assumed_otherwise_is_told_so(aws: EmbeddedAws) -> None:
    """It is known now, and no failure."""
    aws.refuse("detection_filter", "RuleOptions detection_filter is not supported")
    answer = call(*ASKED, "--only", "keyword-detection_filter")
    assert answer.exit_code == 0
    assert "is not supported (assumed: accepted)" in answer.stdout


def test_what_is_not_as_assumed_stands_first_and_is_counted(aws: EmbeddedAws) -> None:
    """Among many open facts that are as assumed nobody would see it."""
    aws.refuse("websocket any", "protocol websocket is unknown")
    protocols = [one.id for one in TABLE if one.id.startswith("protocol-")]
    lines = call(*ASKED, *(f"--only={one}" for one in protocols)).stdout.splitlines()
    assert len(lines) > len(protocols) > 10
    assert lines[1].startswith("protocol-websocket ")
    assert lines[-1].endswith(", 1 of those now known differ from the assumption")


def test_what_is_done_is_said_before(aws: EmbeddedAws) -> None:
    """How many calls, the plain one among them, where, at what cost, with what rights."""
    answer = call(*ASKED, "--only", "gid")
    assert "2 dry runs of CreateRuleGroup, CreateFirewallPolicy" in answer.stderr
    assert "AWS charges nothing" in answer.stderr
    assert "rulesync probe --permissions" in answer.stderr
    assert len([one for one in aws.calls if one.dry_run]) == 2


def test_real_account_is_asked_only_when_somebody_agrees(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal and without --yes nothing is asked."""
    answer = call("probe", *QUICK)
    assert answer.exit_code == 1
    assert "--yes" in answer.stderr
    monkeypatch.setattr(MODULE, "is_attended", lambda: True)
    assert "nothing was asked" in call("probe", *QUICK, typed="n\n").stderr
    assert aws.calls == ()
    assert call("probe", *QUICK, "--only", "gid", typed="y\n").exit_code == 0


def test_trouble_is_told_and_ends_the_asking(aws: EmbeddedAws) -> None:
    """A denied account answers nothing, and is not asked a hundred times."""
    for action in ("CreateRuleGroup", "CreateFirewallPolicy", "CreateFirewallPolicyV2"):
        aws.inject(Fault(action, "AccessDeniedException", "not you", times=500))
    answer = call(*ASKED)
    assert answer.exit_code == 1
    assert "AccessDeniedException: not you" in answer.stdout
    assert len([one for one in aws.calls if one.dry_run]) == 4


def test_nothing_is_asked_for_a_list_or_the_permissions(aws: EmbeddedAws) -> None:
    """Neither needs an account."""
    listed = call("probe", "--list").stdout
    assert "? `classtype` is refused in strict order" in listed
    assert "measured in us-east-1, September 2026" in listed
    assert {one["id"] for one in json.loads(call("probe", "--list", "--json").stdout)} == {
        one.id for one in TABLE
    }
    looks, *creates = json.loads(call("probe", "--permissions").stdout)["Statement"]
    assert all(":List" in one or ":Describe" in one for one in looks["Action"])
    assert all(":Create" in action for one in creates for action in one["Action"])
    assert all(one["Resource"] != "*" for one in creates)
    assert aws.calls == ()


def test_unknown_id_is_wrong_usage() -> None:
    """Naming it, and where they stand."""
    answer = call("probe", "--only", "typo")
    assert answer.exit_code == 2
    assert "there is no typo; see --list" in answer.stderr
