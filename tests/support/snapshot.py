"""Syncs that are watched call by call: what each policy holds meanwhile, and how a kill ends."""

from __future__ import annotations

import copy
import hashlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3
from moto.networkfirewall.models import networkfirewall_backends

from support.account import BUCKET, Account
from support.results import by_sid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_ACCOUNT: Final = "123456789012"
_WRITES: Final = ("Create", "Update", "Delete", "Put")


class Killed(BaseException):
    """The process ends here, whatever it was about to do; nobody catches this."""


def backend() -> Any:
    """What the embedded account has, read without any call."""
    return networkfirewall_backends[_ACCOUNT]["us-east-1"]


def texts() -> dict[str, str]:
    """The rules of every rule group of the account."""
    found = backend().rule_groups.values()
    return {group.name: group.content["RulesSource"]["RulesString"] for group in found}


def attached() -> dict[str, list[str]]:
    """Names of each policy's rule groups, by their priority."""
    return {policy: list(groups) for policy, groups in references().items()}


def references() -> dict[str, dict[str, int]]:
    """Each policy's rule groups with their priorities, the first first."""
    found = {}
    for policy in backend().firewall_policies.values():
        listed = policy.content.get("StatefulRuleGroupReferences", ())
        in_order = sorted(listed, key=lambda one: one["Priority"])
        found[policy.name] = {
            one["ResourceArn"].rpartition("/")[2]: one["Priority"] for one in in_order
        }
    return found


def sids_of(policy: str) -> Counter[int]:
    """How often each sid stands in a policy."""
    held = texts()
    return Counter(sid for name in attached().get(policy, ()) for sid in by_sid(held[name]))


def state() -> dict[str, Any]:
    """All that counts of the account: groups with text, capacity and tags, and the policies."""
    held = backend()
    groups = {
        group.name: (group.capacity, group.content, tuple(map(str, held.tags_of(group.arn))))
        for group in held.rule_groups.values()
    }
    contents = {policy.name: policy.content for policy in held.firewall_policies.values()}
    return {"groups": groups, "policies": contents, "references": references()}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The account and the bucket at one moment."""

    groups: dict[str, Any]
    policies: dict[str, Any]
    next_policies: dict[str, Any]
    tagger: Any
    objects: dict[str, bytes]

    @classmethod
    def take(cls, running: Account) -> Snapshot:
        """Keep what is there."""
        held = backend()
        objects = {key: running.read(key) for key in running.keys("")}
        return cls(
            dict(held.rule_groups),
            dict(held.firewall_policies),
            dict(held.next_policies),
            copy.deepcopy(held.tagger),
            objects,
        )

    def restore(self, running: Account) -> None:
        """Have it all as it was."""
        held = backend()
        for now, before in (
            (held.rule_groups, self.groups),
            (held.firewall_policies, self.policies),
            (held.next_policies, self.next_policies),
        ):
            now.clear()
            now.update(before)
        held.tagger = copy.deepcopy(self.tagger)
        listed = running.s3.list_objects_v2(Bucket=BUCKET, Prefix="").get("Contents", ())
        there = {item["Key"]: item["ETag"].strip('"') for item in listed}
        if more := [{"Key": key} for key in there if key not in self.objects]:
            running.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": more})
        for key, body in self.objects.items():
            digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
            if not key.startswith("raw/") and there.get(key) != digest:
                running.s3.put_object(Bucket=BUCKET, Key=key, Body=body)


@contextmanager
def after_each_write(running: Account, happens: Callable[[str], None]) -> Iterator[None]:
    """Do something after every call that changes S3 or Network Firewall; dry runs do not."""

    def note(model: Any, event_name: str, **_: object) -> None:
        dry = "network-firewall" in event_name and running.aws.calls[-1].dry_run
        if model.name.startswith(_WRITES) and not dry:
            happens(model.name)

    events = boto3._get_default_session().events  # noqa: SLF001 - clients copy its handlers
    events.register("after-call.*.*", note)
    try:
        yield
    finally:
        events.unregister("after-call.*.*", note)


@dataclass(slots=True)
class Watch:
    """Holds every policy against what must not happen, after every single call.

    Attributes:
        wanted: sids that each policy must hold all the time.
        kill: after so many calls the process dies; 0 lets it live.
        seen: the calls, in order.
        held: what each policy referred to after each of them.
    """

    policies: Sequence[str]
    wanted: frozenset[int]
    kill: int = 0
    seen: list[str] = field(default_factory=list)
    held: list[dict[str, list[str]]] = field(default_factory=list)

    def writes(self, *, everything: bool) -> list[int]:
        """The numbers of the calls, from 1: all of them, or those to Network Firewall."""
        numbered = enumerate(self.seen, start=1)
        return [place for place, call in numbered if everything or not call.startswith("Put")]

    def __call__(self, call: str) -> None:
        """Look at all policies."""
        self.seen.append(call)
        self.held.append(attached())
        for policy in self.policies:
            found = sids_of(policy)
            assert not self.wanted - found.keys(), f"{call}: {policy} lacks rules"
            assert max(found.values(), default=1) == 1, f"{call}: {policy} has a rule twice"
        if len(self.seen) == self.kill:
            raise Killed
