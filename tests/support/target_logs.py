"""Alert logs of targets in their own accounts, on what `template-target.yaml` declares there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import boto3

from functions.hits import app
from localaws.log_queries.context import log_queries
from rules_lib.aws.clients import ClientsOfTarget
from rules_lib.aws.roles import TargetRole
from rules_lib.fleet.target_logs import table_of_targets, workgroup_of_targets
from support.account import BUCKET
from support.alert_logs import log_text
from support.fleet import AP, ASIA, PILOT, PROD, US, role_of
from support.template import TargetTemplate, Template

if TYPE_CHECKING:
    from support.fleet import FleetAccount

LOGS: Final = "logs-of-us-prod"
PREFIX: Final = f"AWSLogs/{US}/network-firewall/alert/us-west-2/"
FOLDER: Final = f"s3://{LOGS}/{PREFIX}"
GROUP: Final = "/aws/network-firewall/alert"
HUB_ROLE: Final = "arn:aws:iam::123456789012:role/hits"

LOGGED_PILOT: Final = {**PILOT, "alert_logs": GROUP}
LOGGED_PROD: Final = {**PROD, "alert_logs": FOLDER}
LOGGED_ASIA: Final = {**ASIA, "alert_logs": f"arn:aws:logs:ap-southeast-1:{AP}:log-group:{GROUP}"}
HUB: Final = Template(
    {
        "Targets": "true",
        "TargetRoles": [role_of(US), role_of(AP)],
        "CountTargetHits": "true",
        "AlertLogs": GROUP,
        "HitRetentionDays": "7",  # each day of a log group is asked for by itself
    }
)


def target_template(place: str, account: str, region: str) -> TargetTemplate:
    """What the template declares in an account for some alert logs."""
    return TargetTemplate(
        {
            "AlertLogs": place,
            "ExternalId": BUCKET,
            "HubHitsRoleArn": HUB_ROLE,
            "HubRoleArn": "arn:aws:iam::123456789012:role/build",
            "AWS::AccountId": account,
            "AWS::Region": region,
            "HitsDatabase": table_of_targets(BUCKET).partition(".")[0],
            "HitsWorkGroup": workgroup_of_targets(BUCKET),
        }
    )


@dataclass(frozen=True, slots=True)
class TargetAlerts:
    """Alert logs of the three targets: of one in S3, of the others in CloudWatch Logs."""

    def client(self, target: Mapping[str, Any], service: str) -> Any:
        """A client of the test's own, in a target's account and region."""
        role = TargetRole(str(target["role"]), BUCKET, "test") if "role" in target else None
        session: Any = ClientsOfTarget.begin(str(target["region"]), role).session
        return session.client(service, region_name=target["region"])

    def log(self, target: Mapping[str, Any], *records: dict[str, Any], arrives: datetime) -> None:
        """Have a target's firewall deliver records."""
        if target["name"] == PROD["name"]:
            key = f"{PREFIX}prod/{arrives:%Y/%m/%d/%H}/{arrives:%M%S%f}.log.gz"
            body = gzip.compress(log_text(records).encode())
            self.client(target, "s3").put_object(Bucket=LOGS, Key=key, Body=body)
            return
        events = [
            {"timestamp": int(record["event_timestamp"]) * 1000, "message": json.dumps(record)}
            for record in sorted(records, key=lambda record: record["event_timestamp"])
        ]
        self.client(target, "logs").put_log_events(
            logGroupName=GROUP, logStreamName="prod", logEvents=events
        )

    def count(self, now: datetime, context: object = None) -> dict[str, Any]:
        """Have the function called by its schedule."""
        declared = HUB.resource("HitsFunction")["Environment"]["Variables"]
        environment = {name: str(value) for name, value in declared.items()}
        environment |= {"RULESYNC_BUCKET": BUCKET, "RULESYNC_TOPIC": ""}
        clock = mock.Mock(now=lambda _: now)
        with mock.patch.dict("os.environ", environment), mock.patch.object(app, "datetime", clock):
            return dict(json.loads(json.dumps(app.handler({}, context))))


@contextmanager
def target_alerts(fleet: FleetAccount) -> Iterator[TargetAlerts]:
    """Make what the templates declare in the accounts of all targets, and name their logs."""
    fleet.name_targets(LOGGED_PILOT, LOGGED_PROD, LOGGED_ASIA)
    with log_queries():
        alerts = TargetAlerts()
        place = {"LocationConstraint": "us-west-2"}
        alerts.client(PROD, "s3").create_bucket(Bucket=LOGS, CreateBucketConfiguration=place)
        template = target_template(FOLDER, US, "us-west-2")
        glue, athena = alerts.client(PROD, "glue"), alerts.client(PROD, "athena")
        glue.create_database(DatabaseInput=template.resource("HitsDatabase")["DatabaseInput"])
        table = template.resource("AlertsTable")
        glue.create_table(DatabaseName=table["DatabaseName"], TableInput=table["TableInput"])
        group = template.resource("HitsWorkGroup")
        settings = dict(group["WorkGroupConfiguration"])
        settings["BytesScannedCutoffPerQuery"] = int(settings["BytesScannedCutoffPerQuery"])
        athena.create_work_group(Name=group["Name"], Configuration=settings)
        for target in (PILOT, ASIA):
            logs = alerts.client(target, "logs")
            logs.create_log_group(logGroupName=GROUP)
            logs.create_log_stream(logGroupName=GROUP, logStreamName="prod")
        yield alerts


def tag_of(key: str) -> dict[str, str]:
    """The tags of an object of the stack's bucket."""
    found = boto3.client("s3").get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}
