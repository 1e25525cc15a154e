"""Short ways to read an allowlist; files that are right, and values that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import strategies as st

from rules_lib.allowlist import known_categories, load_allowlist
from rules_lib.errors import AllowlistError

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

KNOWN = ("local-mine", "brand-new")

MODES = st.sampled_from(["off", "alert", "drop"])
SHARES = st.floats(0, 1)
SIDS = st.integers(1, 2**32 - 1)
WORDS = st.sampled_from(["alert", "drop"])
CONDITIONS = st.fixed_dictionaries(
    {"confidence": st.lists(st.sampled_from(["High", "Medium", "Low"]), min_size=1)},
    optional={
        "signature_severity": st.lists(st.sampled_from(["Major", "Minor"]), min_size=1),
        "deployment": st.lists(st.text("ab1", min_size=1), min_size=1),
        "created_after": st.dates().map(str),
        "updated_after": st.dates().map(str),
        "not_msg": st.lists(st.text("abc", min_size=1), min_size=1),
        "missing": WORDS | st.fixed_dictionaries({}, optional={"confidence": WORDS}),
    },
)
SETTINGS = MODES | st.fixed_dictionaries({"mode": st.just("drop"), "drop_when": CONDITIONS})
NETWORKS = st.lists(st.ip_addresses().map(str), min_size=1)
PORTS = st.lists(st.integers(0, 65535), min_size=1) | st.integers(0, 65535)
FILES = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "default": MODES,
        "categories": st.dictionaries(
            st.sampled_from(sorted(known_categories().union(KNOWN))), SETTINGS
        ),
        "rules": st.lists(SIDS, unique=True).map(lambda sids: {"off": sids[::2], "on": sids[1::2]}),
        "variables": st.dictionaries(
            st.from_regex(r"V[A-Za-z0-9_]{0,31}", fullmatch=True),
            NETWORKS | PORTS | st.sampled_from(["any", "$HOME_NET", "!$EXTERNAL_NET"]),
        ),
        "firewall": st.fixed_dictionaries(
            {},
            optional={
                "capacity": st.integers(1, 1_000_000),
                "rule_groups": st.integers(1, 1_000),
                "headroom": SHARES,
                "prefix": st.sampled_from(["et", "my-et", "X1"]),
                "first_priority": st.integers(1, 60_000),
                "policy_capacity": st.just(1_000_000),
                "target": st.sampled_from(["classic", "next-generation"]),
            },
        ),
        "max_shrink": SHARES,
        "max_unblock": SHARES,
        "threshold": st.sampled_from(["keep", "discard"]),
    },
)
"""Valid files, with any keys."""

WRONG: Final[tuple[tuple[str, str], ...]] = (
    (
        "default: block",
        'line 2: default: "block" is not one of off, alert, drop',
    ),
    (
        "default:\n",
        "line 2: default: an empty value is not one of off, alert, drop",
    ),
    (
        "default: [drop]",
        "line 2: default: a list is not one of off, alert, drop",
    ),
    (
        "defualt: off",
        'line 2: "defualt" is not a valid key here; nearest: default',
    ),
    (
        "firewall: {foo: 1}",
        (
            'line 2: firewall: "foo" is not a valid key here; '
            "the keys are capacity, rule_groups, headroom, prefix, first_priority, "
            "policy_capacity, target"
        ),
    ),
    (
        "rules: {of: [1]}",
        'line 2: rules: "of" is not a valid key here; nearest: off',
    ),
    (
        "categories: {tor: {mode: drop, dropwhen: {confidence: [High]}}}",
        'line 2: categories.tor: "dropwhen" is not a valid key here; nearest: drop_when',
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {confidence: [High], mising: drop}}}",
        ('line 2: categories.tor.drop_when: "mising" is not a valid key here; nearest: missing'),
    ),
    (
        "categories: [tor]",
        "line 2: categories: a list is not a mapping; write one `key: value` per line",
    ),
    (
        "categories:\n  tor: allert",
        'line 3: categories.tor: "allert" is not one of off, alert, drop; nearest: alert',
    ),
    (
        "categories:\n  tor:\n    mode: OFF",
        'line 4: categories.tor.mode: "OFF" is not one of off, alert, drop; nearest: off',
    ),
    (
        "categories:\n  tor: {drop_when: {confidence: [High]}}",
        "line 3: categories.tor: has no mode; it must be given",
    ),
    (
        "categories:\n  tor:\n    mode: alert\n    drop_when: {confidence: [High]}",
        (
            "line 5: categories.tor.drop_when: needs mode: drop, but the mode is alert; "
            "change one of them"
        ),
    ),
    (
        "categories:\n  tor: as-written",
        (
            'line 3: categories.tor: "as-written" is only for your own files (local-<file>); '
            "a feed's category is off, alert or drop"
        ),
    ),
    (
        "categories:\n  tor:\n    mode: as-written",
        (
            'line 4: categories.tor.mode: "as-written" is only for your own files '
            "(local-<file>); a "
            "feed's category is off, alert or drop"
        ),
    ),
    (
        "categories:\n  tor:\n    mode: drop\n    place: last",
        ("line 5: categories.tor.place: is only for your own files (local-<file>); remove it"),
    ),
    (
        "categories:\n  local-mine:\n    mode: alert\n    place: middle",
        'line 5: categories.local-mine.place: "middle" is not one of first, last',
    ),
    (
        "categories:\n  local-mine: as-writen",
        (
            'line 3: categories.local-mine: "as-writen" is not one of off, alert, drop, '
            "as-written; nearest: as-written"
        ),
    ),
    (
        "categories:\n  local-mine:\n    mode: as-written\n    drop_when: {confidence: [High]}",
        (
            "line 5: categories.local-mine.drop_when: needs mode: drop, but the mode is "
            "as-written; change one of them"
        ),
    ),
    ("default: as-written", 'line 2: default: "as-written" is not one of off, alert, drop'),
    (
        "categories:\n  tor:\n    mode: drop\n    drop_when: {missing: alert}",
        (
            "line 5: categories.tor.drop_when: has no condition; give signature_severity or "
            "confidence, or remove it"
        ),
    ),
    (
        "categories:\n  tor:\n    mode: drop\n    drop_when:",
        (
            "line 5: categories.tor.drop_when: has no condition; give signature_severity or "
            "confidence, or remove it"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {deployment: Perimeter}}}",
        (
            'line 2: categories.tor.drop_when.deployment: "Perimeter" is not a list; write a '
            "list as [first, second]"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {deployment: []}}}",
        ("line 2: categories.tor.drop_when.deployment: a list is empty; give at least one value"),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {confidence: [High], deploymnt: drop}}}",
        (
            'line 2: categories.tor.drop_when: "deploymnt" is not a valid key here; '
            "nearest: deployment"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {two words: [a]}}}",
        (
            'line 2: categories.tor.drop_when: "two words" cannot be a metadata key: '
            "use letters, digits and _"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {updated_after: 01.02.2019}}}",
        (
            'line 2: categories.tor.drop_when.updated_after: "01.02.2019" is not a day; '
            "write year-month-day, such as 2019-01-31"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {updated_after: 2019-02-30}}}",
        (
            'line 2: categories.tor.drop_when.updated_after: "2019-02-30" is not a day; '
            "write year-month-day, such as 2019-01-31"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {updated_after: [2019-01-31]}}}",
        (
            "line 2: categories.tor.drop_when.updated_after: a list is not a day; write "
            "year-month-day, such as 2019-01-31"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {not_msg: Possible}}}",
        (
            'line 2: categories.tor.drop_when.not_msg: "Possible" is not a list; write a '
            "list as [first, second]"
        ),
    ),
    (
        'categories: {tor: {mode: drop, drop_when: {not_msg: ["--"]}}}',
        (
            'line 2: categories.tor.drop_when.not_msg: "--" is not a word; it needs a letter or a '
            "digit"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {cve: [a], missing: {cve: off}}}}",
        ('line 2: categories.tor.drop_when.missing.cve: "off" is not one of alert, drop'),
    ),
    (
        (
            "categories:\n  tor:\n    mode: drop\n    drop_when:\n      confidence: [High]\n"
            "      missing: {confidance: drop}"
        ),
        (
            'line 7: categories.tor.drop_when.missing: "confidance" is not a condition here; '
            "nearest: confidence"
        ),
    ),
    (
        (
            "categories:\n  tor:\n    mode: drop\n    drop_when:\n"
            "      signature_severty: [Major]\n      missing: drop"
        ),
        (
            'line 6: categories.tor.drop_when: "signature_severty" is not a metadata key of ET\'s '
            "rules, and with missing: drop every rule without it drops; to mean it, write "
            "missing: {signature_severty: drop}; nearest: signature_severity"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {severity: [Major], missing: drop}}}",
        (
            'line 2: categories.tor.drop_when: "severity" is not a metadata key of ET\'s rules, '
            "and with missing: drop every rule without it drops; to mean it, write "
            "missing: {severity: drop}"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {confidence: []}}}",
        ("line 2: categories.tor.drop_when.confidence: a list is empty; give at least one value"),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {confidence: High}}}",
        (
            'line 2: categories.tor.drop_when.confidence: "High" is not a list; write a list '
            "as [first, second]"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {signature_severity: [\n    Majr]}}}",
        (
            'line 3: categories.tor.drop_when.signature_severity: "Majr" is not one of '
            "Critical, Major, Minor, Informational; nearest: Major"
        ),
    ),
    (
        "categories: {tor: {mode: drop, drop_when: {confidence: [High], missing: off}}}",
        'line 2: categories.tor.drop_when.missing: "off" is not one of alert, drop',
    ),
    (
        "rules: {off: 2013504}",
        'line 2: rules.off: "2013504" is not a list; write a list as [first, second]',
    ),
    (
        "rules:\n  off:\n  - 1\n  - x",
        'line 5: rules.off: "x" is not a whole number',
    ),
    ("rules: {off: [0]}", 'line 2: rules.off: "0" is too small; at least 1'),
    (
        "rules: {on: [4294967296]}",
        'line 2: rules.on: "4294967296" is too large; at most 4294967295',
    ),
    (
        "rules:\n  off: [7]\n  drop: [7]",
        'line 4: rules.drop: "7" is listed under rules.off too, on line 3; keep one of them',
    ),
    (
        "rules:\n  on: [7]\n  off: [7]",
        'line 4: rules.off: "7" is listed under rules.on too, on line 3; keep one of them',
    ),
    (
        "rules:\n  alert: [7, 8,\n    007]",
        'line 4: rules.alert: "7" is listed twice here, first on line 3; keep one of them',
    ),
    ("firewall: {capacity: 0}", 'line 2: firewall.capacity: "0" is too small; at least 1'),
    (
        "firewall: {rule_groups: 1001}",
        'line 2: firewall.rule_groups: "1001" is too large; at most 1000',
    ),
    (
        "firewall: {capacity: 3_000}",
        'line 2: firewall.capacity: "3_000" is not a whole number',
    ),
    (
        "firewall: {headroom: -0.1}",
        'line 2: firewall.headroom: "-0.1" is too small; at least 0.0',
    ),
    ("firewall: {headroom: nan}", 'line 2: firewall.headroom: "nan" is not a number'),
    ("firewall: {headroom: }", "line 2: firewall.headroom: an empty value is not a number"),
    (
        "firewall: {prefix: et_}",
        ('line 2: firewall.prefix: "et_" must be letters, digits and inner hyphens, at most 32'),
    ),
    (
        "firewall: {prefix: }",
        "line 2: firewall.prefix: an empty value is not text",
    ),
    (
        "firewall:\n  rule_groups: 37\n  first_priority: 65500",
        (
            "line 4: firewall.first_priority: 37 rule groups from priority 65500 on exceed the "
            "last priority, 65535; start lower"
        ),
    ),
    (
        "firewall: {capacity: 40000, policy_capacity: 35000}",
        (
            "line 2: firewall.policy_capacity: 35000 is less than firewall.capacity, 40000; "
            "lower that, or raise this"
        ),
    ),
    (
        "firewall: {first_priority: 65517}",
        (
            "line 2: firewall.first_priority: 20 rule groups from priority 65517 on exceed the "
            "last "
            "priority, 65535; start lower"
        ),
    ),
    (
        "firewall: {target: next_generation}",
        (
            'line 2: firewall.target: "next_generation" is not one of classic, next-generation; '
            "nearest: next-generation"
        ),
    ),
    (
        "firewall: {target: next-generation, policy_capacity: 45000}",
        (
            "line 2: firewall.policy_capacity: 45000 is less than firewall.capacity, 50000; "
            "lower that, or raise this"
        ),
    ),
    ("max_shrink: 30%", 'line 2: max_shrink: "30%" is not a number'),
    ("max_shrink: 30", 'line 2: max_shrink: "30" is too large; at most 1.0'),
    ("threshold: kep", 'line 2: threshold: "kep" is not one of keep, discard; nearest: keep'),
    (
        "documented_unsupported: on",
        'line 2: documented_unsupported: "on" is not one of keep, discard',
    ),
)
"""What stands after the version of a file, and what is said of it."""


def read(text: str | bytes) -> Allowlist:
    """The allowlist that `text` is."""
    return load_allowlist(text, source="categories.yaml", known=KNOWN)


def problems_of(text: str | bytes) -> tuple[str, ...]:
    """All that is wrong with `text`."""
    with pytest.raises(AllowlistError) as caught:
        read(text)
    return caught.value.problems


def problems_after_version(text: str) -> tuple[str, ...]:
    """All that is wrong with `text`, which starts on line 2 of a file whose version is right."""
    return problems_of(f"version: 1\n{text}\n")
