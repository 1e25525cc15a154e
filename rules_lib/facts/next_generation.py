"""What must be known of Next Generation policies before one gets our rule groups.

Nobody of ours has an account: what these policies do is read from the model and the guide. So what
`rulesync probe` was answered decides, stored in `data/service-answers.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

NEEDED: Final[Mapping[str, bool]] = {
    "ips-arn": True,
    "ips-priority-1": True,
    "ips-noalert": True,
    "ips-isset": True,
    "ips-threshold": True,
    "ips-exception-in-header": True,
    "ips-capacity-30000": True,
    "next-arn": True,
    "next-inline": True,
    "next-groups-20": True,
    "next-mode-enforce": True,
    "next-mode-monitor": True,
    "next-default-accept": True,
    "next-classic-group": False,
}
"""Facts that a sync for such a policy rests on, by their ids in the probe's table -> whether the
service takes what they ask."""

_ANSWERS: Final = "data/service-answers.json"
_NEVER_RUN: Final = "firewall.target: next-generation was never run in a real account"


def disagreeing() -> tuple[str, ...]:
    """Ids of the facts to which no account has given the answer that we rest on."""
    text = files("rules_lib.facts").joinpath(_ANSWERS).read_text(encoding="utf-8")
    return disagreeing_in(json.loads(text)["answers"])


def disagreeing_in(answers: Mapping[str, Mapping[str, object]]) -> tuple[str, ...]:
    """Likewise of these answers, by id; one without a `refusal` was accepted."""
    return tuple(
        name
        for name, taken in NEEDED.items()
        if name not in answers or (answers[name].get("refusal") is None) != taken
    )


def never_run() -> str:
    """What people are to know of the target before they use it; empty where an account agrees."""
    if not (open_facts := disagreeing()):
        return ""
    return (
        f"{_NEVER_RUN}: {len(open_facts)} of the {len(NEEDED)} facts that it rests on are not "
        "confirmed. Rule groups are made, but attached to a policy only with --unproven (the "
        "stack's AttachUnproven). `make probe-aws` asks your account by dry runs"
    )


def refuses_to_attach() -> str:
    """Why no policy gets the rule groups; empty where an account agrees."""
    if not (open_facts := disagreeing()):
        return ""
    return (
        f"not attached: {_NEVER_RUN}, and these facts are not confirmed: {', '.join(open_facts)}; "
        "run `make probe-aws`, or give --unproven (the stack's AttachUnproven)"
    )
