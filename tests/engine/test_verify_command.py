"""`rulesync verify`: what it says, and the code with which it ends."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner
from support.account import BUCKET, account
from support.engine.traffic import Tape, write
from support.feeds import allowlist, feed, rule
from support.results import synced

from rulesync_cli import main
from rulesync_cli.verify.suricata import installed

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "verify.md"
OUT: Final = "$HOME_NET any -> $EXTERNAL_NET any"


@dataclass(frozen=True, slots=True)
class Said:
    """How a run ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """What `--json` printed."""
        return dict(json.loads(self.stdout))


def verify(*words: object, **environment: str) -> Said:
    """Run the command."""
    command = ["verify", *map(str, words)]
    done = CliRunner(env=environment).invoke(main, command, catch_exceptions=False)
    return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `rulesync local` leaves of two categories, one of which drops."""
    folder = tmp_path_factory.mktemp("verify")
    web = 'flow:established,to_server; http.uri; content:"/bad"; '
    never = 'content:"what nobody sends"; '
    files = {
        "emerging-alerting": [rule(1, never, addresses=OUT), rule(2, never)],
        "emerging-dropping": [rule(11, web, protocol="http", addresses=OUT)],
    }
    config = folder / "categories.yaml"
    config.write_text(allowlist(categories={"emerging-dropping": "drop"}))
    return synced(folder / "out", feed(folder / "feed", files), config=config).out


@pytest.fixture
def results(left: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(left, tmp_path / "out"))


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """One on which a rule acts, a quiet one, and three files that are no captures."""
    tapes = {"acting": Tape().http("/bad", "/more").http("/good"), "quiet": Tape().udp(b"hello")}
    folder = write(tmp_path / "captures", tapes)
    (folder / "empty.pcap").touch()
    (folder / "notes.txt").write_text("what was captured where, and why\n")
    whole = (folder / "acting.pcap").read_bytes()
    (folder / "torn.pcap").write_bytes(whole[:-7])
    return folder


def spoil(results: Path, group: str, text: str) -> None:
    """Write another rule into a deployed group's file."""
    with (results / "1" / "rule-groups" / f"{group}.rules").open("a") as file:
        file.write(f"{text}\n")


@pytest.mark.engine
def test_groups_that_load_end_well(results: Path) -> None:
    """The folder of one sync, or that of all, of which the last counts."""
    for place in (results, results / "1"):
        said = verify(place)
        assert said.code == 0
        assert (
            f"2 rule groups, 3 rules: all loaded by Suricata {installed()[0].version}"
            in said.stdout
        )


@pytest.mark.engine
def test_refused_rule_is_told_with_group_sid_and_words(results: Path) -> None:
    """And the command ends with 1."""
    spoil(results, "et-emerging-alerting", rule(77, "frobnicate:1; "))
    said = verify(results)
    assert said.code == 1
    told = "refused: et-emerging-alerting, line 3, sid 77: unknown rule keyword 'frobnicate'."
    assert told in said.stdout
    assert "4 rules: 3 loaded" in said.stdout


@pytest.mark.engine
def test_json_has_all_of_it(results: Path) -> None:
    """For other programs."""
    spoil(results, "et-emerging-alerting", rule(77, "frobnicate:1; "))
    found = verify(results, "--json").document
    assert not found["ok"]
    assert [group["name"] for group in found["groups"]] == [
        "et-emerging-dropping",
        "et-emerging-alerting",
    ]
    [refusal] = found["groups"][1]["refusals"]
    assert (refusal["line"], refusal["sid"]) == (3, 77)
    assert "frobnicate" in refusal["words"]
    assert "traffic" not in found


@pytest.mark.engine
def test_line_that_is_not_loaded_is_told_with_group_line_and_cause(results: Path) -> None:
    """And the command ends with 1, though the engine says nothing."""
    spoil(results, "et-emerging-alerting", f"# words\n{rule(77, 'requires:version >= 99; ')}")
    said = verify(results)
    assert said.code == 1
    told = "not loaded: et-emerging-alerting, line"
    assert f"{told} 3, no sid: Suricata reads it as a comment" in said.stdout
    assert f"{told} 4, sid 77: Suricata version less than required" in said.stdout
    assert "2 rule groups, 5 rules: 3 loaded" in said.stdout


