"""Rule groups on the embedded AWS: read, written, and what happens when a call fails."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError
from support.firewall import change_by_hand, client, create_by_hand, firewall, use
from support.groups import group, rule

from localaws import EmbeddedAws, Fault, Quotas, embedded_aws
from rules_lib.aws.firewall import Firewall
from rules_lib.errors import FirewallError, StaleError
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group, GroupVariables, Slot

pytestmark = pytest.mark.usefixtures("aws")

NETS = GroupVariables({"DNS_SERVERS": ("10.0.0.2/32",)}, {"HTTP_PORTS": ("80", "8080")})
ONE = group("et-one", 1, 2, variables=NETS)
TWO = group("et-one", 1, 3)
NOT_FOUND = "ResourceNotFoundException"


def created(desired: Group = ONE) -> tuple[Firewall, DeployedGroup]:
    """A firewall with one group, as it is described."""
    wall = firewall()
    wall.create(desired)
    (there,) = wall.deployed().groups
    return wall, there


def described(name: str = "et-one") -> Any:
    """What the service says of a group."""
    return client().describe_rule_group(RuleGroupName=name, Type="STATEFUL")


def test_created_group_reads_back_as_it_was_desired() -> None:
    """Text, variables, slot and capacity; nobody uses it yet."""
    _, there = created()
    assert (there.name, there.slot, there.capacity) == (ONE.name, ONE.slot, ONE.capacity)
    assert (there.text, there.variables) == (ONE.text, NETS)
    assert (there.strict, there.associations) == (True, 0)


def test_update_keeps_description_and_order_and_clears_variables() -> None:
    """An update without a description would clear it."""
    wall, there = created()
    before = described()["RuleGroupResponse"]["Description"]
    wall.update(TWO, there)
    after = described()
    assert after["RuleGroup"]["RulesSource"]["RulesString"] == TWO.text
    assert after["RuleGroup"]["StatefulRuleOptions"] == {"RuleOrder": "STRICT_ORDER"}
    assert not after["RuleGroup"].get("RuleVariables")
    about = "Written by rulesync for one:1"
    assert after["RuleGroupResponse"]["Description"].startswith(about)
    assert before.startswith(about)
    assert not wall.deployed().groups[0].edited


def test_deleted_group_is_gone_and_a_second_delete_is_no_error() -> None:
    """Gone is what was asked for."""
    wall, there = created()
    wall.delete(there)
    wall.delete(there)
    assert wall.deployed() == Deployed()


def test_only_the_tags_make_a_group_ours() -> None:
    """Another prefix, no slot or an unreadable one: not ours; another name is nobody's business."""
    ours = {"Key": "rulesync:prefix", "Value": "et"}
    slot = {"Key": "rulesync:slot", "Value": "one:1"}
    create_by_hand("et-untagged")
    create_by_hand("et-no-slot", Tags=[ours])
    create_by_hand("et-bad-slot", Tags=[ours, {"Key": "rulesync:slot", "Value": "one"}])
    create_by_hand("et-x-one", Tags=[{"Key": "rulesync:prefix", "Value": "et-x"}, slot])
    create_by_hand("etc-tagged", Tags=[ours, slot])
    create_by_hand("et-ours", Tags=[ours, slot])
    found = firewall().deployed()
    assert [one.name for one in found.groups] == ["et-ours"]
    assert found.foreign == {"et-untagged", "et-no-slot", "et-bad-slot", "et-x-one"}


def test_groups_beyond_the_first_page_are_found() -> None:
    """The service lists 100 at once."""
    with embedded_aws(quotas=Quotas(rule_groups=200)):
        names = [f"et-{number:03}" for number in range(105)]
        for name in names:
            create_by_hand(name)
        wall = firewall()
        assert wall.deployed().foreign == set(names)
        assert wall.calls.reads == 2 + len(names)


def test_group_that_vanishes_while_it_is_read_is_not_there(aws: EmbeddedAws) -> None:
    """Listed, and gone when it is described."""
    wall, _ = created()
    aws.inject(Fault("DescribeRuleGroup", NOT_FOUND))
    assert wall.deployed() == Deployed()


def test_group_on_its_way_out_is_not_there() -> None:
    """Nobody can update a group that is being deleted."""
    wall, _ = created()
    mine = client()
    mine.meta.events.register("after-call.network-firewall.DescribeRuleGroup", deleting)
    assert Firewall(mine, "et").deployed() == Deployed()
    assert wall.deployed() != Deployed()


def deleting(parsed: Any, **_: object) -> None:
    """Change an answer into that of a group which is being deleted."""
    parsed["RuleGroupResponse"]["RuleGroupStatus"] = "DELETING"


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ThrottlingException", "InternalServerError"]
)
@pytest.mark.parametrize("action", ["ListRuleGroups", "DescribeRuleGroup"])
def test_no_other_error_reads_as_not_there(aws: EmbeddedAws, action: str, code: str) -> None:
    """Else the sync would create what is there, or take protection for gone."""
    wall, there = created()
    aws.inject(Fault(action, code, "no"))
    with pytest.raises(FirewallError) as caught:
        wall.deployed()
    assert (caught.value.code, caught.value.message) == (code, "no")
    aws.inject(Fault("DeleteRuleGroup", code))
    with pytest.raises(FirewallError, match=rf"DeleteRuleGroup et-one: {code}"):
        wall.delete(there)


