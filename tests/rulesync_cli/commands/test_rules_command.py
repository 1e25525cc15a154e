"""`rulesync rules`: what is in force, searched."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from support.account import Account, account, call, run
from support.begun import begun
from support.feeds import allowlist, feed, rule
from support.results import synced

MARKED = "classtype:misc-attack; metadata:signature_severity Major, confidence High, "
LOG4J = rule(1, "reference:cve,2021-44228; classtype:misc-attack; ")
JNDI = rule(2, f"{MARKED}cve CVE_2021_44228, updated_at 2024_02_01; ")
PLAIN = rule(3)


@begun()
def running(aws: Account) -> None:
    """An account with a category that drops and one that alerts."""
    aws.allow(categories={"emerging-exploit": "drop"})
    aws.sync(exploit=[LOG4J, JNDI], dns=[PLAIN])


def records(*words: object) -> list[dict[str, Any]]:
    """The rules that a search finds, as JSON."""
    answer = call("rules", *words, "--json")
    assert answer.exit_code == 0, answer.output
    return list(json.loads(answer.stdout)["rules"])


def sids(*words: object) -> set[int]:
    """Their sids."""
    return {record["sid"] for record in records(*words)}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], {1, 2, 3}),
        (["RULE"], {1, 2, 3}),
        (["rule", "3"], {3}),
        (["nothing"], set()),
        (["--sid", 1, "--sid", 3], {1, 3}),
        (["--cve", "CVE-2021-44228"], {1, 2}),
        (["--cve", "2021-44228", "--sid", 2], {2}),
        (["--cve", "cve_2021_44228"], {1, 2}),
        (["--cve", "2021-4422"], set()),
        (["--category", "emerging-dns"], {3}),
        (["--category", "emerging-*"], {1, 2, 3}),
        (["--action", "drop"], {1, 2}),
        (["--action", "drop", "--action", "alert"], {1, 2, 3}),
        (["--group", "et-emerging-dns"], {3}),
        (["--group", "et-*-exploit", "--action", "alert"], set()),
    ],
)
def test_search_narrows_down(running: Account, words: list[object], found: set[int]) -> None:
    """All that is asked for holds; of an option that is repeated, one."""
    assert running.builds
    assert sids(*words) == found


def test_rule_comes_with_all_that_is_known_of_it(running: Account) -> None:
    """As it was published."""
    [record] = records("--sid", 2)
    text = record.pop("rule")
    assert text == running.text("et-emerging-exploit").splitlines()[1]
    assert record == {
        "sid": 2,
        "rev": 1,
        "action": "drop",
        "severity": "Major",
        "confidence": "High",
        "updated_at": "2024_02_01",
        "category": "emerging-exploit",
        "group": "et-emerging-exploit",
        "priority": 1000,
        "msg": "rule 2",
        "cves": ["CVE-2021-44228"],
        "staged": None,
        "exceptions": [],
    }


def test_what_metadata_do_not_say_is_null(running: Account) -> None:
    """And a dash on the terminal."""
    assert running.builds
    [record] = records("--sid", 3)
    assert (record["severity"], record["confidence"], record["updated_at"]) == (None, None, None)
    said = call("rules", "--sid", 3).stdout
    assert "1 rule of 3: 1 alert" in said
    assert said.splitlines()[-1].split()[:4] == ["3", "alert", "-", "-"]


def test_csv_has_every_rule_and_the_fields_of_the_json(running: Account) -> None:
    """Whatever the limit is."""
    assert running.builds
    text = call("rules", "--csv", "--limit", 1).stdout.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["sid"] for row in rows] == ["1", "2", "3"]
    assert rows[0].keys() == records()[0].keys()
    assert rows[1]["cves"] == "CVE-2021-44228"


def test_earlier_build_is_searched_by_its_id(running: Account) -> None:
    """The newest applied one where none is named."""
    running.sync(exploit=[LOG4J, JNDI], dns=[PLAIN, rule(4)])
    assert sids() == {1, 2, 3, 4}
    assert sids("--build", running.builds[0]) == {1, 2, 3}
    unknown = call("rules", "--build", "nope")
    assert (unknown.exit_code, running.builds[1] in unknown.stderr) == (1, True)


def test_category_of_a_rule_in_a_shared_group_is_its_own(running: Account) -> None:
    """A setter that stands with those who check its mark keeps its home, as does who shares."""
    running.allow(
        categories={"emerging-exploit": "drop"},
        firewall={"rule_groups": 1, "capacity": 100},
        max_shrink=1,
        max_unblock=1,
    )
    opened = rule(5, "flowbits:set,open; classtype:misc-attack; ")
    running.sync(dns=[opened], exploit=[rule(6, "flowbits:isset,open; classtype:misc-attack; ")])
    homes = {one["sid"]: one["category"] for one in records()}
    assert homes == {5: "emerging-dns", 6: "emerging-exploit"}
    assert len({one["group"] for one in records()}) == 1


def test_category_of_a_rule_that_was_published_word_for_word_is_in_the_feed(
    running: Account,
) -> None:
    """Of a woken one too; where the feed is gone it is left open."""
    running.allow(
        firewall={"rule_groups": 1, "capacity": 100}, max_shrink=1, max_unblock=1, rules={"on": [8]}
    )
    running.sync(dns=[rule(5)], exploit=[rule(6), f"#{rule(8)}"])
    homes = {one["sid"]: one["category"] for one in records()}
    assert homes == {5: "emerging-dns", 6: "emerging-exploit", 8: "emerging-exploit"}
    version = running.latest()["version"]
    running.s3.delete_object(
        Bucket="rulesync-test", Key=f"raw/et/open/{version}/emerging.rules.tar.gz"
    )
    assert {one["category"] for one in records()} == {None}
    assert call("rules", "--sid", 5).stdout.splitlines()[-1].split()[4] == "-"


def test_name_that_no_rule_has_names_the_nearest(running: Account) -> None:
    """A typo finds nothing, and says so on stderr."""
    assert running.builds
    answer = call("rules", "--category", "emerging-exploits", "--json")
    assert "no rule has category emerging-exploits; nearest: emerging-exploit" in answer.stderr
    assert json.loads(answer.stdout)["rules"] == []


def test_long_list_is_cut_and_tells_the_rest(running: Account) -> None:
    """0 lists all."""
    assert running.builds
    assert "and 2 more: --limit 0 lists all" in call("rules", "--limit", 1).stdout
    assert "more" not in call("rules", "--limit", 0).stdout


def test_bucket_without_a_build_names_the_way_on(tmp_path: Path) -> None:
    """Nothing is in force."""
    with account(tmp_path):
        answer = call("rules")
    assert (answer.exit_code, "no build has been applied yet" in answer.stderr) == (1, True)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Run a local sync, and give its folder."""
    archive = feed(tmp_path, {"emerging-exploit": [LOG4J], "emerging-dns": [PLAIN]})
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist())
    synced(tmp_path / "out", archive, config=config)
    return tmp_path / "out" / "1"


def test_results_of_a_local_run_are_searched_too(results: Path) -> None:
    """Without an account."""
    found = json.loads(run("rules", "--results", results, "--json").stdout)
    assert (found["source"], found["total"]) == (str(results), 2)
    wrong = run("rules", "--results", results.parent)
    assert (wrong.exit_code, f"did you mean {results}?" in wrong.stderr) == (1, True)


def test_damaged_results_are_not_searched(results: Path) -> None:
    """What is not as it was stored would be a lie about what is in force."""
    path = next((results / "rule-groups").iterdir())
    path.write_text(path.read_text().replace("content", "pcre"))
    answer = run("rules", "--results", results)
    assert (answer.exit_code, "is damaged" in answer.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ["--csv", "--json"],
        ["--cve", "log4j"],
        ["--build", "x", "--results", "."],
    ],
)
def test_what_does_not_go_together_is_wrong_usage(words: list[str]) -> None:
    """Exit code 2, before anything is read."""
    assert run("rules", *words).exit_code == 2
