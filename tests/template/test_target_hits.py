"""What the count of a target's hits may do, in the stack's account and in the target's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from support.alert_logs import alert_record
from support.fleet import AP, US, FleetAccount, fleet_account, role_of
from support.target_logs import (
    FOLDER,
    GROUP,
    HUB,
    HUB_ROLE,
    LOGGED_ASIA,
    LOGGED_PILOT,
    LOGGED_PROD,
    LOGS,
    PREFIX,
    TargetAlerts,
    target_alerts,
    target_template,
)
from support.template import ACCOUNT, BUCKET, REGION, Template, allows, listed
from support.template import target_template as document

from rules_lib.aws import clients, roles
from rules_lib.bucket import ALLOWLIST, TARGETS_FILE
from rules_lib.fleet.target_logs import HITS_ROLE, table_of_targets, workgroup_of_targets

pytestmark = pytest.mark.sam

NOW: Final = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=3)
IN_S3: Final = target_template(FOLDER, US, "us-west-2")
IN_GROUP: Final = target_template(GROUP, AP, "ap-southeast-1")
BY_LAMBDA: Final = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
GLUE: Final = f"arn:aws:glue:us-west-2:{US}"
IN_OUR_NAME: Final = {
    ("glue:GetDatabase", f"{GLUE}:database/*"),
    ("glue:GetPartitions", f"{GLUE}:table/*"),
    ("s3:GetBucketLocation", f"arn:aws:s3:::{LOGS}"),
    ("s3:GetObject", f"arn:aws:s3:::{LOGS}/{PREFIX}*"),
}
"""What Athena does with the role of whoever asks; no call of ours shows it."""


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[FleetAccount]:
    """A stack that is to serve targets."""
    with fleet_account(tmp_path, start=NOW) as found:
        yield found


@pytest.fixture
def alerts(fleet: FleetAccount) -> Iterator[TargetAlerts]:
    """Alert logs of its targets."""
    with target_alerts(fleet) as found:
        for target in (LOGGED_PILOT, LOGGED_PROD, LOGGED_ASIA):
            found.log(target, alert_record(1, at=NOW), arrives=NOW)
        yield found


def needed(service: str, operation: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What IAM asks for when a call is made, by the Service Authorization Reference."""
    match service:
        case "athena":
            group = workgroup_of_targets(BUCKET)
            return f"athena:{operation}", f"arn:aws:athena:us-west-2:{US}:workgroup/{group}"
        case "glue":
            table = f"{params['DatabaseName']}/{params['Name']}"
            return f"glue:{operation}", f"{GLUE}:table/{table}"
        case "logs":
            (group,) = params.get("logGroupIdentifiers", ("*",))
            place = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
            return f"logs:{operation}", group if group[:3] in {"*", "arn"} else place
        case "sts":
            return "sts:AssumeRole", str(params["RoleArn"])
        case _:
            key = f"/{params['Key']}" if "Key" in params else ""
            action = {"ListObjectsV2": "ListBucket"}.get(operation, operation)
            return f"s3:{action}", f"arn:aws:s3:::{params['Bucket']}{key}"


def calls_of(alerts: TargetAlerts) -> set[tuple[str, str]]:
    """What every call of a count needs, whichever role makes it."""
    found: set[tuple[str, str]] = set()

    def note(params: Mapping[str, Any], model: Any, **_: object) -> None:
        found.add(needed(model.service_model.service_name, model.name, params))

    taken = roles.session_of

    def watched(*given: Any) -> Any:
        session = taken(*given)
        found.add(("sts:AssumeRole", given[0].arn))
        session.events.register("provide-client-params.*.*", note)
        return session

    session = roles.usual_session()
    session.events.register("provide-client-params.*.*", note)
    with mock.patch.object(clients, "session_of", watched):
        alerts.count(NOW)
    session.events.unregister("provide-client-params.*.*", note)
    return found


def test_roles_allow_what_a_count_does(alerts: TargetAlerts) -> None:
    """Each call on its very resource, by that of the stack or by that of its target."""
    statements = [
        *HUB.statements("HitsRole"),
        *IN_S3.statements("HitsRole"),
        *target_template(str(LOGGED_ASIA["alert_logs"]), AP, "ap-southeast-1").statements(
            "HitsRole"
        ),
    ]
    calls = calls_of(alerts)
    assert len({action for action, _ in calls}) >= 10
    assert {one for one in calls if not any(allows(each, *one) for each in statements)} == set()


def test_role_in_a_target_allows_what_a_count_does_and_nothing_else(alerts: TargetAlerts) -> None:
    """Beside its calls only what Athena does in its name, and the end of a query in time."""
    done = {action for action, _ in calls_of(alerts) | IN_OUR_NAME}
    done |= {"athena:StopQueryExecution", "logs:StopQuery"}
    for template in (IN_S3, IN_GROUP):
        for statement in template.statements("HitsRole"):
            assert {*listed(statement["Action"])} <= done
    reach = {
        resource
        for statement in IN_S3.statements("HitsRole")
        for resource in listed(statement["Resource"])
    }
    base = table_of_targets(BUCKET).partition(".")[0]
    assert reach == {
        f"arn:aws:athena:us-west-2:{US}:workgroup/{workgroup_of_targets(BUCKET)}",
        *(f"{GLUE}:{what}" for what in ("catalog", f"database/{base}", f"table/{base}/alerts")),
        f"arn:aws:s3:::{LOGS}",
        f"arn:aws:s3:::{LOGS}/{PREFIX}*",
    }