@pytest.mark.engine
def test_what_only_the_service_can_judge_is_a_remark(results: Path, captures: Path) -> None:
    """Such rules are left out of the replay, too, and the command ends well."""
    spoil(results, "et-emerging-alerting", rule(78, "geoip:dst,RU; "))
    spoil(results, "et-emerging-alerting", rule(79, "aws_domain_category:Malware; "))
    spoil(results, "et-emerging-alerting", rule(80, "aws_new_word:1; "))
    said = verify(results, "--pcap", captures / "acting.pcap")
    assert said.code == 0
    assert "not asked: et-emerging-alerting, line 3, sid 78: its geoip" in said.stdout
    assert "not asked: et-emerging-alerting, line 4, sid 79: its aws_domain_category" in said.stdout
    assert "line 5, sid 80: plain Suricata does not know aws_new_word" in said.stdout
    assert "1 left to the service" in said.stdout
    assert "not replayed: 3 rules that only the service can judge" in said.stdout


@pytest.mark.engine
def test_captures_are_replayed_through_all_groups(results: Path, captures: Path) -> None:
    """Who acts and how often, by sid and group; what was dropped; and what was quiet."""
    said = verify(results, "--pcap", captures)
    assert said.code == 0
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "2 2 11 drop et-emerging-dropping rule 11" in lines
    assert "quiet.pcap 0 0 nothing is raised" in lines
    assert "empty.pcap 0 0 skipped: it is empty" in lines
    assert "notes.txt 0 0 skipped: it is neither pcap nor pcapng" in lines
    assert any(line.startswith("dropped: acting.pcap, packet 4, tcp 10.1.2.3:") for line in lines)


@pytest.mark.engine
def test_torn_capture_is_replayed_to_where_it_ends(results: Path, captures: Path) -> None:
    """And said to be torn, in the engine's words."""
    found = verify(results, "--pcap", captures, "--json").document["traffic"]
    torn = {one["capture"]: one for one in found["captures"]}["torn.pcap"]
    assert "truncated" in torn["problem"]
    assert not torn["skipped"]
    assert [one["sid"] for one in torn["alerts"]] == [11]
    assert found["totals"] == {
        "captures": 3,
        "skipped": 2,
        "quiet": 1,
        "alerts": 2,
        "dropped_flows": 2,
        "unlogged": 0,
    }


def fields(value: object) -> Iterator[str]:
    """Every key, but for the reasons of the engine, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from fields(inner) if key != "engine_drops" else ()
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


@pytest.mark.engine
def test_every_field_is_described(results: Path, captures: Path) -> None:
    """By its name, as code."""
    spoil(results, "et-emerging-alerting", rule(77, "frobnicate:1; "))
    found = set(fields(verify(results, "--pcap", captures, "--json").document))
    page = PAGE.read_text(encoding="utf-8")
    assert {"words", "unlogged", "logged", "rev"} < found
    assert {field for field in found if f"`{field}`" not in page} == set()


@pytest.mark.engine
def test_rule_that_is_refused_is_left_out_of_the_replay(results: Path, captures: Path) -> None:
    """The others act as they would."""
    spoil(results, "et-emerging-alerting", rule(77, "frobnicate:1; "))
    said = verify(results, "--pcap", captures / "acting.pcap", "--json")
    assert said.code == 1
    assert said.document["traffic"]["totals"]["dropped_flows"] == 1


@pytest.mark.engine
def test_flow_that_is_dropped_in_silence_is_told_aloud(results: Path, captures: Path) -> None:
    """As by a group that a simple script made."""
    mark = 'flow:established,to_server; http.uri; content:"/good"; flowbits:set,m; noalert; '
    spoil(results, "et-emerging-dropping", rule(12, mark, action="drop", protocol="http"))
    said = verify(results, "--pcap", captures / "acting.pcap")
    assert "dropped without any log: acting.pcap" in said.stdout
    assert "sid 12 of et-emerging-dropping" in said.stdout


@pytest.mark.engine
def test_home_net_decides_for_groups_that_declare_none(results: Path, captures: Path) -> None:
    """With another network behind the firewall the same capture is quiet."""
    capture = captures / "acting.pcap"
    said = verify(results, "--pcap", capture, "--home-net", "172.20.0.0/16")
    assert "0 flows dropped; 1 quiet" in said.stdout


@pytest.mark.engine
def test_folder_without_a_single_capture_is_an_error(results: Path, captures: Path) -> None:
    """Nothing was shown then."""
    said = verify(results, "--pcap", captures / "empty.pcap")
    assert said.code == 1
    assert "0 captures: 0 alerts" in said.stdout


@pytest.mark.engine
def test_groups_of_the_account_are_verified(tmp_path: Path) -> None:
    """Those in force, with what somebody changed by hand; or those that a build made."""
    with account(tmp_path / "feed") as here:
        here.allow()
        here.sync(malware=[rule(1, addresses=OUT), rule(2)])
        build = here.builds[-1]
        here.edit_by_hand("et-emerging-malware", rule(1) + "\n" + rule(5, 'pcre:"/(x/"; '))
        in_force = verify("--bucket", BUCKET)
        made = verify("--bucket", BUCKET, "--build", build)
    assert in_force.code == 1
    assert "et-emerging-malware, line 2, sid 5: pcre2 compile" in in_force.stdout
    assert made.code == 0
    assert "1 rule group, 2 rules: all loaded" in made.stdout


@pytest.mark.engine
def test_build_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With its key."""
    with account(tmp_path / "feed") as here:
        here.allow()
        said = verify("--bucket", BUCKET, "--build", "nope")
    assert said.code == 1
    assert "builds/nope/groups.json" in said.stderr


