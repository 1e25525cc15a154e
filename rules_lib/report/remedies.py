"""For every reason: why a rule was discarded for it, and what brings the rule back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rules_lib.facts.limits import (
    ACTIONS,
    PCRE_COMPANIONS,
    POLICY_CAPACITY,
    REJECT_PROTOCOLS,
    RULE_BYTES,
)
from rules_lib.facts.suricata import NAME
from rules_lib.model import Reason
from rules_lib.text import counted


@dataclass(frozen=True, slots=True)
class Remedy:
    """What people ask about a reason, in whole sentences; what is to be typed is in backticks.

    Attributes:
        cause: why such a rule cannot be used.
        way_back: what people can do to have it, or that nothing needs to be done.
    """

    cause: str
    way_back: str


def _listed(names: frozenset[str]) -> str:
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}"


REMEDIES: Final[Mapping[Reason, Remedy]] = MappingProxyType(
    {
        Reason.UNPARSEABLE: Remedy(
            "The line does not have the form of a rule; the detail says where it breaks.",
            "A release of the feed that mends the line brings it back by itself. In a file of "
            "your own, correct the line.",
        ),
        Reason.NO_SID: Remedy(
            "The rule has no sid, and the service takes none without.",
            "Give the rule a sid of its own; one from the feed returns once the feed does.",
        ),
        Reason.DUPLICATE_SID: Remedy(
            "Another rule that is asked for has the same sid and a higher rev, came first, or is "
            "one of your own.",
            "Where the detail says that the other one is used, nothing is missing. To have both, "
            "give yours a sid that the feed does not use; to have the feed's, switch off the file "
            "that yours stands in, or take yours out.",
        ),
        Reason.UNSUPPORTED_ACTION: Remedy(
            f"The service knows the actions {_listed(ACTIONS)} only.",
            "In a rule of your own, use one of these. A rule of the feed stays out until the "
            "feed changes its action.",
        ),
        Reason.UNSUPPORTED_REJECT: Remedy(
            f"The service rejects on {_listed(REJECT_PROTOCOLS)} only.",
            "In a rule of your own, write drop instead of reject, or name one of these protocols.",
        ),
        Reason.UNSUPPORTED_PROTOCOL: Remedy(
            "Network Firewall does not inspect this protocol.",
            "Nothing on your side brings it back: no rule group can hold such a rule.",
        ),
        Reason.UNSUPPORTED_KEYWORD: Remedy(
            "The rule uses a keyword that the service refuses, does not document as supported, or "
            "that its engine does not know.",
            "Where the detail says that it is only documented as unsupported, "
            "`documented_unsupported: keep` takes the risk; where it names threshold, "
            "`threshold: keep` does. For any other keyword nothing brings the rule back.",
        ),
        Reason.UNMET_REQUIREMENT: Remedy(
            f"By `requires` the rule says that it is not for the service's {NAME}, which would "
            "pass over it in silence.",
            "Nothing on your side, and often nothing is missing: feeds ship such rules in pairs, "
            "one for each version of the engine. In a rule of your own, correct `requires`.",
        ),
        Reason.PASS_FROM_FEED: Remedy(
            "What a `pass` rule, or one with `bypass`, matches is inspected no further, and a feed "
            "must not be able to switch protection off.",
            "Where you want it, copy the rule into a file of your own, under a sid of your own. "
            "`feed_pass: keep` in the allowlist trusts the feed with all such rules.",
        ),
        Reason.PCRE_WITHOUT_CONTENT: Remedy(
            f"The service takes `pcre` only beside one of {_listed(PCRE_COMPANIONS)}.",
            "In a rule of your own, add a content match that the expression implies anyway. A "
            "rule of the feed returns once the feed adds one.",
        ),
        Reason.UNDEFINED_VARIABLE: Remedy(
            "The rule's header uses a variable, or a reference set, that has no value.",
            "Declare it in the allowlist, under `variables:`, or under `references:` where it "
            "begins with @; the detail names it.",
        ),
        Reason.EXCEPTED: Remedy(
            "The exceptions of its sid take out every address that its header names.",
            "Name fewer hosts under `exceptions:`. Where nobody is to be blocked by the rule, put "
            "its sid under `rules: off:` or `rules: alert:` instead.",
        ),
        Reason.TOO_LONG: Remedy(
            f"With its variables written out the rule has over {RULE_BYTES:,} bytes, "
            "the most that the service takes.",
            "Shorten the lists of the variables that it uses, above all `HOME_NET`: fewer, larger "
            "networks. A rule that is too long by itself stays out.",
        ),
        Reason.REJECTED_BY_SERVICE: Remedy(
            "The service refused the rule; the detail has its words.",
            "The rule is tried again as soon as its text changes. A rule of your own can be "
            "corrected by what the service says.",
        ),
        Reason.NOT_YET_PROVEN: Remedy(
            "The service refused other rules of this group, and the build ran out of time before "
            "it had asked about this one.",
            "Nothing needs to be done: the next build goes on from there. To have it at once, run "
            "the build function, or `rulesync apply`, which takes its time.",
        ),
        Reason.FLOWBIT_NEVER_SET: Remedy(
            "The rule waits for a mark (flowbit, flowint, xbit) that no rule in reach ever sets, "
            "so it could not match.",
            "Enable a rule that sets it: `rules: on:` wakes one that the feed ships "
            "disabled; one that stands under `rules: off:` can be taken off that list.",
        ),
        Reason.OVER_BUDGET: Remedy(
            "The wanted rules do not all fit, and this one was among the least valued.",
            "Switch off categories that you do not need, list the ones that matter higher up, or "
            f"raise `firewall: capacity:`. Above {POLICY_CAPACITY:,}, have AWS raise the policy's "
            "quota first.",
        ),
    }
)
"""Complete: every `Reason` has its remedy."""


def key_of_value(name: str) -> str:
    """Where the allowlist has the value of a variable, or of a reference set that begins with @."""
    key = "references" if name.startswith("@") else "variables"
    return f"`{key}: {name.removeprefix('@')}:`"


def value_wanted(name: str, rules: int) -> str:
    """What a value for a variable, or for a reference set, can bring back."""
    return f"give {key_of_value(name)} a value, and {counted(rules, 'rule')} can come back"