def test_throttling_that_does_not_end_keeps_its_code(aws: EmbeddedAws) -> None:
    """The client's own retries are used up first."""
    retries = Config(retries={"mode": "standard", "total_max_attempts": 2})
    wall = Firewall(boto3.client("network-firewall", config=retries), "et")
    aws.inject(Fault("CreateRuleGroup", "ThrottlingException", "slow down", times=2))
    with pytest.raises(FirewallError) as caught:
        wall.create(ONE)
    assert caught.value.code == "ThrottlingException"
    assert [call.error for call in aws.calls if call.action == "CreateRuleGroup"] == [
        "ThrottlingException"
    ] * 2


def test_endpoint_that_does_not_answer_is_told_with_the_calls_name() -> None:
    """The errors of botocore itself have no code of the service: their kind stands there."""
    mine = client()
    mine.meta.events.register("request-created.network-firewall", unreachable)
    with pytest.raises(FirewallError, match="ListRuleGroups et: ConnectTimeoutError"):
        Firewall(mine, "et").deployed()


def unreachable(**_: object) -> None:
    """Fail as a connection does that is never made."""
    raise ConnectTimeoutError(endpoint_url="https://network-firewall")


def test_create_that_succeeded_behind_an_error_is_a_success(aws: EmbeddedAws) -> None:
    """The client repeats the call and is told that the name is taken."""
    aws.inject(Fault("CreateRuleGroup", "InternalServerError", carried_out=True))
    wall = Firewall(boto3.client("network-firewall"), "et")
    wall.create(ONE)
    assert [call.error for call in aws.calls if call.action == "CreateRuleGroup"] == [
        "InternalServerError",
        "InvalidRequestException",
    ]


def test_create_over_somebody_elses_group_is_a_failure() -> None:
    """The same text does not make it ours."""
    create_by_hand("et-one", TWO.text)
    with pytest.raises(FirewallError, match="already exists"):
        firewall().create(TWO)


def test_create_over_our_own_group_of_another_slot_is_a_failure() -> None:
    """Else the slot would stay empty, and nobody would know."""
    wall, _ = created()
    with pytest.raises(FirewallError, match="already exists"):
        wall.create(replace(ONE, slot=Slot("two")))


def test_failed_create_tells_its_own_error_even_where_the_read_fails_too(aws: EmbeddedAws) -> None:
    """What counts is why the write failed."""
    aws.inject(Fault("CreateRuleGroup", "LimitExceededException"))
    aws.inject(Fault("DescribeRuleGroup", "AccessDeniedException"))
    with pytest.raises(FirewallError) as caught:
        firewall().create(ONE)
    assert caught.value.code == "LimitExceededException"


def test_stale_token_alone_does_not_stop_an_update() -> None:
    """The content is still what the plan was made from."""
    wall, there = created(TWO)
    change_by_hand("et-one", TWO.text)
    wall.update(group("et-one", 7), there)
    assert described()["RuleGroup"]["RulesSource"]["RulesString"] == group("et-one", 7).text


def test_group_that_somebody_changed_is_not_overwritten() -> None:
    """The plan was made from something else, so it is to be made again."""
    wall, there = created()
    change_by_hand("et-one", rule(8).text)
    for attempt in (wall.update, wall.prove):
        with pytest.raises(StaleError, match="somebody else changed it"):
            attempt(TWO, there)
    assert described()["RuleGroup"]["RulesSource"]["RulesString"] == rule(8).text


def test_group_that_somebody_deleted_is_stale_for_an_update() -> None:
    """Planning again creates it."""
    wall, there = created()
    wall.delete(there)
    for attempt in (wall.update, wall.prove):
        with pytest.raises(StaleError, match="somebody else changed it"):
            attempt(TWO, there)


def test_token_that_is_stale_each_time_ends_the_update(aws: EmbeddedAws) -> None:
    """Bounded: somebody else keeps writing."""
    wall, there = created()
    aws.inject(Fault("UpdateRuleGroup", "InvalidTokenException", times=99))
    with pytest.raises(StaleError):
        wall.update(TWO, there)
    assert wall.calls.writes["UpdateRuleGroup"] == 5


def test_update_that_succeeded_behind_an_error_is_a_success(aws: EmbeddedAws) -> None:
    """The client repeats the call with a token that its first attempt has used up."""
    _, there = created()
    aws.inject(Fault("UpdateRuleGroup", "InternalServerError", carried_out=True))
    Firewall(boto3.client("network-firewall"), "et").update(TWO, there)
    assert [call.error for call in aws.calls if call.action == "UpdateRuleGroup"] == [
        "InternalServerError",
        "InvalidTokenException",
    ]


