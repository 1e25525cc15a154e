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
            "The line is not a valid rule; the detail says why.",
            "In your own file, correct the line. Otherwise wait for a release that corrects it.",
        ),
        Reason.NO_SID: Remedy(
            "The rule has no sid, and the service requires one.",
            "In your own file, give the rule a sid. Otherwise wait for the feed.",
        ),
        Reason.DUPLICATE_SID: Remedy(
            "Another wanted rule has the same sid and wins: it is your own, has a higher rev, or "
            "comes first.",
            "If the detail says that the other one is used, nothing is missing. To have both, "
            "give yours a sid that the feed does not use. To use the feed's, remove yours or "
            "switch its file off.",
        ),
        Reason.UNSUPPORTED_ACTION: Remedy(
            f"The service has only the actions {_listed(ACTIONS)}.",
            "In your own rule, use one of these. For a rule of the feed, nothing helps.",
        ),
        Reason.UNSUPPORTED_REJECT: Remedy(
            f"The service accepts reject only on {_listed(REJECT_PROTOCOLS)}.",
            "In your own rule, use drop instead of reject, or one of these protocols.",
        ),
        Reason.UNSUPPORTED_PROTOCOL: Remedy(
            "Network Firewall does not inspect this protocol.",
            "Nothing helps: no rule group can have such a rule.",
        ),
        Reason.UNSUPPORTED_KEYWORD: Remedy(
            "The rule uses a keyword that the service refuses, that AWS documents as unsupported, "
            "or that the service's engine does not know.",
            "If the detail says that it is documented as unsupported, "
            "`documented_unsupported: keep` takes the risk. If it names threshold, "
            "`threshold: keep` keeps the rule. For any other keyword, nothing helps.",
        ),
        Reason.UNMET_REQUIREMENT: Remedy(
            f"With `requires`, the rule asks for something that the service's {NAME} does not "
            "have. The engine would silently ignore it.",
            "In your own rule, correct `requires`. For a rule of the feed, usually nothing is "
            "missing: feeds ship such rules in pairs, one for each version of the engine.",
        ),
        Reason.PASS_FROM_FEED: Remedy(
            "A `pass` rule, or one with `bypass`, ends the inspection of what it matches. A feed "
            "must not be able to switch protection off.",
            "If you want it, copy the rule into your own file, with your own sid. "
            "`feed_pass: keep` in the allowlist publishes all such rules of the feed.",
        ),
        Reason.PCRE_WITHOUT_CONTENT: Remedy(
            f"The service accepts `pcre` only together with one of {_listed(PCRE_COMPANIONS)}.",
            "In your own rule, add a content match that the expression implies anyway. Otherwise "
            "wait for the feed.",
        ),
        Reason.UNDEFINED_VARIABLE: Remedy(
            "The rule's header uses a variable, or a reference set, that has no value.",
            "Declare it in the allowlist: under `references:` if it begins with @, otherwise under "
            "`variables:`. The detail names it.",
        ),
        Reason.EXCEPTED: Remedy(
            "The exceptions of its sid take out every address that its header names.",
            "Name fewer hosts under `exceptions:`. Where nobody is to be blocked by the rule, put "
            "its sid under `rules: off:` or `rules: alert:` instead.",
        ),
        Reason.TOO_LONG: Remedy(
            f"With its variables written out, the rule has over {RULE_BYTES:,} bytes, "
            "the most that the service accepts.",
            "Shorten the lists of the variables that it uses, above all `HOME_NET`: fewer, larger "
            "networks. If the rule is too long by itself, nothing helps.",
        ),
        Reason.REJECTED_BY_SERVICE: Remedy(
            "The service refused the rule; the detail has its message.",
            "In your own rule, correct what the message says. A changed rule is tried again "
            "automatically.",
        ),
        Reason.NOT_YET_PROVEN: Remedy(
            "The service refused other rules of this rule group, and the build ran out of time "
            "before it had asked about this one.",
            "Nothing to do: the next build continues from there. To do it now, run "
            "`rulesync apply`, which has no time limit.",
        ),
        Reason.FLOWBIT_NEVER_SET: Remedy(
            "The rule needs a mark (flowbit, flowint, xbit) that no available rule sets, so it "
            "could not match.",
            "Enable a rule that sets it: add it to `rules: on:` if the feed ships it disabled, or "
            "take it out of `rules: off:`.",
        ),
        Reason.OVER_BUDGET: Remedy(
            "Not all wanted rules fit, and this one was among the least valued.",
            "Switch off categories that you do not need, list the important ones higher, or "
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
