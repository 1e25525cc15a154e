"""What is asked about lines, lists, countries, protocols, and AWS's own keywords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rulesync_cli.probing.requests import HEADER, rule
from rulesync_cli.probing.rule_facts import documented, measured_rule, open_question, rule_probe
from rulesync_cli.probing.values import ACCEPTED, MEASURED, USERS, Probe, ServiceAnswer

COUNTRIES: Final = {"geoip-dst": "dst,RU", "geoip-any": "any,DE,FR", "geoip-not": "src,!US"}
TLS: Final = "tls any any -> any any"
AWS_WORDS: Final = {
    "aws-domain-category": ("aws_domain_category:Malicious; ", TLS),
    "aws-url-category": ("aws_url_category:Malicious; ", "http any any -> any any"),
    "aws-resolved-domain": ('aws_route_53_resolved_domain:"example.com"; ', TLS),
}
"""As the guide writes them: a category has no quotes, a domain has."""
OPEN_PROTOCOLS: Final = ("websocket", "doh2", "ldap", "mdns", "pop3", "modbus", "dnp3", "pgsql")
UNSUPPORTED: Final = ("ftp-data", "sctp", "ike", "enip")
LISTS: Final = "alert tcp [10.0.0.0/8, 192.168.0.0/16] any -> any any"


def word_probes() -> tuple[Probe, ...]:
    """All of them."""
    return (*_lines(), *_places(), *_words())


def _lines() -> Iterator[Probe]:
    yield rule_probe("comment-lf", "A comment line that ends with LF is accepted", rule(), ACCEPTED,
                     USERS, known=True, before="# a comment\n")  # fmt: skip
    yield rule_probe("comment-cr", "A comment line that ends with CR LF is refused", rule(),
                     ServiceAnswer("Illegal rule syntax", whole=False), USERS, known=True,
                     before="# a comment\r\n")  # fmt: skip
    yield open_question("continued-line", "A line that `\\` continues is refused",
                        f'alert {HEADER} \\\n(msg:"rulesync probe"; sid:1;)',
                        ServiceAnswer("", whole=False))  # fmt: skip
    yield open_question("list-spaces", "White space inside an address list is accepted",
                        f'{LISTS} (msg:"rulesync probe"; sid:1;)', source=USERS)  # fmt: skip
    yield open_question("exception-in-header", "`[$HOME_NET,!10.0.0.5]` is accepted in a header",
                        rule(header="tcp [$HOME_NET,!10.0.0.5] any -> any any"))  # fmt: skip


def _places() -> Iterator[Probe]:
    for name, value in COUNTRIES.items():
        yield measured_rule(name, f"`geoip:{value}` is accepted", rule(f"geoip:{value}; "), None)
    yield rule_probe(
        "geoip-wrong",
        "A wrong country code is refused",
        rule("geoip:dst,XX; "),
        ServiceAnswer("Rule contains an incorrect country code", whole=False),
        MEASURED,
        known=True,
    )


def _words() -> Iterator[Probe]:
    for name, (option, header) in AWS_WORDS.items():
        fact = f"`{option.strip()}` is accepted on {header.split()[0]}"
        yield documented(name, fact, rule(option, header=header))
    text = rule("aws_domain_category:Malicious; geoip:dst,RU; ", header=TLS)
    yield documented("aws-category-geoip", "A category cannot be in a rule with `geoip`", text,
                     ServiceAnswer("", whole=False), plain="aws-domain-category")  # fmt: skip
    text = rule("aws_url_category:Malicious; ", header=TLS)
    yield documented("aws-url-category-tls", "`aws_url_category` is for http alone", text,
                     ServiceAnswer("", whole=False), plain="aws-url-category")  # fmt: skip
    for name in OPEN_PROTOCOLS:
        text = rule(header=f"{name} any any -> any any")
        yield open_question(f"protocol-{name}", f"{name} is a protocol of the service", text)
    for name in UNSUPPORTED:
        text = rule(header=f"{name} any any -> any any")
        fact = f"{name} is documented as unsupported but accepted"
        yield open_question(f"protocol-{name}", fact, text)
    text = rule('tls.sni; content:"a"; ', header="tls:client_hello_done any any -> any any")
    yield open_question("protocol-hook", "A protocol may have one of Suricata 8's hooks, as in "
                                         "`tls:client_hello_done`", text)  # fmt: skip
