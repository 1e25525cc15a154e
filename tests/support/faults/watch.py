"""What is in force in a policy, and what must never be seen there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from moto.networkfirewall.models import networkfirewall_backends

from rules_lib.aws.shapes import PREFIX_TAG, SLOT_TAG
from rules_lib.build import build
from rules_lib.reading.ruleset import read_rules
from rules_lib.stages.convert import fingerprint
from support.faults.release import REFUSED
from support.inputs import inputs
from support.results import by_sid
from support.snapshot import backend

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.outcome import Converted
    from rules_lib.sync.gather import Gathered


PREFIX: Final = "et"


def is_ours(arn: str) -> bool:
    """Whether a rule group has our tags."""
    tags = {tag["Key"]: tag["Value"] for tag in backend().tags_of(arn)}
    return tags.get(PREFIX_TAG) == PREFIX and SLOT_TAG in tags


def references(policy: Any) -> set[tuple[str, int]]:
    """The ARNs and priorities of a policy's rule groups."""
    listed = policy.content.get("StatefulRuleGroupReferences", ())
    return {(one["ResourceArn"], one["Priority"]) for one in listed}


def sids_in(policy: Any) -> Counter[int]:
    """How often each sid stands in the groups of ours that a policy refers to."""
    groups = backend().rule_groups
    texts = (
        groups[arn].content["RulesSource"]["RulesString"]
        for arn, _ in references(policy)
        if is_ours(arn)
    )
    return Counter(sid for text in texts for sid in by_sid(text))


def bound_groups(given: Collection[str]) -> dict[str, frozenset[int]]:
    """Sids of the groups of ours, by ARN, that a policy uses which is not given to us."""
    others = [one for one in backend().firewall_policies.values() if one.name not in given]
    arns = {arn for policy in others for arn, _ in references(policy) if is_ours(arn)}
    groups = backend().rule_groups
    texts = {arn: groups[arn].content["RulesSource"]["RulesString"] for arn in arns}
    return {arn: frozenset(by_sid(text)) for arn, text in texts.items()}


def bound_sids(given: Collection[str]) -> frozenset[int]:
    """Sids in any of these."""
    return frozenset[int]().union(*bound_groups(given).values())


@dataclass(slots=True)
class Watch:
    """Looks at the account after every write.

    A rule that moves from or to a group which cannot be replaced is in force twice for a while, as
    it would else be in force nowhere; if the sync breaks off then, until the next one ends. Such a
    group may let go of a rule too early that it has no room for beside those that come to it.

    Attributes:
        given: names of the policies that are ours to switch.
        problems: what was seen that must not be.
        looks: how often it looked.
    """

    given: tuple[str, ...]
    problems: list[str] = field(default_factory=list)
    looks: int = 0
    _targets: list[frozenset[int]] = field(default_factory=list)
    _held: dict[str, set[int]] = field(default_factory=dict)
    _twice: dict[str, set[int]] = field(default_factory=dict)
    _bound: dict[str, frozenset[int]] = field(default_factory=dict)
    _foreign: dict[str, Any] = field(default_factory=dict)
    _others: dict[str, Any] = field(default_factory=dict)

    _running: list[frozenset[str]] = field(default_factory=list)

    @contextmanager
    def during(self, target: frozenset[int]) -> Iterator[None]:
        """Hold what is in force and wanted for as long as a process runs.

        Args:
            target: sids that the process is to bring into force, or to leave there.
        """
        self._targets.append(target)
        self._running.append(frozenset(filter(is_ours, backend().rule_groups)))
        self.renew()
        try:
            yield
        finally:
            self._targets.pop()
            self._running.pop()

    def want(self, target: frozenset[int]) -> None:
        """Somebody changes what is asked for while processes run: only what both want is held."""
        self._targets = [one & target for one in self._targets]
        self.renew()

    def renew(self) -> None:
        """Take the account as it is, as after something that people did."""
        held = backend()
        self._held = {name: set() for name in self.given}
        self._bound = bound_groups(self.given)
        self._foreign = {arn: group for arn, group in held.rule_groups.items() if not is_ours(arn)}
        self._others = {
            policy.name: self._not_ours(policy) for policy in held.firewall_policies.values()
        }
        for name, found in self._hold("", {}).items():
            self._twice[name] = {sid for sid, times in found.items() if times > 1}

    def __call__(self, operation: str) -> None:
        """Look."""
        self.looks += 1
        groups = backend().rule_groups
        for arn, group in self._foreign.items():
            if groups.get(arn) is not group:
                self.problems.append(f"{operation}: {arn} is not ours and was touched")
        for policy in backend().firewall_policies.values():
            if self._others.get(policy.name, set()) != self._not_ours(policy):
                self.problems.append(f"{operation}: references of others in {policy.name} changed")
        before, self._bound = self._bound, bound_groups(self.given)
        bound = frozenset[int]().union(*self._bound.values())
        for name, found in self._hold(operation, before).items():
            twice = {sid for sid, times in found.items() if times > 1}
            if more := sorted(twice - self._twice[name] - bound):
                self.problems.append(f"{operation}: {name} has {more} twice")
            self._twice[name] = twice

    def _hold(self, operation: str, bound: Mapping[str, frozenset[int]]) -> dict[str, Counter[int]]:
        """Every wanted rule that is in force has to stay there from now on.

        Args:
            operation: what was done just now.
            bound: the groups before it that cannot be replaced.
        """
        target = frozenset.intersection(*self._targets) if self._targets else frozenset()
        policies = {one.name: one for one in backend().firewall_policies.values()}
        seen = {}
        for name in self.given:
            found = sids_in(policies[name]) if name in policies else Counter[int]()
            held = self._held[name]
            if lost := held - found.keys() - self._without_room(bound, held):
                self.problems.append(f"{operation}: {name} lacks {sorted(lost)}")
            self._held[name] = set(found) & target
            seen[name] = found
        return seen

    def _without_room(self, before: Mapping[str, frozenset[int]], held: set[int]) -> set[int]:
        """What such a group has let go of just now, and could not keep beside what it has now."""
        excused = set[int]()
        for arn in before.keys() & self._bound:
            has, had = self._bound[arn], before[arn]
            if len(has | (had & held)) > backend().rule_groups[arn].capacity:
                excused |= had - has
        return excused

    def _not_ours(self, policy: Any) -> set[tuple[str, int]]:
        """References to groups of others; all of them in a policy that was not given to us.

        A group whose tags are taken while a process runs counts as ours until that ends: it was
        ours when the process looked, and the service makes no write conditional on tags.
        """
        if policy.name not in self.given:
            return references(policy)
        seen = frozenset[str]().union(*self._running)
        return {
            (arn, place)
            for arn, place in references(policy)
            if arn not in seen and not is_ours(arn)
        }


