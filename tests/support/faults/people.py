"""What people do to an account by hand, and what puts right what a sync rightly refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from rules_lib.aws.shapes import PREFIX_TAG, SLOT_TAG
from support.account import BUCKET, Account
from support.faults.release import NAMES
from support.faults.watch import PREFIX, is_ours, references
from support.snapshot import backend

Deed: TypeAlias = Callable[[Account, int], None]

_TEXT: Final = 'alert tcp any any -> any any (msg:"theirs"; content:"y"; sid:{}; rev:1;)\n'


def _ours() -> list[Any]:
    """Groups with our tags, by name."""
    groups = sorted(backend().rule_groups.values(), key=lambda group: group.name)
    return [group for group in groups if is_ours(group.arn)]


def _policies() -> list[Any]:
    return list(backend().firewall_policies.values())


def _refer(account: Account, policy: Any, listed: set[tuple[str, int]]) -> None:
    """Have a policy refer to these groups."""
    shapes = [{"ResourceArn": arn, "Priority": place} for arn, place in sorted(listed)]
    account.firewall.update_firewall_policy(
        FirewallPolicyArn=policy.arn,
        UpdateToken=policy.token,
        FirewallPolicy={**policy.content, "StatefulRuleGroupReferences": shapes},
    )


def edit_group(account: Account, place: int) -> None:
    """A rule goes, and one of their own comes, if it has not come already."""
    for group in _ours()[place % 3 : place % 3 + 1]:
        text = group.content["RulesSource"]["RulesString"].partition("\n")[2]
        theirs = _TEXT.format(900_001 + place)
        account.edit_by_hand(group.name, text.replace(theirs, "") + theirs)


def describe_group(account: Account, place: int) -> None:
    """Another description, and so another token, and nothing else."""
    for group in _ours()[place % 3 : place % 3 + 1]:
        account.firewall.update_rule_group(
            RuleGroupArn=group.arn, UpdateToken=group.token, RuleGroup=group.content
        )


def detach_group(account: Account, place: int) -> None:
    """A group of ours is taken out of every policy."""
    for group in _ours()[place % 3 : place % 3 + 1]:
        for policy in _policies():
            left = {one for one in references(policy) if one[0] != group.arn}
            if left != references(policy):
                _refer(account, policy, left)


def delete_group(account: Account, place: int) -> None:
    """A group of ours is taken out of every policy, and deleted."""
    for group in _ours()[place % 3 : place % 3 + 1]:
        detach_group(account, place)
        account.firewall.delete_rule_group(RuleGroupArn=group.arn)


def take_tags(account: Account, place: int) -> None:
    """A group is ours no more."""
    for group in _ours()[place % 3 : place % 3 + 1]:
        key = (PREFIX_TAG, SLOT_TAG)[place % 2]
        account.firewall.untag_resource(ResourceArn=group.arn, TagKeys=[key])


def squat(account: Account, place: int) -> None:
    """Somebody makes a group under a name that we may want."""
    name = f"{PREFIX}-{NAMES[place % len(NAMES)]}".replace("_", "-")
    if name not in {group.name for group in backend().rule_groups.values()}:
        account.create_by_hand(name, _TEXT.format(910_001))


def attach_theirs(account: Account, place: int) -> None:
    """A group of somebody else's is attached to a policy."""
    for policy in _policies()[:1]:
        name, priority = f"other-{place}", 1 + place
        if priority not in {one[1] for one in references(policy)}:
            if name not in {group.name for group in backend().rule_groups.values()}:
                account.create_by_hand(name, _TEXT.format(920_001 + place))
            arn = account.describe(name)["RuleGroupResponse"]["RuleGroupArn"]
            if arn not in {one[0] for one in references(policy)}:
                _refer(account, policy, references(policy) | {(arn, priority)})


def move_in_policy(account: Account, place: int) -> None:
    """The priorities of our groups in a policy change."""
    for policy in _policies()[:1]:
        listed = references(policy)
        moved = {(arn, at + 100 + place if is_ours(arn) else at) for arn, at in listed}
        _refer(account, policy, moved)


def edit_policy(account: Account, place: int) -> None:
    """Something else about a policy changes."""
    for policy in _policies()[place % 2 : place % 2 + 1]:
        account.firewall.update_firewall_policy(
            FirewallPolicyArn=policy.arn,
            UpdateToken=policy.token,
            FirewallPolicy=policy.content,
            Description=f"number {place}",
        )


def delete_policy(account: Account, place: int) -> None:
    """A policy goes, whoever's it is."""
    for policy in _policies()[place % 2 : place % 2 + 1]:
        account.firewall.delete_firewall_policy(FirewallPolicyArn=policy.arn)


def use_elsewhere(account: Account, place: int) -> None:
    """A policy that was not given to us uses one of our groups."""
    if "theirs" not in {policy.name for policy in _policies()}:
        for group in _ours()[place % 3 : place % 3 + 1]:
            account.create_policy("theirs", {group.name: 10})


def lose_object(account: Account, place: int) -> None:
    """An object goes that builds have written; the newest build may be under way."""
    built = account.keys("builds/")
    newest = built[-1].rpartition("/")[0] if built else ""
    known = ["latest.json", "state/refusals.json", "state/hold.json"]
    known += [key for key in built if not key.startswith(newest)]
    account.s3.delete_object(Bucket=BUCKET, Key=known[place * 7 % len(known)])


def spoil_allowlist(account: Account, place: int) -> None:
    """The file in the bucket is edited there, and is not right any more."""
    account.allow(("version: 1\ndefault: perhaps\n", "version: [1\n")[place % 2])


DEEDS: Final[tuple[Deed, ...]] = (
    *(edit_group, describe_group, detach_group, delete_group, take_tags),
    *(squat, attach_theirs, move_in_policy, edit_policy, delete_policy, use_elsewhere),
    *(lose_object, spoil_allowlist),
)


def put_right(account: Account) -> None:
    """Do what the words of a refused sync say: give tags back, take away what is in the way."""
    for policy in _policies():
        if policy.name == "theirs":
            account.firewall.delete_firewall_policy(FirewallPolicyArn=policy.arn)
    for group in list(backend().rule_groups.values()):
        if group.name.startswith(f"{PREFIX}-") and not is_ours(group.arn):
            for policy in _policies():
                left = {one for one in references(policy) if one[0] != group.arn}
                _refer(account, policy, left)
            account.firewall.delete_rule_group(RuleGroupArn=group.arn)
