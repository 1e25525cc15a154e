"""Beside AWS's managed groups: plan, check and sync say what a policy has left, and what fits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.account import Account, account, call
from support.feeds import allowlist, rule

from localaws import Quotas
from localaws.managed import managed_groups
from rules_lib.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNATURES: Final = (
    *("Botnet", "BotnetWeb", "DoS", "EmergingEvents", "Exploits", "IOC", "Malware"),
    *("MalwareCoinmining", "Scanners", "Suspect"),
)
OTHERS: Final = (
    *("AttackInfrastructure", "BotNetCommandAndControlDomains", "MalwareDomains"),
    *("AbusedLegitBotNetCommandAndControlDomains", "AbusedLegitMalwareDomains"),
)
CATEGORIES: Final = {f"emerging-{name}": "alert" for name in ("malware", "info")}
ROOM: Final = (
    "4 of 20 rule groups and 800 of 30,000 capacity are left beside 16 groups that are not ours "
    "(15 managed)"
)
FILE: Final = "config/categories-beside-aws-managed.yaml"
ADVICE: Final = f"set firewall: {{rule_groups: 4, capacity: 800}}, or use {FILE}"


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account whose policy is AWS's getting-started one: 15 managed groups, and one of 200."""
    monkeypatch.setenv("RULESYNC_POLICIES", "live")
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow(categories=CATEGORIES)
        found.publish(malware=[rule(sid) for sid in range(1, 901)], info=[rule(2000)])
        make_policy(found)
        yield found


def make_policy(running: Account) -> None:
    """Make it, in alert mode, as AWS does."""
    made = running.firewall.create_rule_group(
        RuleGroupName="monitoring",
        Type="STATEFUL",
        Capacity=200,
        RuleGroup={
            "RulesSource": {"RulesString": f"{rule(9)}\n"},
            "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
        },
    )
    names = [*OTHERS, *(f"ThreatSignatures{name}" for name in SIGNATURES)]
    place = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup"
    references: list[dict[str, Any]] = [
        {
            "ResourceArn": f"{place}/{name}StrictOrder",
            "Priority": priority,
            "Override": {"Action": "DROP_TO_ALERT"},
        }
        for priority, name in enumerate(names, start=1)
    ]
    own = {"ResourceArn": made["RuleGroupResponse"]["RuleGroupArn"], "Priority": 100}
    running.firewall.create_firewall_policy(
        FirewallPolicyName="live",
        FirewallPolicy={
            "StatelessDefaultActions": ["aws:forward_to_sfe"],
            "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
            "StatefulDefaultActions": ["aws:alert_established_app_layer_to_server"],
            "StatefulRuleGroupReferences": [*references, own],
        },
    )


def words(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def test_double_has_the_capacities_that_aws_tells() -> None:
    """The getting-started policy reserves 29,200, of which 200 are one's own."""
    groups = managed_groups("aws", "us-east-1")
    names = [*OTHERS, *(f"ThreatSignatures{name}" for name in SIGNATURES)]
    place = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup"
    assert sum(groups[f"{place}/{name}StrictOrder"].capacity for name in names) == 29_000


def test_sync_is_refused_with_what_is_left_and_what_fits(filled: Account) -> None:
    """Numbers of the policy, of the allowlist, and the way out."""
    with pytest.raises(SyncError) as caught:
        filled.build()
    assert f"live: {ROOM}; the allowlist needs 2 rule groups and 992: {ADVICE}" in str(caught.value)


def test_plan_says_it_before(filled: Account) -> None:
    """Both on the terminal and for programs."""
    assert filled.policy("live")
    shown = words(call("plan").stdout)
    assert f"policy live: {ROOM}; this plan needs 2 rule groups and 992" in shown
    assert ADVICE in shown
    [left] = json.loads(call("plan", "--json").stdout)["left"]
    assert (left["policy"], left["rule_groups"], left["capacity"]) == ("live", 4, 800)


def test_check_says_it_of_a_file_that_is_not_uploaded(filled: Account, tmp_path: Path) -> None:
    """With the policy of the environment; exit 1, as it would not be deployed."""
    file = tmp_path / "mine.yaml"
    file.write_text(allowlist(categories=CATEGORIES))
    answer = call("check", file)
    assert answer.exit_code == 1
    assert f"live: {ROOM}; the allowlist needs 2 rule groups and 992: {ADVICE}" in answer.stderr
    document = json.loads(call("check", file, "--json").stdout)
    assert (document["valid"], document["left"][0]["capacity"]) == (False, 800)
    assert ADVICE in document["refused"]
    assert filled.since(0)[-1].startswith(("Describe", "List"))


def test_check_says_it_to_github_too(filled: Account, tmp_path: Path) -> None:
    """At the allowlist, which has no line for it."""
    assert filled.builds == []
    file = tmp_path / "mine.yaml"
    file.write_text(allowlist(categories=CATEGORIES))
    first = call("check", file, "--format", "github").stdout.splitlines()[0]
    assert first.startswith(f"::error file={file},line=1,title=rulesync%3A does-not-fit::")
    assert ADVICE in first


def test_what_fits_passes_check_and_is_attached(filled: Account, tmp_path: Path) -> None:
    """With the budget that the advice names; AWS's groups and their overrides stay."""
    file = tmp_path / "mine.yaml"
    budget = {"rule_groups": 4, "capacity": 800}
    file.write_text(allowlist(categories=CATEGORIES, firewall=budget))
    answer = call("check", file)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert f"policy live: {ROOM}" in words(answer.stdout)
    before = filled.policy("live")["StatefulRuleGroupReferences"]
    filled.allow(categories=CATEGORIES, firewall=budget)
    filled.build()
    assert filled.summary()["discarded"] == {"over-budget": 174}
    after = filled.policy("live")["StatefulRuleGroupReferences"]
    assert after[:16] == before
    assert len(after) == 17  # all of one category has no room, and goes
    assert f"policy live: {ROOM}" in words(call("plan").stdout)


def test_raised_policy_is_believed(filled: Account) -> None:
    """AWS raises the capacity to 50,000, and the service does not tell."""
    filled.aws.grant(Quotas(policy_capacity=50_000))
    filled.allow(
        categories=CATEGORIES,
        firewall={"rule_groups": 4, "capacity": 20_000, "policy_capacity": 50_000},
    )
    filled.build()
    assert len(filled.references("live")) == 18


def test_check_without_a_policy_asks_no_account(
    tmp_path: Path, filled: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the bucket, where it is named."""
    monkeypatch.delenv("RULESYNC_POLICIES")
    file = tmp_path / "mine.yaml"
    file.write_text(allowlist(categories=CATEGORIES))
    mark = len(filled.aws.calls)
    assert call("check", file).exit_code == 0
    assert len(filled.aws.calls) == mark
