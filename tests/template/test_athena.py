"""The Glue table and the five queries of docs/athena.md, on what builds really leave."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import boto3
import duckdb
import pytest
from support.account import account
from support.clock import Clock
from support.feeds import allowlist, rule
from support.fleet import PILOT, PROD, fleet_account
from support.template import BUCKET, ROOT, VALUES, Template, expanded

from examples.run import releases
from functions.build import app as build_app
from functions.fetch import app as fetch_app
from localaws import embedded_aws
from rules_lib.bucket import DISCARDS, TARGETS, discards_folder, target_key
from rules_lib.report.records import DISCARDED_FIELDS
from rules_lib.sync.discards import COLUMNS

if TYPE_CHECKING:
    from support.account import Account

pytestmark = pytest.mark.sam

PLAIN: Final = Template()
TYPES: Final = {"string": "VARCHAR", "bigint": "BIGINT", "array<string>": "VARCHAR[]"}
PAGE: Final = (ROOT / "docs" / "athena.md").read_text(encoding="utf-8")
EXAMPLE: Final = (ROOT / "examples" / "categories.yaml").read_text(encoding="utf-8")
SERVERS: Final = re.compile(r"(?m)^  HTTP_SERVERS: .*\n")
NEW: Final = "What is left out now that was not before?"
SINCE: Final = "Since when is this sid left out, and why?"
BY_DAY: Final = "How many rules are left out a day, by reason?"
VARIABLES: Final = "Which variables would bring the most rules back?"
CVE: Final = "Was a rule for this CVE left out, and on which days?"
TODAY: Final = datetime.now(UTC).replace(hour=3)  # a query asks for the last 30 days
FIRST, SECOND, THIRD = (TODAY - timedelta(days=ago) for ago in (2, 1, 0))


def glue_table() -> dict[str, Any]:
    """The table as the template declares it."""
    return dict(PLAIN.resource("DiscardsTable")["TableInput"])


def build(aws: Account, when: datetime) -> str:
    """Run the build function at a given time; gives the build's id."""
    with mock.patch.object(build_app, "datetime", Clock(when)):
        return str(aws.build(allow_shrink=True)["build"])


@dataclass(frozen=True, slots=True)
class Rest:
    """What three days of builds left under `discarded/`, copied as it lies there."""

    folder: Path
    builds: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        """The objects' names below the prefix."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.jsonl"))

    def records(self, build_id: str) -> list[dict[str, Any]]:
        """The rows of one build."""
        (path,) = self.folder.rglob(f"{build_id}.jsonl")
        return [json.loads(line) for line in path.read_bytes().splitlines()]

    def ask(self, question: str, *, days: int = 3) -> list[tuple[Any, ...]]:
        """Run the query below a heading of docs/athena.md over the table as Glue declares it.

        Args:
            question: the heading.
            days: of these many days, the first first.
        """
        (query,) = re.findall(
            rf"(?ms)^### {re.escape(question)}$(?:(?!^###).)*?^```sql\n(.*?)^```$", PAGE
        )
        columns = {
            each["Name"]: TYPES[each["Type"]]
            for each in glue_table()["StorageDescriptor"]["Columns"]
        }
        (key,) = glue_table()["PartitionKeys"]
        with duckdb.connect() as engine:
            files: Any = [str(self.folder / name) for name in self.files[:days]]
            rows = engine.read_json(
                files,
                columns=columns,
                format="newline_delimited",
                hive_partitioning=True,
                hive_types={key["Name"]: TYPES[key["Type"]]},
            )
            engine.register("discarded", rows)
            return engine.execute(query).fetchall()


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> Rest:
    """A release, twice; the next, with an edit that takes HTTP_SERVERS away; a day without news."""
    feeds, copy = tmp_path_factory.mktemp("feeds"), tmp_path_factory.mktemp("copy") / "discarded"
    with account(feeds) as aws, pytest.MonkeyPatch.context() as patch:
        one, two = releases(feeds)
        aws.allow(EXAMPLE)
        patch.setenv("RULESYNC_FEED_URL", str(feeds / one))
        fetch_app.handler({}, None)
        builds = [build(aws, FIRST), build(aws, FIRST + timedelta(hours=6))]
        patch.setenv("RULESYNC_FEED_URL", str(feeds / two))
        fetch_app.handler({}, None)
        aws.allow(SERVERS.sub("", EXAMPLE))
        builds += [build(aws, SECOND), build(aws, THIRD)]
        for key in aws.keys(DISCARDS):
            path = copy / key.removeprefix(DISCARDS)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(aws.read(key))
    return Rest(copy, tuple(builds))


def test_copies_lie_by_day_one_for_each_change_and_at_least_one_a_day(rest: Rest) -> None:
    """The second build of the first day has the discards of the first, and writes none."""
    first, _, second, third = rest.builds
    assert rest.files == [
        f"day={FIRST:%Y-%m-%d}/{first}.jsonl",
        f"day={SECOND:%Y-%m-%d}/{second}.jsonl",
        f"day={THIRD:%Y-%m-%d}/{third}.jsonl",
    ]


def test_table_has_the_columns_of_the_rows(rest: Rest) -> None:
    """In their order, and each of a type that holds every value."""
    columns = glue_table()["StorageDescriptor"]["Columns"]
    assert tuple(each["Name"] for each in columns) == COLUMNS
    kinds = {"string": str, "bigint": int, "array<string>": list}
    for record in rest.records(rest.builds[0]):
        assert tuple(record) == COLUMNS
        for each in columns:
            value = record[each["Name"]]
            assert value is None or isinstance(value, kinds[each["Type"]])


def test_row_is_the_record_of_its_build_and_more(rest: Rest) -> None:
    """The contract's fields as they stand in `discarded.jsonl`."""
    records = rest.records(rest.builds[0])
    golden = ROOT / "tests" / "examples" / "golden" / "1" / "discarded.jsonl"
    known = [json.loads(line) for line in golden.read_bytes().splitlines()]
    assert [{name: record[name] for name in DISCARDED_FIELDS} for record in records] == known
    assert {(record["build"], record["version"]) for record in records} == {
        (rest.builds[0], "1001")
    }