_ACCOUNT: Final = "123456789012"
_BIT: Final = re.compile(r"flowbits:(set|isset),(\w+);")


@dataclass(frozen=True, slots=True)
class InForce:
    """What a policy comes to.

    Attributes:
        rules: texts by sid, in the order of inspection.
        variables: what the groups declare, by name.
        slots: of our groups, by priority.
    """

    rules: dict[int, str]
    variables: dict[str, Any]
    slots: list[str]

    @classmethod
    def of(cls, policy: str, region: str = "us-east-1") -> InForce:
        """Read a policy without any call."""
        held: Any = networkfirewall_backends[_ACCOUNT][region]
        found = next(one for one in held.firewall_policies.values() if one.name == policy)
        listed = found.content.get("StatefulRuleGroupReferences", ())
        rules, variables, slots = dict[int, str](), dict[str, Any](), []
        for one in sorted(listed, key=lambda one: one["Priority"]):
            tags = {tag["Key"]: tag["Value"] for tag in held.tags_of(one["ResourceArn"])}
            if "rulesync:slot" in tags:
                content = held.rule_groups[one["ResourceArn"]].content
                slots.append(tags["rulesync:slot"])
                rules |= by_sid(content["RulesSource"]["RulesString"])
                for kind in content.get("RuleVariables", {}).values():
                    variables |= kind
        return cls(rules, variables, slots)

    def has_setters_first(self) -> bool:
        """Whether no rule checks a flowbit that only a later one sets."""
        known = set[str]()
        for text in self.rules.values():
            for verb, bit in _BIT.findall(text):
                if verb == "isset" and bit not in known:
                    return False
                known.add(bit)
        return True


def published(asked: Gathered, deployed: Deployed) -> tuple[Converted, ...]:
    """What is to be kept, where the service refuses what it refuses here.

    Args:
        asked: by the bucket.
        deployed: a group that cannot be replaced keeps its capacity, and takes no rules beyond it.
    """
    ruleset, words = read_rules(asked.files, asked.allowlist.rules.on), dict[str, str]()
    while True:
        kept = build(inputs(ruleset, asked.allowlist, deployed, refusals=words)).kept
        refused = [rule.text for rule in kept if REFUSED in rule.text]
        if not refused:
            return kept
        words |= {fingerprint(text): "refused" for text in refused}
