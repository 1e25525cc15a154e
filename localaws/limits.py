"""The fixed numbers and names of AWS Network Firewall, each once, with its source.

[api] the botocore service model of network-firewall (2020-11-12); [guide] the AWS developer guide;
[measured] observed at the service (us-east-1, September 2026). What an account can have raised
stands in `localaws.quotas`. Bounds that the service model states are read from there
(`localaws.constraints`) and are not repeated here.
"""

from __future__ import annotations

from typing import Final

GROUP_CAPACITY: Final = 30_000
"""The largest capacity of one stateful rule group [measured]; the smallest is 1 [api]."""

RULE_LENGTH: Final = 8_192
"""A rule of this many bytes is refused, counted with `RULE_SUFFIX`.

Measured with ASCII [measured]; the engine reads a line in pieces of bytes, so bytes are counted.
"""

RULES_STRING_BYTES: Final = 2_000_000
"""Bytes in a rules string [guide]; the service model states as many characters [api]."""

RULE_SUFFIX: Final = " gid:1234567890;"
"""What the service appends to every rule before it measures its length [measured]."""

TAGS: Final = 50
"""Tags on one resource [guide]; the service model would allow 200 in one call."""

IP_SET_REFERENCES: Final = 5
"""IP set references in one rule group [guide]."""

CONTAINER_REFERENCES: Final = 30
"""IP set references in one rule group that has container associations and nothing else [guide]."""

COUNTRIES_IN_A_RULE: Final = 64
"""Countries that one `geoip` lists, by the engine (8.0.8)."""

PAGE_SIZE: Final = 100
"""Items in one page of a list where the caller asks for no other number [api]."""

NEXT_GENERATION_GROUPS: Final = 20
"""IPS rule groups in one Next Generation policy; nobody told us, so it is Classic's number."""

INLINE_BYTES: Final = 5_000_000
"""Bytes of all rules that stand in line in one Next Generation policy, in each engine [guide]."""

PRIORITY_MAX: Final = 65_535
"""The last `priority` of a rule in a group of type IPS; the first is 1 [guide]."""

ACTIONS: Final = frozenset({"alert", "pass", "drop", "reject"})
"""The actions that a stateful rule may have [measured]."""

REJECT_PROTOCOLS: Final = frozenset({"tcp", "http", "tls", "smb", "ssh", "smtp", "dcerpc"})
"""The protocols on which `reject` is taken [measured]."""

REFUSED_KEYWORDS: Final = frozenset({"dataset", "datarep", "iprep", "lua", "luajit", "filestore"})
"""Options that no rule may have [measured]."""

ORDERED_KEYWORDS: Final = frozenset({"priority", "classtype"})
"""Options that no rule of a strict order group may have [measured]."""

PCRE_COMPANIONS: Final = ("tls.sni", "http.host", "dns.query", "http.uri", "content")
"""`pcre` needs one of these in its rule, listed as the service lists them [measured]."""

CATEGORY_PROTOCOLS: Final = {
    "aws_url_category": frozenset({"http"}),
    "aws_domain_category": frozenset({"http", "tls"}),
}
"""AWS's keywords of categories, and the protocols that they are for [guide]."""

BUILT_IN_VARIABLES: Final = frozenset({"HOME_NET", "EXTERNAL_NET"})
"""Address variables that a rule may use without its group declaring them [measured]."""

STATELESS_ACTIONS: Final = frozenset({"aws:pass", "aws:drop", "aws:forward_to_sfe"})
"""A policy's stateless default actions hold exactly one of these [api]."""

DROP_ACTIONS: Final = frozenset(
    f"aws:drop_{scope}"
    for scope in (
        "strict",
        "established",
        "established_app_layer",
        "established_app_layer_to_server",
    )
)
"""The stateful default actions that drop; a policy has at most one [guide]."""

ALERT_ACTIONS: Final = frozenset(name.replace("drop", "alert", 1) for name in DROP_ACTIONS)
"""The stateful default actions that only alert [api]."""
