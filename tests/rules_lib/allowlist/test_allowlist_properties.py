"""The category allowlist: what holds for any input."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.allowlist import KNOWN, read

from rules_lib.allowlist import Allowlist, known_categories
from rules_lib.errors import AllowlistError

MODES = st.sampled_from(["off", "alert", "drop"])
SHARES = st.floats(0, 1)
SIDS = st.integers(1, 2**32 - 1)
CONDITIONS = st.fixed_dictionaries(
    {"confidence": st.lists(st.sampled_from(["High", "Medium", "Low"]), min_size=1)},
    optional={
        "signature_severity": st.lists(st.sampled_from(["Major", "Minor"]), min_size=1),
        "missing": st.sampled_from(["alert", "drop"]),
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
            },
        ),
        "max_shrink": SHARES,
        "max_unblock": SHARES,
        "threshold": st.sampled_from(["keep", "discard"]),
    },
)
KEYS = st.sampled_from(
    [
        "version",
        "default",
        "categories",
        "tor",
        "rules",
        "off",
        "on",
        "variables",
        "HOME_NET",
        "mode",
        "drop_when",
        "confidence",
        "firewall",
        "rule_groups",
        "max_shrink",
        "EXTERNAL_NET",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | KEYS | MODES
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=6)
    ),
)
PIECES = st.sampled_from(
    [
        "version: 1\n",
        "categories:",
        "rules: ",
        "off",
        "on: ",
        "variables: ",
        "A",
        "$",
        "!",
        "&a ",
        "*a",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ": ",
        "- ",
        "? ",
        "\n",
        "  ",
        "\t",
        '"',
        "'",
        "\\U",
        "F" * 8,
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "| ",
        "> ",
        "#",
        "<<",
        "~",
        "80",
        "10.0.0.0/8",
        "\x00",
    ]
)


def read_or_error(text: str | bytes) -> None:
    """Read the file; only an `AllowlistError` with whole lines may come out of it."""
    with contextlib.suppress(AllowlistError):
        assert isinstance(read(text), Allowlist)
        return
    with pytest.raises(AllowlistError) as caught:
        read(text)
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.startswith("line ")
        assert problem.isprintable()


@given(st.text() | st.binary())
def test_any_text_and_any_bytes_are_read_or_told(text: str | bytes) -> None:
    """No other exception comes out."""
    read_or_error(text)


@given(st.lists(PIECES).map("".join))
def test_any_pieces_of_yaml_are_read_or_told(text: str) -> None:
    """Nearer to what a hostile file looks like."""
    read_or_error(text)


@given(st.dictionaries(KEYS | st.text(), TREES))
def test_any_yaml_structure_is_read_or_told(tree: dict[str, object]) -> None:
    """Valid YAML whose values are of any kind."""
    read_or_error(yaml.safe_dump({"version": 1, **tree}, allow_unicode=True))


@given(FILES)
def test_every_valid_file_is_read(file: dict[str, Any]) -> None:
    """What the format allows is never refused, and none of it is lost."""
    allowlist = read(yaml.safe_dump(file, sort_keys=False))
    assert list(allowlist.categories) == list(file.get("categories", {}))
    variables = allowlist.variables
    assert {*variables.written, *variables.declared} == set(file.get("variables", {}))
    assert variables.kinds.keys() == variables.declared.keys()


@given(FILES)
def test_allowlist_written_out_reads_back_the_same(file: dict[str, Any]) -> None:
    """Its own dump is a valid file."""
    allowlist = read(yaml.safe_dump(file, sort_keys=False))
    dump = allowlist.model_dump(mode="json", exclude={"variables"}, exclude_none=True)
    declared = {name: list(values) for name, values in allowlist.variables.declared.items()}
    dump["variables"] = {**allowlist.variables.written, **declared}
    again = read(yaml.safe_dump(dump, sort_keys=False))
    assert again == allowlist
    assert list(again.categories) == list(allowlist.categories)
