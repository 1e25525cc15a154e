"""What is asked about Next Generation policies and rule groups of type IPS: nearly all is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rulesync_cli.probing.requests import ips, next_generation, padded, rule, variables
from rulesync_cli.probing.values import ACCEPTED, GUIDE, MODEL, NOBODY, RULE, Probe, ServiceAnswer

_REFUSED: Final = ServiceAnswer("", whole=False)
_DUPLICATE: Final = ServiceAnswer(f'stateful rule is invalid, reason: Duplicate signature "{RULE}"')
_WORDS: Final = {
    "classtype": ("classtype:trojan-activity; ", ACCEPTED),
    "priority-65536": ("priority:65536; ", _REFUSED),
    "priority-0": ("priority:0; ", _REFUSED),
    "gid": ("gid:9999; ", _REFUSED),
    "noalert": ("flowbits:set,rulesync-probe; flowbits:noalert; ", ACCEPTED),
    "detection-filter": ("detection_filter:track by_src, count 5, seconds 60; ", ACCEPTED),
    "threshold": ("threshold:type limit, track by_src, count 1, seconds 60; ", ACCEPTED),
    "isset": ("flowbits:isset,rulesync-probe; ", ACCEPTED),
    "pcre": ('pcre:"/a/"; ', _REFUSED),
    "dataset": ("dns.query; dataset:isset,known,type string; ", _REFUSED),
    "filename": ('filename:"a"; ', ACCEPTED),
}
_SETTER: Final = rule("flowbits:set,rulesync-probe; flowbits:noalert; ", sid=2)
_CHECKER: Final = rule("flowbits:isset,rulesync-probe; ")


def next_probes() -> tuple[Probe, ...]:
    """All of them."""
    return (*_plain(), *_rules(), *_groups(), *_policies())


def _ips(
    name: str, fact: str, request: dict[str, Any], expected: ServiceAnswer = ACCEPTED, **more: str
) -> Probe:
    plain = {} if "observe" in more else {"plain": "ips-arn"}
    return _asked("CreateRuleGroup", f"ips-{name}", f"In a group of type IPS {fact}", request,
                  expected, **plain, **more)  # fmt: skip


def _next(
    name: str, fact: str, request: dict[str, Any], expected: ServiceAnswer = ACCEPTED, **more: str
) -> Probe:
    plain = {} if "observe" in more or "plain" in more else {"plain": "next-arn"}
    return _asked("CreateFirewallPolicyV2", f"next-{name}", f"In a Next Generation policy {fact}",
                  request, expected, **plain, **more)  # fmt: skip


def _asked(  # noqa: PLR0913 - what a probe is
    action: str, name: str, fact: str, request: dict[str, Any], expected: ServiceAnswer, *,
    source: str = NOBODY, text: str = "", observe: str = "", plain: str = "",
) -> Probe:  # fmt: skip
    return Probe(
        id=name,
        fact=fact,
        expected=expected,
        source=source,
        known=source != NOBODY,
        action=action,
        request=request,
        rule=text,
        observe=observe,
        plain=plain,
    )


def _plain() -> Iterator[Probe]:
    yield _ips(
        "arn",
        "the ARN has this form",
        ips(rule()),
        ServiceAnswer(
            value="arn:aws:network-firewall:<region>:<account>:stateful-rulegroup/<name>"
        ),
        observe="RuleGroupResponse.RuleGroupArn",
    )
    yield _next(
        "arn",
        "the ARN has this form",
        next_generation(),
        ServiceAnswer(
            value="arn:aws:network-firewall:<region>:<account>:firewall-policy-v2/<name>"
        ),
        observe="FirewallPolicyV2Response.FirewallPolicyV2Arn",
    )


def _rules() -> Iterator[Probe]:
    for number in (1, 65_535):
        text = rule(f"priority:{number}; ")
        yield _ips(f"priority-{number}", f"`priority:{number};` is accepted", ips(text), text=text,
                   source=GUIDE)  # fmt: skip
    for name, (options, assumed) in _WORDS.items():
        text, taken = rule(options), "accepted" if assumed.accepted else "refused"
        yield _ips(name, f"`{options.strip()}` is {taken}", ips(text), assumed, text=text)
    text = rule('content:"a"; ')
    yield _ips(
        "duplicate-sid", "a sid may occur only once", ips([rule(), text]), _DUPLICATE, text=text
    )
    text = rule(action="reject", header="udp any any -> any any")
    yield _ips("reject-udp", "`reject` is refused on udp", ips(text), _REFUSED, text=text)
    text = rule(header="tcp [$HOME_NET,!10.0.0.5] any -> any any")
    yield _ips("exception-in-header", "`[$HOME_NET,!10.0.0.5]` is accepted in a header", ips(text))
    wide = padded(8175, "é" * 100)
    yield _ips("length-8175", "a rule of 8,175 characters is accepted", ips(padded(8175)),
               source=GUIDE)  # fmt: skip
    yield _ips("length-8176", "a rule of 8,176 characters is refused", ips(padded(8176)), _REFUSED,
               text=padded(8176), source=GUIDE)  # fmt: skip
    yield _ips("length-bytes", "bytes count in a rule's length, not characters",
               ips(wide), _REFUSED, text=wide)  # fmt: skip
    yield _ips("comment", "a comment line is accepted", ips(["# a comment", rule()]))


def _groups() -> Iterator[Probe]:
    for capacity, assumed in ((30_000, ACCEPTED), (30_001, _REFUSED), (50_000, _REFUSED)):
        taken = "accepted" if assumed.accepted else "refused"
        yield _ips(f"capacity-{capacity}", f"a capacity of {capacity:,} is {taken}",
                   ips(rule(), capacity=capacity), assumed)  # fmt: skip
    yield _ips("home-net-alone", "HOME_NET may be set without EXTERNAL_NET",
               ips(rule(), RuleVariables=variables(HOME_NET=["10.0.0.0/8"])))  # fmt: skip


def _policies() -> Iterator[Probe]:
    many = [rule(sid=at) for at in range(1, 52)]
    inline = "next-inline"
    yield _next("inline", "inline rules are accepted", next_generation(rule()))
    yield _next("sid-in-two-groups", "a sid may be in two groups",
                next_generation(rule(), rule('content:"a"; ')), plain=inline)  # fmt: skip
    yield _next("setter-elsewhere", "a flowbit may be set in another group",
                next_generation(_SETTER, _CHECKER), plain=inline)  # fmt: skip
    for number, assumed in ((20, ACCEPTED), (21, _REFUSED), (51, _REFUSED)):
        taken = "accepted" if assumed.accepted else "refused"
        yield _next(f"groups-{number}", f"{number} groups are {taken}",
                    next_generation(*many[:number]), assumed, plain=inline)  # fmt: skip
    yield _next("inline-30001", "more than 30,000 inline rules are refused",
                next_generation("\n".join(rule(sid=at) for at in range(1, 30_002))),
                _REFUSED, source=GUIDE, plain=inline)  # fmt: skip
    for mode in ("ENFORCE", "MONITOR"):
        yield _next(f"mode-{mode.lower()}", f"PolicyMode {mode} is accepted",
                    next_generation(PolicyMode=mode), source=MODEL)  # fmt: skip
    for action in ("DROP", "ACCEPT", "REJECT", "ALERT"):
        yield _next(f"default-{action.lower()}", f"the default action {action} is accepted",
                    next_generation(FirewallDefaultAction=action), source=MODEL)  # fmt: skip
    yield _next("default-none", "no default action need be given", {"FirewallPolicyV2": {}})
    entries = [{"ResourceArn": "<managed-strict-0>"}]
    yield _next("classic-group", "a Classic group is refused",
                next_generation(IpsRuleGroupEntries=entries), _REFUSED, source=GUIDE)  # fmt: skip
    home = {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}}
    yield _next("home-net", "HOME_NET is set", next_generation(PolicyVariables=home),
                source=MODEL)  # fmt: skip
