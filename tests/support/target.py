"""Rules of our own for what a conversion can get wrong, and the groups that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from support.flow import CLIENT, SERVER
from support.proof import made

if TYPE_CHECKING:
    from rules_lib.build import Built

OUT: Final = "$HOME_NET any -> $EXTERNAL_NET"


def on(sid: int, uri: str, more: str = "", *, action: str = "alert", port: str = "any") -> str:
    """Write a rule for requests with this in their URI."""
    return (
        f'{action} http {OUT} {port} (msg:"rule {sid}"; flow:established,to_server; '
        f'http.uri; content:"{uri}"; {more}sid:{sid}; rev:1;)'
    )


def raw(sid: int, head: str, options: str) -> str:
    """Write any other rule."""
    return f'{head} (msg:"rule {sid}"; {options} sid:{sid}; rev:1;)'


TARGETS: Final = (
    on(101, "/one", "classtype:bad; "),
    raw(102, f"alert tls {OUT} any", 'tls.sni; content:"bad.example"; priority:1;'),
    raw(103, f"alert dns {OUT} any", 'dns.query; content:"bad.example"; nocase;'),
    raw(104, f"alert tcp {OUT} 4444", 'flow:established,to_server; content:"|de ad|";'),
    raw(105, f"alert udp {OUT} any", 'content:"beacon";'),
    on(106, "/ports", port="$HTTP_PORTS"),
    on(107, "/feed-drops", action="drop"),
    raw(108, f"reject tcp {OUT} any", 'flow:established; content:"EICAR";'),
    raw(109, "alert tcp any any -> any any", 'flow:to_client; content:"root";'),
    raw(
        110,
        f"alert tcp [{CLIENT}, 10.9.9.9] any -> [{SERVER}/32, 1.1.1.1] 8443",
        'flow:established,to_server; content:"x";',
    ),
)
OURS: Final = (on(111, "/allowed", action="pass"),)
BITS: Final = (
    on(201, "/check", "flowbits:isset,seen; "),  # before its setter, which the build puts right
    on(202, "/mark", "flowbits:set,seen; flowbits:noalert; "),
    on(203, "/first", "flowbits:set,c1; noalert; "),
    on(205, "/third", "flowbits:isset,c2; "),
    on(204, "/second", "flowbits:isset,c1; flowbits:set,c2; flowbits:noalert; "),
    on(206, "/loud", "flowbits:set,loud; "),
    on(207, "/after", "flowbits:isset,loud; "),
    on(208, "/unset", "flowbits:unset,seen; flowbits:noalert; "),
    on(209, "/toggle", "flowbits:toggle,t; flowbits:noalert; "),
    on(210, "/ask", "flowbits:isset,t; "),
    on(211, "/plain", "flowbits:isnotset,seen; "),
    on(212, "/either", "flowbits:isset,loud|t; "),
    on(221, "/locked", "flowint:tries,>,1; "),
    on(222, "/try", "flowint:tries,+,1; noalert; "),
    on(223, "/once", "flowint:once,notset; flowint:once,=,1; "),
)
ELSEWHERE: Final = (
    on(301, "/far", "flowbits:set,far; "),
    on(302, "/unrelated"),
    on(303, "/count", "flowint:far,+,1; "),
)
CHECKS: Final = (
    on(401, "/near", "flowbits:isset,far; "),
    on(402, "/severe", "metadata:signature_severity Major; "),
    on(403, "/slight", "metadata:signature_severity Minor; "),
    on(404, "/mine", "metadata:signature_severity Critical; "),
    on(405, "/one", "filesize:>10; "),
    on(406, "/one", "flowbits:isset,never; "),
    on(407, "/tally", "flowint:far,isset; "),
    on(408, "/one", "flowint:never,>,0; "),
)
FEED: Final = {
    "local-ours": OURS,  # people's own come first
    "emerging-bits": BITS,
    "emerging-checks": CHECKS,
    "emerging-elsewhere": ELSEWHERE,
    "emerging-targets": TARGETS,
}
MODES: Final = {
    "alert": dict.fromkeys(FEED, "alert") | {"emerging-elsewhere": "off"},
    "drop": {
        "local-ours": "drop",
        "emerging-targets": "drop",
        "emerging-bits": "drop",
        "emerging-checks": {
            "mode": "drop",
            "drop_when": {"signature_severity": ["Major", "Critical"], "missing": "drop"},
        },
        "emerging-elsewhere": "off",
    },
}
VARIABLES: Final = {"HOME_NET": ["10.0.0.0/8"], "HTTP_PORTS": ["80", "8080"]}


def of_mode(mode: str) -> Built:
    """The groups of the feed in one mode."""
    return made(
        FEED, categories=MODES[mode], variables=VARIABLES, rules={"alert": [404]}, default="off"
    )
