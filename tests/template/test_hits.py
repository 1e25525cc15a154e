"""The hits function on the resources that the template declares, by real calls to both engines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from unittest import mock

import boto3
import pytest
from support.alert_logs import alert_record, log_text
from support.template import ACCOUNT, BUCKET, REGION, Template, allows, expanded, listed

from functions.hits import app
from localaws import embedded_aws
from localaws.log_queries.context import log_queries
from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import HitsError
from rules_lib.hits.history import read_hits
from rules_lib.hits.values import DayHits, PacketAction, Talker
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules

pytestmark = pytest.mark.sam

LOGS: Final = "logs-of-the-firewall"
PREFIX: Final = "fw/AWSLogs/123456789012/network-firewall/alert/us-east-1/"
FOLDER: Final = f"s3://{LOGS}/{PREFIX}"
GROUP: Final = "/aws/network-firewall/alert"
NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY: Final = NOW.date()
DROP: Final = {"action": "drop"}
BY_LAMBDA: Final = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
"""What Lambda itself does with a function's role."""


@dataclass(slots=True)
class Account:
    """An account with the stack's bucket, and alert logs of either kind.

    Attributes:
        place: the parameter AlertLogs.
    """

    place: str

    def log(
        self, *records: dict[str, Any], arrives: datetime = NOW, firewall: str = "prod"
    ) -> None:
        """Have the firewall deliver records."""
        if self.place == FOLDER:
            self.deliver(log_text(records), arrives, firewall)
            return
        events = [
            {"timestamp": int(record["event_timestamp"]) * 1000, "message": json.dumps(record)}
            for record in sorted(records, key=lambda record: record["event_timestamp"])
        ]
        boto3.client("logs").put_log_events(
            logGroupName=GROUP,
            logStreamName="prod",
            logEvents=events,
        )

    def deliver(self, text: str, arrives: datetime, firewall: str) -> None:
        """Put a file where the service does."""
        s3 = boto3.client("s3")
        number = len(s3.list_objects_v2(Bucket=LOGS).get("Contents", ()))
        key = f"{PREFIX}{firewall}/{arrives:%Y/%m/%d/%H}/{number}.log.gz"
        s3.put_object(Bucket=LOGS, Key=key, Body=gzip.compress(text.encode()))

    def count(self, now: datetime = NOW, **settings: str) -> dict[str, Any]:
        """Have the function called by its schedule; it looks back a week, or as settings say."""
        template = Template({"AlertLogs": self.place, "HitRetentionDays": "7", **settings})
        declared = template.resource("HitsFunction")["Environment"]["Variables"]
        environment = {name: str(value) for name, value in declared.items()} | {
            "RULESYNC_BUCKET": BUCKET
        }
        clock = mock.Mock(now=lambda _: now)
        with mock.patch.dict("os.environ", environment), mock.patch.object(app, "datetime", clock):
            return dict(json.loads(json.dumps(app.handler({}, None))))

    def hits(self, day: date = TODAY) -> tuple[DayHits, ...]:
        """What the bucket has of a day."""
        (found,) = read_hits(self.store(), day, day).days
        return found.hits

    @staticmethod
    def store() -> S3Store:
        """The stack's bucket."""
        return S3Store(clients.s3(), BUCKET)


@contextmanager
def account(place: str, **settings: str) -> Iterator[Account]:
    """Make what the template declares for these logs."""
    template = Template({"AlertLogs": place, **settings})
    with embedded_aws(), log_queries():
        for bucket in (BUCKET, LOGS):
            boto3.client("s3").create_bucket(Bucket=bucket)
        if place == FOLDER:
            _make_table(template)
        else:
            boto3.client("logs").create_log_group(logGroupName=GROUP)
            boto3.client("logs").create_log_stream(logGroupName=GROUP, logStreamName="prod")
        yield Account(place)


