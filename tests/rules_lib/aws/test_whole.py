"""What botocore left out of an answer is named by its path."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from rules_lib.aws.whole import keep_body, unread

WHEN = datetime(2026, 11, 28, tzinfo=UTC)
SAID: dict[str, Any] = {
    "UpdateToken": "t",
    "FirewallPolicyResponse": {"FirewallPolicyName": "live", "LastModifiedTime": 1.0},
    "FirewallPolicy": {
        "StatelessDefaultActions": ["aws:pass"],
        "StatefulRuleGroupReferences": [{"ResourceArn": "arn:a", "Priority": 1}],
        "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
    },
}


def left_out(said: Any, read: dict[str, Any] | None = None) -> tuple[str, ...]:
    """What is unread of an answer that botocore read as this."""
    about = {"FirewallPolicyName": "live", "LastModifiedTime": WHEN}
    known = read or {**SAID, "FirewallPolicyResponse": about}
    return unread({**known, "rulesync:body": json.dumps(said).encode()}, "FirewallPolicy")


def with_member(path: str, value: Any) -> Any:
    """The answer with one more member, wherever the path leads."""
    said = json.loads(json.dumps(SAID))
    *above, name = path.split(".")
    place = said
    for step in above:
        place = place[int(step)] if step.isdecimal() else place[step]
    place[name] = value
    return said


def test_answer_that_was_read_whole_has_nothing_unread() -> None:
    """A time is read as such, and is the same all the same."""
    assert left_out(SAID) == ()


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("MadeUp", "MadeUp"),
        ("FirewallPolicy.MadeUp", "FirewallPolicy.MadeUp"),
        ("FirewallPolicyResponse.MadeUp", "FirewallPolicyResponse.MadeUp"),
        (
            "FirewallPolicy.StatefulEngineOptions.MadeUp",
            "FirewallPolicy.StatefulEngineOptions.MadeUp",
        ),
        (
            "FirewallPolicy.StatefulRuleGroupReferences.0.MadeUp",
            "FirewallPolicy.StatefulRuleGroupReferences[0].MadeUp",
        ),
    ],
)
@pytest.mark.parametrize("value", [True, False, 0, "", {}, [], {"A": 1}])
def test_member_that_was_not_read_is_named(path: str, named: str, value: object) -> None:
    """At any depth, whatever its value; its own members are not named beside it."""
    assert left_out(with_member(path, value)) == (named,)


def test_member_without_a_value_is_none() -> None:
    """Nothing can be lost of it."""
    assert left_out(with_member("FirewallPolicy.MadeUp", None)) == ()


@pytest.mark.parametrize("name", ["ConsumedStatefulDomainCapacity", "Errors", "StatusMessage"])
def test_what_no_update_takes_may_be_unread(name: str) -> None:
    """An older botocore does not know it and loses nothing."""
    assert left_out(with_member(f"FirewallPolicyResponse.{name}", ["x"])) == ()


def test_another_value_and_a_shorter_list_are_named() -> None:
    """As where a list's item is of a kind that botocore passes over."""
    other = with_member("FirewallPolicy.StatelessDefaultActions", ["aws:drop"])
    assert left_out(other) == ("FirewallPolicy.StatelessDefaultActions[0]",)
    longer = with_member("FirewallPolicy.StatelessDefaultActions", ["aws:pass", "x"])
    assert left_out(longer) == ("FirewallPolicy.StatelessDefaultActions",)


def test_answer_in_another_format_is_unread_as_a_whole() -> None:
    """Nobody knows then what an update would lose."""
    found = unread({**SAID, "rulesync:body": b"\xbf\xff"}, "FirewallPolicy")
    assert found == ("(an answer that is not JSON)",)


def test_members_that_no_update_takes_are_so_in_the_model() -> None:
    """Else one of them would be lost unseen."""
    client = boto3.client("network-firewall", region_name="us-east-1")
    update = client.meta.service_model.operation_model("UpdateFirewallPolicy").input_shape
    describe = client.meta.service_model.operation_model("DescribeFirewallPolicy").output_shape
    assert update
    assert describe
    about = describe.members["FirewallPolicyResponse"].members  # type: ignore[attr-defined]
    naming = {"FirewallPolicyName", "FirewallPolicyArn"}
    for name in about:
        said = with_member(f"FirewallPolicyResponse.{name}", {"A": 1})
        bare = {**SAID, "FirewallPolicyResponse": {}}
        told = f"FirewallPolicyResponse.{name}" in left_out(said, bare)
        assert told == (name in update.members and name not in naming), name


def test_body_is_kept_once_however_often_it_is_asked_for() -> None:
    """Each build makes its `Firewall` from one client."""
    client = boto3.client("network-firewall", region_name="us-east-1")
    keep_body(client)
    keep_body(client)
    body: dict[str, Any] = {}
    answers = client.meta.events.emit(
        "before-parse.network-firewall.DescribeFirewallPolicy",
        response_dict={"status_code": 200, "body": b"{}"},
        customized_response_dict=body,
    )
    assert len(answers) == 1
    assert body == {"rulesync:body": b"{}"}