def test_group_in_use_is_not_deleted() -> None:
    """The service refuses; the error says so."""
    wall, there = created()
    use("et-one")
    with pytest.raises(FirewallError, match="InvalidOperationException"):
        wall.delete(there)
    assert (found := wall.describe("et-one")) is not None
    assert found.associations == 1


def test_counts_are_what_the_service_saw(aws: EmbeddedAws) -> None:
    """Writes by name, failed ones too; dry runs and reads apart."""
    wall, there = created()
    wall.prove(group("et-two", 5))
    wall.prove(TWO, there)
    wall.update(TWO, there)
    with pytest.raises(FirewallError):
        wall.create(replace(ONE, capacity=1))
    wall.delete(there)
    seen = Counter(call.action for call in aws.calls if not call.dry_run)
    reads = seen.pop("ListRuleGroups") + seen.pop("DescribeRuleGroup")
    assert (wall.calls.writes, wall.calls.reads) == (seen, reads)
    assert wall.calls.dry_runs == sum(call.dry_run for call in aws.calls) == 2


def test_proof_of_a_good_group_takes_one_dry_run_and_changes_nothing() -> None:
    """For a create and for an update."""
    wall, there = created()
    assert wall.prove(TWO, there).refusals == wall.prove(group("et-two", 5)).refusals == ()
    assert wall.calls.dry_runs == 2
    assert wall.deployed().groups == (there,)


def test_named_rule_is_found_with_the_services_words() -> None:
    """The rule stands beside its words and is not repeated in them."""
    bad = rule(2, "dataset:isset,x; ")
    wall = firewall()
    (refusal,) = wall.prove(group("et-one", 1, bad, 3)).refusals
    assert refusal.rule == bad
    assert refusal.words == (
        "stateful rule is invalid, rule: …, reason: RuleOptions dataset is not supported"
    )
    assert wall.calls.dry_runs == 2


def test_every_refused_rule_is_found_named_or_not(aws: EmbeddedAws) -> None:
    """Whatever the form of the answer; rules that are fine are not blamed."""
    aws.refuse("sid:(30|31|90);", "conflicting alprotos set", named=False)
    bad = [rule(7, "gid:1; "), rule(12, "priority:1; "), rule(13, "luajit:x; ")]
    unnamed = [rule(sid) for sid in (30, 31, 90)]
    good = [rule(sid) for sid in range(100, 200)]
    members = [*good[:20], *unnamed[:1], *bad[:2], *good[20:60], *unnamed[1:], bad[2], *good[60:]]
    refusals = firewall().prove(group("et-one", *members, capacity=500)).refusals
    assert {refusal.rule.sid for refusal in refusals} == {7, 12, 13, 30, 31, 90}
    for refusal in refusals:
        named = "alprotos" not in refusal.words
        assert named == (refusal.rule in bad)


@pytest.mark.parametrize("place", [0, 1, 499, 998, 999])
def test_unnamed_rule_is_found_in_few_dry_runs(aws: EmbeddedAws, place: int) -> None:
    """Ten for the search among 1000, and four: before, after, and two to be sure."""
    aws.refuse(f"sid:{place + 1};", "bad", named=False)
    wall = firewall()
    desired = group("et-one", *range(1, 1001), capacity=1000)
    assert [refusal.rule.sid for refusal in wall.prove(desired).refusals] == [place + 1]
    assert wall.calls.dry_runs <= 14


def test_group_whose_rules_are_all_refused_has_none_left(aws: EmbeddedAws) -> None:
    """An empty text is never asked about."""
    aws.refuse("msg:.rule [123]", "bad", named=False)
    assert len(firewall().prove(group("et-one", 1, 2, 3)).refusals) == 3


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        (group("et-one", 1, 2, 3, capacity=2), "capacity exceeded"),
        (
            group(
                "et-one",
                1,
                variables=GroupVariables(
                    references={
                        f"R{at}": f"arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-{at}"
                        for at in range(6)
                    }
                ),
            ),
            "IPSetReferences limit exceeded",
        ),
    ],
    ids=["capacity", "variables"],
)
def test_no_rule_is_blamed_for_what_is_wrong_with_the_group(desired: Group, words: str) -> None:
    """The whole group fails, in the service's words."""
    wall = firewall()
    with pytest.raises(FirewallError, match=words):
        wall.prove(desired)
    assert wall.calls.dry_runs == 1


def test_quota_of_the_account_is_no_rules_fault() -> None:
    """Another code than that of a refused text."""
    with embedded_aws(quotas=Quotas(rule_groups=1)):
        create_by_hand("et-other")
        with pytest.raises(FirewallError) as caught:
            firewall().prove(ONE)
    assert caught.value.code == "LimitExceededException"


def test_name_that_is_taken_is_no_rules_fault() -> None:
    """None of the rules beyond doubt is accepted then either."""
    create_by_hand("et-one")
    wall = firewall()
    with pytest.raises(FirewallError, match="already exists"):
        wall.prove(ONE)
    assert wall.calls.dry_runs == 4
