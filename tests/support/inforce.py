"""What is in force in a policy, and what a bucket's inputs ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.networkfirewall.models import networkfirewall_backends

from rules_lib.build import build
from rules_lib.reading.ruleset import read_rules
from rules_lib.stages.convert import fingerprint
from support.inputs import inputs
from support.pipeline import by_sid
from support.release import REFUSED

if TYPE_CHECKING:
    from rules_lib.model import Converted
    from rules_lib.sync.gather import Gathered

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


def published(asked: Gathered) -> tuple[Converted, ...]:
    """What is to be kept, where the service refuses what it refuses here."""
    ruleset, words = read_rules(asked.files, asked.allowlist.rules.on), dict[str, str]()
    while True:
        kept = build(inputs(ruleset, asked.allowlist, refusals=words)).kept
        refused = [rule.text for rule in kept if REFUSED in rule.text]
        if not refused:
            return kept
        words |= {fingerprint(text): "refused" for text in refused}