@pytest.mark.parametrize(
    ("table", "name", "place"),
    [
        ("DiscardsTable", "discarded", DISCARDS),
        ("TargetDiscardsTable", "discarded_of_targets", TARGETS),
    ],
)
def test_glue_takes_the_table(table: str, name: str, place: str) -> None:
    """Every property is one that its API knows."""
    with embedded_aws():
        glue = boto3.client("glue")
        glue.create_database(DatabaseInput=PLAIN.resource("DiscardsDatabase")["DatabaseInput"])
        given = PLAIN.resource(table)["TableInput"]
        glue.create_table(DatabaseName="rulesync", TableInput=given)
        made = glue.get_table(DatabaseName="rulesync", Name=name)["Table"]
    assert made["StorageDescriptor"]["Location"] == f"s3://{BUCKET}/{place}"


def test_table_of_targets_is_that_of_a_stack_by_targets_too() -> None:
    """The same rows; and whoever asks has to name targets, as no list of them is known to Glue."""
    own, theirs = glue_table(), PLAIN.resource("TargetDiscardsTable")["TableInput"]
    assert theirs["StorageDescriptor"] == own["StorageDescriptor"] | {
        "Location": f"s3://{BUCKET}/{TARGETS}"
    }
    assert [key["Name"] for key in theirs["PartitionKeys"]] == ["target", "day"]
    assert theirs["Parameters"] == own["Parameters"] | {
        "projection.target.type": "injected",
        "storage.location.template": f"s3://{BUCKET}/"
        + target_key("${target}", discards_folder("${day}")),
    }


def test_query_over_targets_tells_them_apart(tmp_path: Path) -> None:
    """By the query of the page, over what builds of two targets really leave, where it lies."""
    (query,) = re.findall(r"(?m)^    SELECT target.*\n(?:    .*\n)*", PAGE)
    template = PLAIN.resource("TargetDiscardsTable")["TableInput"]["Parameters"]
    place = re.escape(template["storage.location.template"].removeprefix(f"s3://{BUCKET}/"))
    for key in ("target", "day"):
        place = place.replace(re.escape(f"${{{key}}}"), f"(?P<{key}>[^/]+)")
    with fleet_account(tmp_path, start=FIRST) as fleet:
        fleet.hub.allow(max_shrink=1)
        fleet.hub.publish(malware=[rule(1), rule(2, "dataset:set,x; ")])
        fleet.hub.put("config/us.yaml", allowlist(max_shrink=1, rules={"off": [2]}))
        fleet.name_targets(PILOT, {**PROD, "ring": 0, "allowlist": "config/us.yaml"})
        fleet.round()
        fleet.hub.publish(malware=[rule(1), rule(2, "dataset:set,x; "), rule(3)])
        fleet.round()
        keys = [key for key in fleet.hub.keys(TARGETS) if f"/{DISCARDS}" in key]
        found = [(re.fullmatch(f"{place}[^/]+", key), fleet.hub.read(key)) for key in keys]
    rows = [
        (match["target"], match["day"], json.loads(line)["reason"])
        for match, text in found
        if match
        for line in text.splitlines()
    ]
    assert all(match for match, _ in found)
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE discarded_of_targets (target TEXT, day TEXT, reason TEXT)")
        engine.executemany("INSERT INTO discarded_of_targets VALUES (?, ?, ?)", rows)
        answer = engine.execute(query.replace("2026-11-24", f"{FIRST:%Y-%m-%d}")).fetchall()
    assert answer == [("pilot", "unsupported-keyword", 2)]


def test_database_has_a_name_that_needs_no_quotes() -> None:
    """A stack's name may have hyphens."""
    with mock.patch.dict(VALUES, {"AWS::StackName": "rulesync-prod"}):
        database = Template().resource("DiscardsDatabase")
    assert database["DatabaseInput"]["Name"] == "rulesync_prod"