def _make_table(template: Template) -> None:
    client: Any = boto3.client
    glue, athena = client("glue"), client("athena")
    table = template.resource("AlertsTable")
    glue.create_database(DatabaseInput={"Name": table["DatabaseName"]})
    glue.create_table(DatabaseName=table["DatabaseName"], TableInput=table["TableInput"])
    group = template.resource("HitsWorkGroup")
    settings = dict(group["WorkGroupConfiguration"])
    settings["BytesScannedCutoffPerQuery"] = int(settings["BytesScannedCutoffPerQuery"])
    athena.create_work_group(Name=group["Name"], Configuration=settings)


@pytest.fixture(params=[FOLDER, GROUP], ids=["S3 by Athena", "CloudWatch Logs by Insights"])
def logs(request: pytest.FixtureRequest) -> Iterator[Account]:
    """Alert logs of either kind; what follows is the same for both."""
    with account(request.param) as found:
        yield found


@pytest.fixture
def folder() -> Iterator[Account]:
    """Alert logs in S3."""
    with account(FOLDER) as found:
        yield found


def at(**later: float) -> datetime:
    """A time of today, from 10 o'clock on."""
    return NOW - timedelta(hours=2) + timedelta(**later)


def test_hits_are_counted_and_kept(logs: Account) -> None:
    """With what became of the packets, flows, addresses, the group, and times."""
    logs.log(
        alert_record(7, at=at(), flow=1, verdict=DROP),
        alert_record(7, at=at(minutes=1), flow=1, verdict=DROP),
        alert_record(7, at=at(minutes=2), flow=2, verdict=DROP, source="10.0.0.6"),
        alert_record(7, at=at(), verdict={"action": "drop", "reject": ["tcp-reset"]}),
        alert_record(8, at=at(), group=""),
    )
    outcome = logs.count(HitRetentionDays="90")
    assert (outcome["lines"], outcome["hits"], outcome["unread"]) == (5, 5, 0)
    first, second, third = logs.hits()
    assert first == DayHits(
        sid=7,
        action=PacketAction.DROP,
        group="et-emerging-malware",
        count=3,
        flows=2,
        sources=2,
        destinations=1,
        top_sources=(Talker("10.0.0.5", 2), Talker("10.0.0.6", 1)),
        top_destinations=(Talker("192.0.2.9", 3),),
        first=at(),
        last=at(minutes=2),
    )
    assert (second.sid, second.action, second.count) == (7, "reject", 1)
    assert (third.sid, third.action, third.group) == (8, "alert", "")
    fired = FiredRules.find(logs.store())
    assert fired is not None
    assert fired.of("et") == {7: TODAY, 8: TODAY}


def test_line_that_comes_late_counts_once(logs: Account) -> None:
    """In the folder of the day on which it arrived, or under its own time."""
    yesterday = TODAY - timedelta(days=1)
    logs.log(alert_record(7, at=at(days=-1)), arrives=at(days=-1))
    logs.count(NOW - timedelta(hours=6))
    logs.log(alert_record(7, at=at(days=-1, hours=1), flow=2), arrives=NOW)
    logs.count()
    logs.count()
    assert [hits.count for hits in logs.hits(yesterday)] == [2]
    assert logs.hits() == ()


def test_without_addresses_none_is_asked_for(logs: Account) -> None:
    """Only how many there were."""
    logs.log(alert_record(7, at=at()))
    logs.count(HitAddresses="none")
    (hits,) = logs.hits()
    assert (hits.sources, hits.top_sources, hits.top_destinations) == (1, (), ())
    objects = boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    texts = [logs.store().get(each["Key"]) for each in objects]
    packed = [gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text for text in texts]
    assert not any(b"10.0.0.5" in text for text in packed)


def test_record_that_is_no_alert_or_lies_stops_nothing(logs: Account) -> None:
    """It is a line of the day, and no hit."""
    logs.log(
        alert_record(7, at=at()),
        alert_record(8, at=at(), alert={"signature_id": "no number"}),
        alert_record(9, at=at(), src_ip="'; DROP TABLE alerts; --"),
        {**alert_record(9, at=at()), "aws_metadata": {"resource_arn": "<script>"}},
    )
    outcome = logs.count()
    assert (outcome["lines"], outcome["hits"]) == (4, 3)
    assert [hits.sid for hits in logs.hits()] == [7, 9, 9]


