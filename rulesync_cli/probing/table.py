"""Every fact of the service that the project stands on, in the order in which it is asked."""

from __future__ import annotations

from typing import Final

from rulesync_cli.probing.group_probes import group_probes, plain_group
from rulesync_cli.probing.next_probes import next_probes
from rulesync_cli.probing.policy_probes import policy_probes
from rulesync_cli.probing.rule_probes import rule_probes
from rulesync_cli.probing.values import ACCEPTED, GUIDE, MEASURED, NOBODY, USERS, Probe
from rulesync_cli.probing.word_probes import word_probes


def _unaskable(name: str, fact: str, why: str, source: str = NOBODY) -> Probe:
    return Probe(name, fact, ACCEPTED, source, source != NOBODY, unaskable=why)


_UNASKABLE: Final = (
    _unaskable("rules-on-strict-group", "The flat `Rules` is refused on a strict order group",
               "a dry run of an update needs a group that exists", USERS),
    _unaskable("stale-token", "A stale UpdateToken is refused with InvalidTokenException",
               "a dry run of an update needs a group that exists", GUIDE),
    _unaskable("delete-in-use", "A group in use is not deleted",
               "deleting knows no dry run", GUIDE),
    _unaskable("quotas", "An account has 5 firewalls, 20 policies and 50 stateful groups",
               "a dry run makes nothing that would count", GUIDE),
    _unaskable("tls-authorisation", "Updating a policy is authorised on its TLS inspection "
               "configuration too", "it needs a policy that has one, and a denied call"),
    _unaskable("sid-over-groups", "A sid may be in two Classic groups of a policy",
               "it needs two groups that exist", MEASURED),
    _unaskable("next-changeover", "What happens when a live firewall changes to a Next Generation "
               "policy", "it takes a live firewall"),
    _unaskable("next-iam", "The names of Next Generation resources in IAM",
               "the service authorisation reference says it, not an answer"),
    _unaskable("next-late-setter", "In the IPS engine a drop is judged before the alert that sets "
               "its flowbit", "it takes traffic"),
)  # fmt: skip

TABLE: Final[tuple[Probe, ...]] = (
    *plain_group(),
    *rule_probes(),
    *word_probes(),
    *group_probes(),
    *policy_probes(),
    *next_probes(),
    *_UNASKABLE,
)
"""Every id is of one probe, and the first of an action is accepted as it is; see docs/probe.md."""