@pytest.mark.engine
def test_folder_of_something_else_is_told(tmp_path: Path) -> None:
    """With what it should be."""
    said = verify(tmp_path)
    assert said.code == 1
    assert (
        "groups.json does not exist; give a folder that `rulesync local --out` wrote" in said.stderr
    )


def test_missing_engine_is_told_with_what_to_do(results: Path) -> None:
    """It ends with 1."""
    said = verify(results, "--suricata", "/nowhere/suricata")
    assert said.code == 1
    assert "/nowhere/suricata: not installed, or not a program" in said.stderr
    assert "`make engine`" in said.stderr


@pytest.mark.engine
def test_neither_folder_nor_bucket_is_wrong_usage() -> None:
    """It ends with 2."""
    said = verify(RULESYNC_BUCKET="")
    assert said.code == 2
    assert "give a results folder, or the stack's bucket" in said.stderr


@pytest.mark.engine
def test_home_net_that_is_no_network_is_wrong_usage(results: Path) -> None:
    """With the value."""
    said = verify(results, "--home-net", "10.0.0.1/8")
    assert said.code == 2
    assert "10.0.0.1/8 has host bits set" in said.stderr


@pytest.mark.engine
@pytest.mark.parametrize(("target", "late"), [("classic", False), ("next-generation", True)])
def test_groups_are_judged_as_their_kind_of_policy_does(
    tmp_path: Path, target: str, *, late: bool
) -> None:
    """A late setter of a Next Generation policy; in strict order the same rule drops."""
    out: dict[str, Any] = {"protocol": "http", "addresses": OUT}
    files = {
        "emerging-dropping": [
            rule(1, 'http.uri; content:"/mark"; flowbits:set,seen; noalert; ', **out),
            rule(2, 'http.uri; content:"/check"; flowbits:isset,seen; ', **out),
        ]
    }
    config = tmp_path / "categories.yaml"
    config.write_text(allowlist(default="drop", firewall={"target": target}))
    made = synced(tmp_path / "out", feed(tmp_path / "feed", files), config=config)
    capture = write(tmp_path / "captures", {"one": Tape().http("/mark/check")})
    said = verify(made.out, "--pcap", capture, "--json")
    assert said.code == 0
    [found] = said.document["traffic"]["captures"]
    assert [alert["sid"] for alert in found["alerts"]] == [2]
    assert [alert["action"] for alert in found["alerts"]] == ["alert" if late else "drop"]
    assert len(found["dropped"]) == (not late)
    assert said.document["traffic"]["remarks"] == []
    if late:  # as a drop it would not even be raised
        group = made.out / "1" / "rule-groups" / "et-emerging-dropping.rules"
        lines = group.read_text().splitlines(keepends=True)
        turned = (f"drop{one.removeprefix('alert')}" if "sid:2;" in one else one for one in lines)
        group.write_text("".join(turned))
        [found] = verify(made.out, "--pcap", capture, "--json").document["traffic"]["captures"]
        assert found["alerts"] == []