def test_log_group_is_asked_by_its_arn_in_the_regions_that_are_named() -> None:
    """By its name it is in any of them; what CloudWatch Logs knows no resource for is in them."""
    asked, answers = IN_GROUP.statements("HitsRole")
    group = f"arn:aws:logs:*:{AP}:log-group:{GROUP}"
    assert (asked["Action"], asked["Resource"]) == ("logs:StartQuery", [group, f"{group}:*"])
    where = {"StringLike": {"aws:RequestedRegion": ["*"]}}
    assert asked["Condition"] == answers["Condition"] == where
    assert answers["Action"] == ["logs:GetQueryResults", "logs:StopQuery"]


def test_role_in_a_target_trusts_the_count_alone_by_the_external_id() -> None:
    """The build has no use for it, and the count none for the build's."""
    [trust] = IN_S3.resource("HitsRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": HUB_ROLE}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": BUCKET}}
    others = IN_S3.resource("TargetRole")["AssumeRolePolicyDocument"]["Statement"]
    assert HUB_ROLE not in str(others)
    assert IN_S3.resource("HitsRole")["RoleName"] == f"rulesync-target{HITS_ROLE}"


def test_role_of_the_count_assumes_none_that_writes_rule_groups() -> None:
    """Only those beside them; and it writes below each target what fired, and nothing else."""
    statements = list(HUB.statements("HitsRole"))
    [assumed] = [each for each in statements if each["Action"] == "sts:AssumeRole"]
    assert assumed["Resource"] == [f"{role_of(US)}-hits", f"{role_of(AP)}-hits"]
    written = {
        where.removeprefix(f"arn:aws:s3:::{BUCKET}/")
        for each in statements
        if "s3:PutObject" in listed(each["Action"])
        for where in listed(each["Resource"])
    }
    assert {where for where in written if where.startswith("targets/")} == {
        "targets/*/hits/*",
        "targets/*/state/hits.json",
        "targets/*/state/fired.json",
    }
    for key in (ALLOWLIST, "targets/a/latest.json", "targets/a/builds/b/plan.json"):
        arn = f"arn:aws:s3:::{BUCKET}/{key}"
        assert not any(allows(each, "s3:GetObject", arn) for each in statements)
    arn = f"arn:aws:s3:::{BUCKET}/{TARGETS_FILE}"
    assert not any(allows(each, "s3:PutObject", arn) for each in statements)


def test_table_and_workgroup_have_the_names_by_which_the_count_finds_them() -> None:
    """A hyphen or a dot of the bucket's name would have to be quoted; Athena keeps the answers."""
    for bucket in ("my-bucket", "a.b-c", "1bucket"):
        given = {**IN_S3.given, "ExternalId": bucket}
        template = type(IN_S3)(given)
        base, _, table = table_of_targets(bucket).partition(".")
        assert template.resource("HitsDatabase")["DatabaseInput"]["Name"] == base
        assert template.resource("AlertsTable")["TableInput"]["Name"] == table
        group = template.resource("HitsWorkGroup")
        assert group["Name"] == workgroup_of_targets(bucket)
    settings = IN_S3.resource("HitsWorkGroup")["WorkGroupConfiguration"]
    assert settings["ManagedQueryResultsConfiguration"] == {"Enabled": True}
    assert settings["EnforceWorkGroupConfiguration"]
    assert "ResultConfiguration" not in settings


def test_table_is_that_of_the_stack_over_another_folder() -> None:
    """The same query goes over both."""
    home = Template({"AlertLogs": FOLDER}).resource("AlertsTable")["TableInput"]
    assert IN_S3.resource("AlertsTable")["TableInput"] == home


def test_hits_of_targets_expire_as_those_of_the_stack() -> None:
    """They have addresses: what is replaced does not live on as an earlier version."""
    rules = {each["Id"]: each for each in HUB.resource("Bucket")["LifecycleConfiguration"]["Rules"]}
    own, theirs = rules["OldHits"], rules["OldHitsOfTargets"]
    kept = ("ExpirationInDays", "NoncurrentVersionExpiration")
    assert [own[name] for name in kept] == [theirs[name] for name in kept]
    assert theirs["TagFilters"] == [{"Key": "rulesync-expires", "Value": "hits"}]


def test_none_of_it_is_there_where_nobody_asked_for_it() -> None:
    """Neither in the stack, with targets or without, nor in a target's account."""
    for given in ({"Targets": "true"}, {"CountTargetHits": "true"}):
        assert not Template(given).condition("CountsHits")
    plain = list(Template({"AlertLogs": GROUP}).statements("HitsRole"))
    served = Template({"AlertLogs": GROUP, "Targets": "true", "TargetRoles": [role_of(US)]})
    assert list(served.statements("HitsRole")) == plain
    bare = target_template("", US, "us-west-2")
    made = [about.get("Condition") for about in document()["Resources"].values()]
    assert len([name for name in made if name]) == 4
    assert not any(bare.condition(name) for name in made if name)
