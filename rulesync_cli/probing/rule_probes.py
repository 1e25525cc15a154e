"""What is asked about actions, keywords and lengths of single rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules_lib.facts.limits import REJECT_PROTOCOLS
from rulesync_cli.probing.requests import HEADER, padded, rule, variables
from rulesync_cli.probing.rule_facts import NAMED, measured_rule, open_question, rule_probe
from rulesync_cli.probing.values import ENGINE, MEASURED, RULE, USERS, Probe, ServiceAnswer

NO_COMPANION: Final = (
    f'{NAMED}Using "pcre" without one of the following options is not allowed: '
    "[tls.sni, http.host, dns.query, http.uri, content]."
)
PRIORITY: Final = (
    "RulesString has invalid keywords. Rule groups that use strict order can't have rules that "
    f"contain the keywords `priority` or `classtype`, parameter: [{RULE}], "
    "context: RulesSource.RulesString"
)
FILES: Final = {
    "dataset": "dns.query; dataset:isset,known,type string; ",
    "datarep": "dns.query; datarep:known,>,200,load known.rep,type string; ",
    "iprep": "iprep:src,known,>,10; ",
    "lua": "lua:known.lua; ",
    "luajit": "luajit:known.lua; ",
    "filestore": "filestore; ",
}
DOCUMENTED: Final = {
    "threshold": rule("threshold:type limit, track by_src, count 1, seconds 60; "),
    "tag-host": rule('content:"a"; tag:host,10,seconds,src; '),
    "xbits-by-address": rule('content:"a"; xbits:set,probe,track ip_src; '),
    "filename": rule('filename:"a"; ', header="http any any -> any any"),
    "fileext": rule('fileext:"exe"; ', header="http any any -> any any"),
    "filesize": rule("filesize:>10; ", header="http any any -> any any"),
}
TAKEN: Final = {
    "detection_filter": "detection_filter:track by_src, count 5, seconds 60; ",
    "noalert": "flowbits:set,rulesync-probe; flowbits:noalert; ",
}
COMPANIONS: Final = {
    "content": rule('content:"a"; pcre:"/a/"; '),
    "tls.sni": rule('tls.sni; pcre:"/a/"; '),
    "http.host": rule('http.host; pcre:"/a/"; '),
    "dns.query": rule('dns.query; pcre:"/a/"; ', header="udp any any -> any any"),
    "http.uri": rule('http.uri; pcre:"/a/"; '),
}


def rule_probes() -> tuple[Probe, ...]:
    """All of them."""
    return (*_actions(), *_keywords(), *_written(), *_lengths())


def _actions() -> Iterator[Probe]:
    yield measured_rule(
        "action-log", "An action other than alert, pass, drop, reject is refused",
        rule(action="log"), f"{NAMED}Action log is not supported",
    )  # fmt: skip
    for name in ("udp", "dns", "icmp"):
        yield measured_rule(
            f"reject-{name}", f"`reject` is refused on {name}",
            rule(action="reject", header=f"{name} any any -> any any"),
            f"{NAMED}{name} reject is not supported",
        )  # fmt: skip
    for name in sorted(REJECT_PROTOCOLS):
        text = rule(action="reject", header=f"{name} any any -> any any")
        yield measured_rule(f"reject-{name}", f"`reject` is accepted on {name}", text, None)


def _keywords() -> Iterator[Probe]:
    for name, options in FILES.items():
        words = f"{NAMED}RuleOptions {name} is not supported"
        yield measured_rule(f"keyword-{name}", f"`{name}` is refused", rule(options), words)
    for name, text in DOCUMENTED.items():
        fact = f"{name} is documented as unsupported but accepted"
        yield measured_rule(f"documented-{name}", fact, text, None)
    for name, text in COMPANIONS.items():
        yield measured_rule(f"pcre-{name}", f"`pcre` is accepted beside {name}", text, None)
    yield measured_rule("pcre-alone", "`pcre` alone is refused", rule('pcre:"/a/"; '), NO_COMPANION)
    yield measured_rule(
        "pcre-legacy", "The legacy buffer http_uri does not count for `pcre`",
        rule('pcre:"/a/U"; '), NO_COMPANION,
    )  # fmt: skip
    for name, options in TAKEN.items():
        yield open_question(f"keyword-{name}", f"`{name}` is accepted", rule(options))


def _written() -> Iterator[Probe]:
    text = rule("priority:1; ")
    yield measured_rule("priority", "`priority` is refused in strict order", text, PRIORITY)
    text = rule("classtype:trojan-activity; ")
    yield open_question(
        "classtype", "`classtype` is refused in strict order", text, ServiceAnswer(PRIORITY)
    )
    words = f"{NAMED}GIDs are not allowed. Illegal option(s): [gid:9999]"
    yield measured_rule("gid", "A `gid` is refused", rule("gid:9999; "), words)
    text = f'alert {HEADER} (msg:"rulesync probe";)'
    yield measured_rule("no-sid", "A rule without sid is refused", text, f"{NAMED}sid not assigned")
    text = rule('content:"a"; ')
    words = f'stateful rule is invalid, reason: Duplicate signature "{RULE}"'
    yield measured_rule("duplicate-sid", "A sid may occur only once in a group", text, words,
                        before=f"{rule()}\n")  # fmt: skip
    text = rule('dns.query; content:"a"; ', header="http any any -> any any")
    engine = ServiceAnswer("rule contains conflicting alprotos set", whole=False)
    yield rule_probe(
        "engine-refuses",
        "What Suricata refuses is refused in its words",
        text,
        engine,
        MEASURED,
        known=True,
    )
    text = rule('content:"$NOPE"; pcre:"/$NOPE/"; ')
    yield measured_rule("dollar-in-options", "`$` in an option is only text", text, None)
    text = rule("flowbits:isset,rulesync-probe; ")
    yield open_question("isset-without-setter", "A rule may check a flowbit that no rule of the "
                                                "group sets", text, source=USERS)  # fmt: skip
    text = rule('base64_decode:bytes 10; base64_data; content:"a"; fast_pattern; ')
    yield open_question("fast-pattern-base64", "`fast_pattern` behind base64_data is refused, as "
                                               "Suricata 8 does", text,
                        ServiceAnswer("", whole=False), ENGINE)  # fmt: skip


def _lengths() -> Iterator[Probe]:
    yield measured_rule("length-8175", "A rule of 8,175 characters is accepted", padded(8175), None)
    yield measured_rule(
        "length-8176", "A rule of 8,176 characters is refused", padded(8176),
        f"{NAMED}Rule exceeds max length (8192), Length: 8192.",
    )  # fmt: skip
    words = f"{NAMED}Rule exceeds max length (8192), Length: "
    yield open_question("length-bytes", "Bytes count in a rule's length, not characters",
                        padded(8175, "é" * 100), ServiceAnswer(words, whole=False))  # fmt: skip
    text = padded(8175, header="tcp $NET any -> any any")
    yield rule_probe(
        "length-expanded", "A variable counts with its value", text,
        ServiceAnswer(f"{NAMED}Rule exceeds max length (8192), Length: ", whole=False), MEASURED,
        known=True, RuleVariables=variables(NET=["10.0.0.0/8"]),
    )  # fmt: skip
