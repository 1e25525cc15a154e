"""A prefix list from the allowlist to the group, and every change of it, on an embedded account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from support.account import Account, account, call
from support.feeds import allowlist, rule

_OWNER: Final = "eu-west-1:111122223333"
FIRST: Final = f"arn:aws:ec2:{_OWNER}:prefix-list/pl-0123456789abcdef0"
SECOND: Final = f"arn:aws:resource-groups:{_OWNER}:group/web-servers"
OWN: Final = 'pass tcp @OURS any -> any 443 (msg:"ours"; content:"x"; sid:9000001;)'


def settings(arn: str) -> dict[str, Any]:
    """An allowlist's settings with this ARN."""
    return {"categories": {"local-refs": "alert"}, "references": {"OURS": arn}}


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Account]:
    """An account with a rule of people's own that refers to a set."""
    with account(tmp_path / "feed") as found:
        found.put("local/refs.rules", OWN)
        found.allow(**settings(FIRST))
        found.publish(malware=[rule(1)])
        assert call("apply", "--yes").exit_code == 0
        yield found


def declared(aws: Account, name: str = "et-local-refs") -> dict[str, str]:
    """What the deployed group refers to."""
    sets = aws.describe(name)["RuleGroup"].get("ReferenceSets", {}).get("IPSetReferences", {})
    return {name: found["ReferenceArn"] for name, found in sets.items()}


def test_group_refers_to_what_its_rules_use(aws: Account) -> None:
    """And no other group does; the summary says so."""
    assert declared(aws) == {"OURS": FIRST}
    assert declared(aws, "et-emerging-malware") == {}
    references = {one["name"]: one["references"] for one in aws.summary()["rule_groups"]}
    assert references == {"et-local-refs": {"OURS": FIRST}, "et-emerging-malware": {}}


def test_another_arn_alone_is_an_update(aws: Account, tmp_path: Path) -> None:
    """The plan says which set; afterwards there is nothing to do."""
    edited = tmp_path / "edited.yaml"
    edited.write_text(allowlist(**settings(SECOND)))
    planned = call("plan", "--config", edited)
    assert planned.exit_code == 2
    words = " ".join(planned.stdout.split())
    assert f"refers to @OURS ({SECOND.rpartition('/')[2]})" in words
    assert "other variables" not in words
    aws.allow(**settings(SECOND))
    assert call("apply", "--yes").exit_code == 0
    assert declared(aws) == {"OURS": SECOND}
    assert call("plan").exit_code == 0


def test_reference_that_somebody_changed_is_put_back(aws: Account) -> None:
    """It is drift like any other."""
    answer = aws.describe("et-local-refs")
    group = answer["RuleGroup"]
    group["ReferenceSets"]["IPSetReferences"]["OURS"]["ReferenceArn"] = SECOND
    aws.firewall.update_rule_group(
        RuleGroupName="et-local-refs",
        Type="STATEFUL",
        UpdateToken=answer["UpdateToken"],
        RuleGroup=group,
        Description=answer["RuleGroupResponse"]["Description"],
    )
    assert call("plan").exit_code == 2
    assert call("apply", "--yes").exit_code == 0
    assert declared(aws) == {"OURS": FIRST}


def test_rollback_puts_the_reference_back(aws: Account) -> None:
    """With the rules that use it."""
    first = aws.summary()["build"]
    aws.allow(**settings(SECOND))
    assert call("apply", "--yes").exit_code == 0
    assert call("rollback", "--yes", first).exit_code == 0
    assert declared(aws) == {"OURS": FIRST}


def test_undeclared_reference_is_counted_among_what_brings_rules_back(aws: Account) -> None:
    """By its name, with the key under which it belongs."""
    aws.allow(categories={"local-refs": "alert"}, max_shrink=1)
    applied = call("apply", "--yes")
    assert "give `references: OURS:` a value, and 1 rule can come back" in applied.output
    found = aws.summary()
    assert found["variables_missing"] == {"@OURS": 1}
    assert found["discarded"] == {"undefined-variable": 1}
