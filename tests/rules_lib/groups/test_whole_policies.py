"""A policy that botocore does not know whole is left as it is, and people are told why."""

from __future__ import annotations

import gzip
import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import boto3
import botocore
import botocore.session
import pytest
from support.account import Account, account, world
from support.feeds import rule
from support.snapshot import state

from localaws import Fault
from rules_lib.errors import RefusedError, SyncError
from rules_lib.rollback.run import rollback
from rulesync_cli.preview import preview

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED: dict[str, list[str]] = {"malware": [rule(1), rule(2)], "info": [rule(10)]}
MORE: dict[str, list[str]] = {**FEED, "dns": [rule(20)]}
NAMED: Final[dict[str, dict[str, Any]]] = {
    "FirewallPolicy.MadeUp": {"FirewallPolicy": {"MadeUp": {"On": True}}},
    "FirewallPolicy.StatefulEngineOptions.MadeUp": {
        "FirewallPolicy": {"StatefulEngineOptions": {"MadeUp": 7}}
    },
    "FirewallPolicyResponse.MadeUp": {"FirewallPolicyResponse": {"MadeUp": "x"}},
    "FirewallPolicyResponse.EncryptionConfiguration.MadeUp": {
        "FirewallPolicyResponse": {
            "EncryptionConfiguration": {"Type": "AWS_OWNED_KMS_KEY", "MadeUp": "x"}
        }
    },
}


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account whose policy is up to date with two categories, and a feed with a third."""
    monkeypatch.setenv("RULESYNC_POLICIES", "live")
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow()
        found.sync(**FEED)
        found.publish(**MORE)
        yield found


def everything(running: Account) -> Any:
    """All that counts, the policy's update token and its members beyond the models too."""
    answer = running.firewall.describe_firewall_policy(FirewallPolicyName="live")
    return state(), answer["UpdateToken"], dict(running.aws.control.unmodelled)


@pytest.mark.parametrize("member", NAMED)
def test_sync_is_refused_and_names_the_member(live: Account, member: str) -> None:
    """Nothing is written, to no rule group either."""
    live.aws.describe_more("live", **NAMED[member])
    before, mark = everything(live), len(live.aws.calls)
    with pytest.raises(SyncError, match="nothing was changed") as caught:
        live.build()
    assert f"live: an update would lose {member}" in str(caught.value)
    assert everything(live) == before
    actions = {call.action for call in live.aws.calls[mark:]}
    assert not {one for one in actions if one.startswith(("Create", "Update", "Delete"))}
    assert live.summary()["refused"] == str(caught.value)


@pytest.mark.parametrize("member", NAMED)
def test_plan_tells_it_too(live: Account, member: str) -> None:
    """Before anything is tried."""
    live.aws.describe_more("live", **NAMED[member])
    found = preview(world(live))
    assert member in str(found.foreseen.refusal)
    assert found.summary.refused == str(found.foreseen.refusal)


def test_policy_that_needs_no_switch_stops_no_sync(live: Account) -> None:
    """Texts of groups change without it."""
    live.build()
    live.aws.describe_more("live", FirewallPolicy={"MadeUp": True})
    before = everything(live)[1:]
    newer = {**MORE, "dns": [rule(20, rev=2)]}
    assert live.sync(**newer)["calls"] == {"UpdateRuleGroup": 1}
    assert everything(live)[1:] == before


def test_rollback_is_refused_before_it_holds(live: Account) -> None:
    """And leaves everything as it is."""
    first = live.latest()["build"]
    live.build()
    live.aws.describe_more("live", FirewallPolicy={"MadeUp": True})
    before = everything(live)
    with pytest.raises(RefusedError, match=r"FirewallPolicy\.MadeUp"):
        rollback(world(live), first)
    assert everything(live) == before
    assert not live.has("state/hold.json")


def test_member_that_appears_after_the_plan_is_not_lost(live: Account) -> None:
    """The switch reads the policy again once its token is stale, and plans anew."""

    def meanwhile() -> None:
        found = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
        live.firewall.update_firewall_policy(
            FirewallPolicyName="live",
            UpdateToken=found["UpdateToken"],
            FirewallPolicy=found["FirewallPolicy"],
        )
        live.aws.describe_more("live", FirewallPolicy={"MadeUp": True})

    live.meanwhile["UpdateFirewallPolicy"] = meanwhile
    with pytest.raises(SyncError, match=r"FirewallPolicy\.MadeUp"):
        live.build()
    assert live.aws.control.unmodelled == {"live": {"FirewallPolicy": {"MadeUp": True}}}


def test_update_sends_back_every_member_that_was_read(live: Account) -> None:
    """Compared on the wire: all but the references is as it was described."""
    live.firewall.update_firewall_policy(
        FirewallPolicyName="live",
        UpdateToken=live.firewall.describe_firewall_policy(FirewallPolicyName="live")[
            "UpdateToken"
        ],
        Description="the owner's words",
        EncryptionConfiguration={"Type": "CUSTOMER_KMS", "KeyId": "arn:aws:kms:x"},
        FirewallPolicy=FULL
        | {"StatefulRuleGroupReferences": live.policy("live")["StatefulRuleGroupReferences"]},
    )
    before = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
    sent = list[dict[str, Any]]()

    def note(request: Any, **_: object) -> None:
        sent.append(json.loads(request.body))

    events = boto3.DEFAULT_SESSION.events  # type: ignore[union-attr]
    events.register("before-sign.network-firewall.UpdateFirewallPolicy", note)
    live.build()
    (update,) = sent
    references = {"StatefulRuleGroupReferences": update["FirewallPolicy"].pop(REFERENCES)}
    assert len(references["StatefulRuleGroupReferences"]) == 3
    assert update["FirewallPolicy"] == FULL
    for name in ("Description", "EncryptionConfiguration"):
        assert update[name] == before["FirewallPolicyResponse"][name]