def test_firewalls_are_counted_together(folder: Account) -> None:
    """Each has a folder of its own; what else lies there is none of them."""
    folder.log(alert_record(7, at=at()), firewall="prod")
    folder.log(alert_record(7, at=at(), flow=2), firewall="test-1")
    folder.log(alert_record(7, at=at(), flow=3), firewall="no'firewall")
    folder.count()
    assert [hits.count for hits in folder.hits()] == [2]


def test_half_written_lines_are_told(folder: Account) -> None:
    """The function says how many, and counts the others."""
    folder.deliver(log_text([alert_record(7, at=at())] * 2)[:-30], NOW, "prod")
    assert folder.count()["unread"] == 1
    note = Counted.find(folder.store())
    assert note is not None
    assert note.unread == 1
    assert [hits.count for hits in folder.hits()] == [1]


def test_empty_folder_is_an_error_and_no_quiet_firewall(folder: Account) -> None:
    """It may be the wrong one; builds must not take it for days without a hit."""
    with pytest.raises(HitsError, match="no firewall has written alert logs below"):
        folder.count()
    note = Counted.find(folder.store())
    assert note is not None
    assert "never counted" in note.gap(TODAY)


def test_people_are_told_of_a_failure_once_a_day(folder: Account) -> None:
    """With what to do; builds go on meanwhile."""
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="rulesync-topic")["TopicArn"]
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:people"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    with mock.patch.dict("os.environ", {"RULESYNC_TOPIC": topic}):
        for _ in range(2):
            with pytest.raises(HitsError):
                folder.count()
    (message,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    notice = json.loads(message["Body"])
    assert notice["Subject"].startswith("rulesync: the count of hits failed: no firewall has")
    assert "parameter AlertLogs" in notice["Message"]
    assert "What was in force stays in force: nothing was changed." in notice["Message"]


def test_query_that_would_read_too_much_fails_before_it_costs(folder: Account) -> None:
    """The workgroup has the limit; the words are Athena's."""
    boto3.client("s3").put_object(
        Bucket=LOGS, Key=f"{PREFIX}prod/{NOW:%Y/%m/%d/%H}/large.log", Body=b"x" * 10_000_001
    )
    athena: Any = boto3.client("athena")
    athena.delete_work_group(WorkGroup="rulesync-hits")
    settings = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/hit-queries/"}}
    small = {**settings, "BytesScannedCutoffPerQuery": 10_000_000}
    athena.create_work_group(Name="rulesync-hits", Configuration=small)
    with pytest.raises(HitsError, match="Bytes scanned limit was exceeded"):
        folder.count()


def test_many_rules_come_in_pages(logs: Account) -> None:
    """Athena gives a thousand rows at a time."""
    logs.log(*(alert_record(sid, at=at(), flow=sid) for sid in range(1, 2_002)))
    assert logs.count()["hits"] == 2_001
    assert [hits.sid for hits in logs.hits()] == list(range(1, 2_002))


def test_answers_of_athena_lie_where_they_expire(folder: Account) -> None:
    """They may have addresses in them."""
    folder.log(alert_record(7, at=at()))
    folder.count()
    rules = Template().resource("Bucket")["LifecycleConfiguration"]["Rules"]
    expire = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    left = [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    answers = [key for key in left if key.endswith(".csv")]
    assert answers
    assert all(key.startswith("hit-queries/") for key in answers)
    assert (expire["hit-queries/"], expire["hits/"]) == (1, 90)


IN_OUR_NAME: Final = {
    ("glue:GetDatabase", "*"),
    ("glue:GetTable", "*"),
    ("glue:GetPartitions", "*"),
    ("s3:GetBucketLocation", f"arn:aws:s3:::{LOGS}"),
    ("s3:GetObject", f"arn:aws:s3:::{LOGS}/{PREFIX}*"),
    ("s3:GetBucketLocation", f"arn:aws:s3:::{BUCKET}"),
    ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/hit-queries/*"),
    ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/hit-queries/*"),
    ("s3:AbortMultipartUpload", f"arn:aws:s3:::{BUCKET}/hit-queries/*"),
    ("s3:ListMultipartUploadParts", f"arn:aws:s3:::{BUCKET}/hit-queries/*"),
}
"""What Athena does with the role of whoever asks, by its guide; no call of ours shows it."""

NOT_EVERY_TIME: Final = {"athena:StopQueryExecution", "logs:StopQuery", "sns:Publish"}
"""What only a count does that fails."""


def needed(service: str, operation: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What IAM asks for when a call is made, by the Service Authorization Reference."""
    if service == "athena":
        return f"athena:{operation}", f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/rulesync-hits"
    if service == "logs" and operation == "StartQuery":
        (group,) = params["logGroupIdentifiers"]
        return "logs:StartQuery", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    if service == "logs":
        return f"logs:{operation}", "*"
    key = f"/{params['Key']}" if "Key" in params else ""
    action = {"ListObjectsV2": "ListBucket"}.get(operation, operation)
    return f"s3:{action}", f"arn:aws:s3:::{params['Bucket']}{key}"


def test_role_allows_what_a_count_does_and_nothing_else(logs: Account) -> None:
    """Each call on its very resource; beside these only what Athena does in the role's name."""
    logs.log(alert_record(7, at=at()))
    calls: set[tuple[str, str]] = set()

    def note(params: Mapping[str, Any], model: Any, **_: object) -> None:
        calls.add(needed(model.service_model.service_name, model.name, params))

    session = boto3.DEFAULT_SESSION
    assert session is not None
    session.events.register("provide-client-params.*.*", note)
    logs.count()
    session.events.unregister("provide-client-params.*.*", note)
    statements = list(Template({"AlertLogs": logs.place}).statements("HitsRole"))
    assert {one for one in calls if not any(allows(each, *one) for each in statements)} == set()
    used = calls | IN_OUR_NAME
    unused = {
        (action, resource)
        for each in statements
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
        if action not in NOT_EVERY_TIME | BY_LAMBDA
        and not any(
            allows({"Effect": "Allow", "Action": action, "Resource": resource}, *one)
            or one == (action, resource)
            or (one[0] == action and one[1] == "*")
            for one in used
        )
    }
    assert unused <= {
        ("logs:StartQuery", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:*"),
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/state/told-hits.json"),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/state/told-hits.json"),
    }


def test_count_cannot_touch_the_firewall_nor_read_rules() -> None:
    """It reads what an attacker writes."""
    for place in (FOLDER, GROUP):
        statements = list(Template({"AlertLogs": place}).statements("HitsRole"))
        actions = {action for each in statements for action in listed(each["Action"])}
        assert not any(action.startswith("network-firewall:") for action in actions)
        for key in ("config/categories.yaml", "raw/1/manifest.json", "latest.json"):
            for action in ("s3:GetObject", "s3:PutObject"):
                arn = f"arn:aws:s3:::{BUCKET}/{key}"
                assert not any(allows(each, action, arn) for each in statements)


def test_key_of_the_logs_is_used_where_it_is_named() -> None:
    """To decrypt, and for nothing else."""
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    with_key = Template({"AlertLogs": FOLDER, "AlertLogsKeyArn": key}).statements("HitsRole")
    (statement,) = [each for each in with_key if "kms" in str(each["Action"])]
    assert (statement["Action"], statement["Resource"]) == ("kms:Decrypt", key)


def test_without_alert_logs_there_is_none_of_it() -> None:
    """Nothing is made, and nothing is paid."""
    conditions = {
        name: about.get("Condition")
        for name, about in expanded()["Resources"].items()
        if name.startswith(("Hits", "Alerts"))
    }
    assert conditions
    assert not any(Template().condition(str(name)) for name in conditions.values())