def test_days_are_projected_as_far_back_as_copies_are_kept() -> None:
    """A longer range would only list days that are empty."""
    kept = Template({"BuildRetentionDays": 365}).resource("DiscardsTable")["TableInput"]
    assert kept["Parameters"]["projection.day.range"] == "NOW-365DAYS,NOW"
    assert kept["PartitionKeys"][0]["Name"] == "day"


def test_table_can_be_left_out() -> None:
    """Where somebody may not make one."""
    assert PLAIN.condition("MakesTable")
    assert not Template({"MakeGlueTable": "false"}).condition("MakesTable")
    resources = expanded()["Resources"]
    assert resources["DiscardsTable"]["Condition"] == "MakesTable"
    assert resources["DiscardsDatabase"]["Condition"] == "MakesDatabase"
    assert not Template({"MakeGlueTable": "false"}).condition("MakesDatabase")
    assert resources["TargetDiscardsTable"]["Condition"] == "MakesTargetsTable"
    assert not PLAIN.condition("MakesTargetsTable")
    assert Template({"Targets": "true"}).condition("MakesTargetsTable")


def test_page_describes_every_column() -> None:
    """And none that is not there."""
    (table,) = re.findall(r"(?ms)^## The columns$(.*?)^## ", PAGE)
    described = [
        name for row in re.findall(r"(?m)^\| (`.*?`) \|", table) for name in row.split(", ")
    ]
    keys = [each["Name"] for each in glue_table()["PartitionKeys"]]
    assert [name.strip("`") for name in described] == [*keys, *COLUMNS]


def test_five_questions_are_answered() -> None:
    """Each heading has one query, and each query a test below."""
    assert re.findall(r"(?m)^### (.*)$", PAGE) == [NEW, SINCE, BY_DAY, VARIABLES, CVE]
    assert len(re.findall(r"(?m)^```sql$", PAGE)) == 5


def test_copy_is_read_without_athena(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the line for DuckDB that stands on the page, where the copy lies."""
    (line,) = re.findall(r'(?m)^duckdb -c "(.*)"$', PAGE)
    monkeypatch.chdir(rest.folder.parent)
    with duckdb.connect() as engine:
        answer = engine.execute(line).fetchall()
        names = [row[0] for row in engine.execute("DESCRIBE discarded").fetchall()]
    assert names == [*COLUMNS, "day"]
    assert sum(rules for _, rules in answer) == sum(
        len(rest.records(build_id)) for build_id in (rest.builds[0], *rest.builds[2:])
    )


def test_what_is_new_in_the_newest_build(rest: Rest) -> None:
    """Nothing between the last two; what the edit cost, where these are the two newest."""
    assert rest.ask(NEW) == []
    before = {_fate(record) for record in rest.records(rest.builds[0])}
    new = [_fate(record) for record in rest.records(rest.builds[2])]
    answer = rest.ask(NEW, days=2)
    assert {row[:3] for row in answer} == set(new) - before
    assert ("emerging-exploit", 9002001, "undefined-variable", "Critical") in {
        row[:4] for row in answer
    }


def test_since_when_a_sid_is_left_out(rest: Rest) -> None:
    """One row for each thing that stands in its way, from its first day to its last."""
    none, reason = "the allowlist gives no value for", "undefined-variable"
    first, second, third = (f"{day:%Y-%m-%d}" for day in (FIRST, SECOND, THIRD))
    assert rest.ask(SINCE) == [
        (reason, f"{none} $LAB_NET", first, first, 1),
        (reason, f"{none} $HTTP_SERVERS, $LAB_NET", second, third, 1),
    ]


def test_rules_left_out_by_day_and_reason(rest: Rest) -> None:
    """As many as each day's last build has."""
    copied = (rest.builds[0], *rest.builds[2:])
    expected = {
        (f"{day:%Y-%m-%d}", reason): number
        for day, build_id in zip((FIRST, SECOND, THIRD), copied, strict=True)
        for reason, number in Counter(record["reason"] for record in rest.records(build_id)).items()
    }
    assert {(day, reason): rules for day, reason, rules in rest.ask(BY_DAY)} == expected


def test_variables_that_would_bring_most_rules_back(rest: Rest) -> None:
    """The one that was taken away first; a rule that lacks two counts for both."""
    lacking = [set(record["variables"]) for record in rest.records(rest.builds[-1])]
    answer = rest.ask(VARIABLES)
    assert answer[0][0] == "HTTP_SERVERS"
    assert {(name, rules, alone) for name, rules, alone, _ in answer} == {
        (
            name,
            sum(name in names for names in lacking),
            sum(names == {name} for names in lacking),
        )
        for name in set().union(*lacking)
    }


def test_days_on_which_a_rule_for_a_cve_was_left_out(rest: Rest) -> None:
    """Not before the edit."""
    answer = rest.ask(CVE)
    assert [row[:5] for row in answer] == [
        (
            9002001,
            "Critical",
            "undefined-variable",
            f"{SECOND:%Y-%m-%d}",
            f"{THIRD:%Y-%m-%d}",
        )
    ]


def _fate(record: dict[str, Any]) -> tuple[Any, ...]:
    return record["category"], record["sid"], record["reason"]
