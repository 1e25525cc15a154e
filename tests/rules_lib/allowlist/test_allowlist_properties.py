"""The category allowlist: what holds for any input."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.allowlist import FILES, MODES, read

from rules_lib.allowlist import Allowlist
from rules_lib.errors import AllowlistError

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
        "missing",
        "not_msg",
        "updated_after",
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
