"""Edits of the text of the targets: what goes, and that nothing else changes."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.errors import SettingsError, TargetsError
from rules_lib.targets.loader import load_targets
from rulesync_cli.fleet_change.targets_text import with_target_renamed, without_target

BLOCK: Final = """\
# ours
version: 1
targets:
  # Europe
  - name: pilot   # first
    region: eu-west-1
    # inner
    policies:
      - a
      - b  # last
  # America
  - {name: "prod", region: us-east-1}   # p

  -
    name: 'asia'
    region: ap-south-1
# below
bake: {hours: 24}
"""
FLOW: Final = """\
version: 1
targets: [
  {name: pilot, region: eu-west-1},  # p
  # above
  {name: prod, region: us-east-1, policies: [a]}, {name: asia, region: ap-south-1}  # q
]
"""


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("pilot", BLOCK[BLOCK.index("  - name: pilot") : BLOCK.index("  # America")]),
        ("prod", '  - {name: "prod", region: us-east-1}   # p\n'),
        ("asia", "  -\n    name: 'asia'\n    region: ap-south-1\n"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_an_entry_go(name: str, gone: str, newline: str) -> None:
    """With the comments on them; every other line stays as it is, comments above too."""
    text, lines = BLOCK.replace("\n", newline), gone.replace("\n", newline)
    assert without_target(text, name) == text.replace(lines, "")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pilot", "  {name: pilot, region: eu-west-1},  # p\n", ""),
        ("prod", "{name: prod, region: us-east-1, policies: [a]}, ", ""),
        ("asia", ", {name: asia, region: ap-south-1}", ""),
    ],
)
def test_entry_between_braces_goes_with_a_comma(name: str, before: str, after: str) -> None:
    """And a line that has nothing else goes whole."""
    assert without_target(FLOW, name) == FLOW.replace(before, after)


def test_file_in_json_stays_json() -> None:
    """Quotes and all."""
    first = '{"name": "a", "region": "eu-west-1"}'
    second = '{"name": "b", "region": "us-east-1"}'
    text = f'{{"version": 1, "targets": [{first}, {second}]}}'
    assert without_target(text, "a") == f'{{"version": 1, "targets": [{second}]}}'
    assert without_target(text, "b") == f'{{"version": 1, "targets": [{first}]}}'
    assert with_target_renamed(text, "a", "c") == text.replace('"a"', '"c"')


@pytest.mark.parametrize(
    ("old", "before", "after"),
    [
        ("pilot", "name: pilot ", "name: first "),
        ("prod", 'name: "prod"', 'name: "first"'),
        ("asia", "name: 'asia'", "name: 'first'"),
    ],
)
def test_name_alone_changes(old: str, before: str, after: str) -> None:
    """In its own quotes."""
    assert with_target_renamed(BLOCK, old, "first") == BLOCK.replace(before, after)


def test_name_that_no_target_may_have_is_refused() -> None:
    """With what the file's own check says."""
    with pytest.raises(TargetsError, match="must be letters"):
        with_target_renamed(BLOCK, "pilot", "the pilot")
    with pytest.raises(TargetsError, match="twice"):
        with_target_renamed(BLOCK, "pilot", "Asia")


@pytest.mark.parametrize("name", ["123", "on", "null", "0x1", "1_000"])
def test_name_that_looks_like_something_else_stays_a_name(name: str) -> None:
    """As the file's texts count."""
    edited = with_target_renamed(BLOCK, "pilot", name)
    assert load_targets(edited, source="f").names[0] == name
    assert load_targets(with_target_renamed(edited, name, "p"), source="f").names[0] == "p"


def test_file_with_a_mark_is_left_alone() -> None:
    """Its characters would be counted otherwise."""
    with pytest.raises(SettingsError, match="by hand"):
        without_target(f"\ufeff{BLOCK}", "pilot")


COMMENTS: Final = st.sampled_from(["", "  # said, [of]: {this} - that"])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, int]:
    """A file of targets in block or flow style, with comments anywhere, and how many there are."""
    number, newline = draw(st.integers(2, 5)), draw(st.sampled_from(["\n", "\r\n"]))
    flow = draw(st.booleans())
    lines = ["version: 1", f"targets:{' [' if flow else ''}{draw(COMMENTS)}"]
    for place in range(number):
        lines += ["  # a line - of its own"] * draw(st.integers(0, 2))
        lines += [""] * draw(st.integers(0, 1))
        keys = ("region: eu-west-1", f"ring: {place}", f"allowlist: config/a{place}.yaml")
        if flow or draw(st.booleans()):
            ended = "," if flow and (place + 1 < number or draw(st.booleans())) else ""
            entry = f"{{name: t{place}, {', '.join(keys)}}}{ended}{draw(COMMENTS)}"
            lines.append(f"  {'' if flow else '- '}{entry}")
            continue
        several = "policies: [a,\n        b]"
        first, *rest = draw(st.permutations([f"name: t{place}", *keys, several]))
        dash = draw(st.sampled_from(["  - ", f"  -{draw(COMMENTS)}\n    "]))
        lines.append(f"{dash}{first}{draw(COMMENTS)}")
        lines += [f"    {key}{draw(COMMENTS)}" for key in rest]
    lines += [*(["  ]"] if flow else []), "# below", "bake: {hours: 3}"]
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", newline), number


@given(files(), st.data())
def test_whatever_way_the_file_is_written(found: tuple[str, int], data: st.DataObject) -> None:
    """One target goes, the others stay as they are, and so does each comment on its own line."""
    text, number = found
    place = data.draw(st.integers(0, number - 1))
    before = load_targets(text, source="f")
    edited = without_target(text, f"t{place}")
    assert load_targets(edited, source="f").targets == tuple(
        one for one in before.targets if one.name != f"t{place}"
    )
    assert edited.count("# a line - of its own") == text.count("# a line - of its own")
    assert edited.count("# below") == 1
    renamed = with_target_renamed(text, f"t{place}", "other")
    assert renamed == text.replace(f"name: t{place}", "name: other")
