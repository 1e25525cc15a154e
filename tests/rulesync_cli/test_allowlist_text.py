"""Edits of an allowlist's text: what comes in, and that nothing else changes."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.errors import SettingsError
from rulesync_cli.allowlist_text import as_it_is, with_category, with_sids

HEAD = "# ours\nversion: 1\ncategories:\n  emerging-dns:   alert   # why\n"


@pytest.mark.parametrize(
    ("rules", "after"),
    [
        ("", "rules: {drop: [5, 9]}\n"),
        ("rules:\n", "rules: {drop: [5, 9]}\n"),
        ("rules: null  # none\n", "rules: {drop: [5, 9]}  # none\n"),
        ("rules: {}\n", "rules: {drop: [5, 9]}\n"),
        ("rules: {off: [1]}  # x\n", "rules: {drop: [5, 9], off: [1]}  # x\n"),
        ("rules: {drop: []}\n", "rules: {drop: [5, 9]}\n"),
        ("rules: {drop: [1]}\n", "rules: {drop: [1, 5, 9]}\n"),
        ("rules:\n  drop: [9, 1]  # x\n", "rules:\n  drop: [9, 1, 5]  # x\n"),
        (
            "rules:\n  drop: [1,  # a\n    2]  # b\n",
            "rules:\n  drop: [1,  # a\n    2, 5, 9]  # b\n",
        ),
        ("rules:\n  drop: # none\n", "rules:\n  drop: [5, 9] # none\n"),
        (
            "rules:\n  drop:\n    - 1  # one\n    # more\n  off: [2]\n",
            "rules:\n  drop:\n    - 1  # one\n    - 5\n    - 9\n    # more\n  off: [2]\n",
        ),
        ("rules:\n  drop:\n  - 1", "rules:\n  drop:\n  - 1\n  - 5\n  - 9\n"),
        (
            "rules:\n    off: [2]  # x\n\n# below\nthreshold: keep\n",
            "rules:\n    off: [2]  # x\n    drop: [5, 9]\n\n# below\nthreshold: keep\n",
        ),
        (
            "rules:\n  off:\n    - 2\nthreshold: keep\n",
            "rules:\n  off:\n    - 2\n  drop: [5, 9]\nthreshold: keep\n",
        ),
    ],
)
def test_sids_come_into_their_list(rules: str, after: str) -> None:
    """Whatever form the list has, and where there is none."""
    edited = with_sids(HEAD + rules, "drop", [9, 5])
    assert edited == HEAD + after
    assert as_it_is(edited, "a").rules.drop >= {5, 9}


def test_sids_that_are_there_change_nothing() -> None:
    """Not one character."""
    text = f"{HEAD}rules: {{drop: [ 5,9 ]}}\n"
    assert with_sids(text, "drop", [5, 9]) == text


def test_line_ends_stay_as_they_are() -> None:
    """A file from Windows is one afterwards."""
    text = f"{HEAD}rules:\n  off: [2]\n".replace("\n", "\r\n")
    edited = with_sids(text, "drop", [5])
    assert edited == f"{text}  drop: [5]\r\n"


def test_many_sids_stand_on_many_lines() -> None:
    """None is too long to be read in a diff."""
    edited = with_sids(f"{HEAD}rules:\n  off: [2]\n", "drop", range(2_000_000, 2_000_200))
    assert max(map(len, edited.splitlines())) <= 100
    assert len(as_it_is(edited, "a").rules.drop) == 200


def test_category_gets_another_value() -> None:
    """Its comment stays, and the room before it."""
    edited = with_category(HEAD, "emerging-dns", "{mode: drop}")
    assert edited == HEAD.replace("alert ", "{mode: drop} ")


@pytest.mark.parametrize("name", ["emerging-malware", "emerging-dns"])
def test_category_with_keys_is_left_to_people(name: str) -> None:
    """As is one that is not listed."""
    text = "version: 1\ncategories: {emerging-dns: {mode: alert}}\n"
    with pytest.raises(SettingsError, match="by hand"):
        with_category(text, name, "drop")


@pytest.mark.parametrize("text", ["{version: 1}", "\ufeffversion: 1\n"])
def test_form_that_is_not_edited_is_told(text: str) -> None:
    """A file in braces, and one with a mark before it."""
    with pytest.raises(SettingsError):
        with_sids(text, "drop", [5])


COMMENTS = st.text("ab :-[]{}#,'\"", max_size=12)


@given(
    form=st.sampled_from(["flow", "block", "none"]),
    off=st.lists(st.integers(100, 199), min_size=1, max_size=3, unique=True),
    drop=st.lists(st.integers(1, 99), max_size=3, unique=True),
    new=st.sets(st.integers(1, 99), min_size=1, max_size=4),
    comments=st.tuples(COMMENTS, COMMENTS, COMMENTS),
)
def test_an_edit_only_adds(
    form: str,
    off: list[int],
    drop: list[int],
    new: set[int],
    comments: tuple[str, str, str],
) -> None:
    """Every line of the file is there afterwards, as it was or longer; so is every comment."""
    first, second, third = (f"  # {one}" if one else "" for one in comments)
    lists = {
        "flow": f"rules:{first}\n  off: {off}{second}\n  drop: {drop}{third}\n",
        "block": f"rules:{first}\n  off:\n" + "".join(f"  - {sid}{second}\n" for sid in off),
        "none": f"{first}\n",
    }
    text = f"{HEAD}{lists[form]}# the end\n"
    before, edited = as_it_is(text, "a"), with_sids(text, "drop", new)
    after = as_it_is(edited, "a")
    assert after.rules.drop == before.rules.drop | new
    assert after.model_copy(update={"rules": before.rules}) == before
    gone = [
        text[one:two]
        for what, one, two, _, _ in difflib.SequenceMatcher(
            None, text, edited, autojunk=False
        ).get_opcodes()
        if what in {"delete", "replace"}
    ]
    assert gone == []