REFERENCES = "StatefulRuleGroupReferences"
FULL: dict[str, Any] = {
    "StatelessDefaultActions": ["aws:pass", "count"],
    "StatelessFragmentDefaultActions": ["aws:drop"],
    "StatelessCustomActions": [
        {
            "ActionName": "count",
            "ActionDefinition": {"PublishMetricAction": {"Dimensions": [{"Value": "x"}]}},
        }
    ],
    "StatefulDefaultActions": ["aws:drop_established"],
    "StatefulEngineOptions": {
        "RuleOrder": "STRICT_ORDER",
        "StreamExceptionPolicy": "CONTINUE",
        "FlowTimeouts": {"TcpIdleTimeoutSeconds": 350},
    },
    "PolicyVariables": {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}},
    "EnableTLSSessionHolding": True,
}


# An older botocore: its model lacks a member that the service has.


@contextmanager
def older_botocore(folder: Path, member: str) -> Iterator[None]:
    """Have new clients made from a model without a member of `FirewallPolicy`."""
    packed = Path(botocore.__file__).parent / "data/network-firewall/2020-11-12/service-2.json.gz"
    model = json.loads(gzip.decompress(packed.read_bytes()))
    del model["shapes"]["FirewallPolicy"]["members"][member]
    place = folder / "models" / "network-firewall" / "2020-11-12" / "service-2.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(model))
    old = botocore.session.Session()
    old.set_config_variable("data_path", str(folder / "models"))
    with mock.patch.object(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=old)):
        yield


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("EnableTLSSessionHolding", False),
        ("Route53ResolvedIPValidation", {"MadeUp": "on"}),
        ("PolicyVariables", {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}}),
    ],
)
def test_older_botocore_loses_nothing(
    live: Account, tmp_path: Path, member: str, value: object
) -> None:
    """It does not know what the policy has; the sync is refused, and the policy as it was."""
    live.aws.describe_more("live", FirewallPolicy={member: value})
    before = everything(live)
    with older_botocore(tmp_path, member), pytest.raises(SyncError) as caught:
        live.build()
    assert f"would lose FirewallPolicy.{member}," in str(caught.value)
    assert everything(live) == before


def test_older_botocore_switches_a_policy_that_has_nothing_newer(
    live: Account, tmp_path: Path
) -> None:
    """What it does not know and the policy does not have is no reason to stop."""
    with older_botocore(tmp_path, "EnableTLSSessionHolding"):
        live.build()
    assert len(live.references("live")) == 3


# How a policy is, as the service says.


def test_policy_that_is_broken_by_the_switch_is_a_failure(live: Account) -> None:
    """With the service's words."""
    ill = {"FirewallPolicyStatus": "ERROR", "StatusMessage": "a group cannot be used"}
    live.meanwhile["UpdateFirewallPolicy"] = lambda: live.aws.describe_more(
        "live", FirewallPolicyResponse=ill
    )
    with pytest.raises(SyncError, match="its status is ERROR; a group cannot be used"):
        live.build()
    assert "its status is ERROR" in live.summary()["failed"]


def test_error_of_a_policy_is_told_as_long_as_it_lasts(live: Account) -> None:
    """By the sync after which it came, by the next ones, and by the plan; then no more."""
    error = {"Code": "MADE_UP", "Message": "add what it needs", "ResourceId": "r-1"}
    live.meanwhile["UpdateFirewallPolicy"] = lambda: live.aws.describe_more(
        "live", FirewallPolicyResponse={"Errors": [error]}
    )
    live.build()
    told = "firewall policy live: {}the service reports: MADE_UP: add what it needs: r-1"
    assert told.format("the policy was updated, and ") in live.summary()["warnings"]
    for _ in range(2):
        live.tick()
        assert told.format("") in live.summary()["warnings"]
    assert told.format("") in preview(world(live)).summary.warnings
    live.aws.describe_more("live")
    live.tick()
    assert not [line for line in live.summary()["warnings"] if "MADE_UP" in line]


def test_policy_that_is_broken_already_fails_no_switch(live: Account) -> None:
    """It was not this switch that broke it; the warning stays."""
    live.aws.describe_more("live", FirewallPolicyResponse={"FirewallPolicyStatus": "ERROR"})
    live.build()
    assert len(live.references("live")) == 3
    assert (
        "firewall policy live: the service reports: its status is ERROR"
        in (live.summary()["warnings"])
    )


def test_policy_that_cannot_be_looked_at_again_is_told(live: Account) -> None:
    """It was switched all the same."""
    live.meanwhile["UpdateFirewallPolicy"] = lambda: live.aws.inject(
        Fault("DescribeFirewallPolicy", "AccessDeniedException", "not you")
    )
    live.build()
    assert len(live.references("live")) == 3
    [line] = [line for line in live.summary()["warnings"] if "cannot be read" in line]
    assert line.startswith("firewall policy live was updated")
