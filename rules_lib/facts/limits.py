"""The numbers of AWS Network Firewall, each once, with its source.

[api] the botocore service model of network-firewall (2020-11-12); [guide] the AWS developer guide;
[measured] observed at the service (us-east-1, September 2026).
"""

from __future__ import annotations

from typing import Final

RULES_STRING_BYTES: Final = 2_000_000
"""Bytes in the `RulesString` of one rule group; botocore does not check it.

Bytes in the guide, characters in the model [api, guide]: who holds the bytes holds both.
"""

RULE_BYTES: Final = 8_175
"""Bytes of UTF-8 in one rule: the service appends 16 and refuses at 8,192 characters [measured].

Its engine reads a line 8,191 bytes at a time and takes what is behind for a rule of its own
(DetectLoadSigFile in Suricata 7.0.10 and 8.0.3); so bytes count, which are never fewer.
"""

GROUP_CAPACITY: Final = 30_000
"""The largest capacity of one stateful rule group, 1 unit a rule, fixed at creation [api]."""

POLICY_CAPACITY: Final = 30_000
"""Stateful capacity of one firewall policy; on request up to 50,000 [guide]."""

POLICY_RULE_GROUPS: Final = 20
"""Stateful rule groups in one firewall policy [measured]."""

PRIORITY_MAX: Final = 65_535
"""The last priority of a rule group in a policy; the first is 1 [api]."""

GROUP_NAME_CHARACTERS: Final = 128
"""Characters in the name of a rule group: letters, digits and hyphens [api]."""

DESCRIPTION_CHARACTERS: Final = 512
"""Of the description of a rule group or a firewall policy [api]."""

VARIABLE_NAME_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"
"""What the service takes as the name of a rule variable [api]."""

IP_SET_REFERENCES: Final = 5
"""Reference sets in one rule group, prefix lists and resource groups together [guide]."""

CONTAINER_REFERENCES: Final = 30
"""Reference sets in one rule group that has container associations, and nothing else [guide]."""

PREFIX_LIST_ENTRIES: Final = 1_000
"""Addresses and networks in one prefix list that a rule group refers to [guide]."""

REFERENCE_ARN_CHARACTERS: Final = 256
"""Characters in the ARN of a reference set [api]."""

ACTIONS: Final = frozenset({"alert", "pass", "drop", "reject"})
"""The actions that a stateful rule may have [measured]."""

BLOCKING: Final = frozenset({"drop", "reject"})
"""Those that stop traffic."""

REJECT_PROTOCOLS: Final = frozenset({"tcp", "http", "tls", "smb", "ssh", "smtp", "dcerpc"})
"""The protocols on which `reject` is taken [measured]."""

REFUSED_KEYWORDS: Final = frozenset({"dataset", "datarep", "iprep", "lua", "luajit", "filestore"})
"""Options that the service answers with `RuleOptions … is not supported` [measured]."""

FILE_KEYWORDS: Final = frozenset({"filemd5", "filesha1", "filesha256", "luaxform"})
"""Options that name a file beside the rules, and there is no way to give the service one [api]."""

BUILT_IN_VARIABLES: Final = frozenset({"HOME_NET", "EXTERNAL_NET"})
"""Header variables that a rule may use without the group declaring them [measured]."""

PCRE_COMPANIONS: Final = frozenset({"tls.sni", "http.host", "dns.query", "http.uri", "content"})
"""`pcre` needs one of these in the same rule; legacy names do not count [measured]."""
