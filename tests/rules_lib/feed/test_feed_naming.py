"""Names out of archives: odd ones cost nothing, and the category is plain."""

from __future__ import annotations

import io
import re
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.web import rule, zipped

from rules_lib.errors import ArchiveError
from rules_lib.feed.archive import unpack
from rules_lib.feed.naming import categories_of_files, category_name_problem, is_rules

RULE = rule(1).encode()


def tarred(*names: str) -> bytes:
    """Pack a tarball whose members have a small rule each."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(RULE)
            archive.addfile(info, io.BytesIO(RULE))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("rules/emerging-malware.rules", "emerging-malware"),
        ("./rules/botcc.portgrouped.rules", "botcc.portgrouped"),
        ("a/b/c/d/e/deep.rules", "deep"),
        ("rules\\windows.rules", "windows"),
        ("rules/UPPER.RULES", "UPPER"),
        ("rules/two words.rules", "two-words"),
        ("rules/copy (1) of x.rules", "copy-1-of-x"),
        ("rules/r\u00e8gles.rules", "regles"),
        ("rules/a+b@c,d.rules", "a-b-c-d"),
        ("rules/- - x - -.rules", "x"),
        ("rules/\u043f\u0440\u0430\u0432\u0438\u043b\u0430.rules", "file-92ff6f40"),
        (f"rules/{'n' * 200}.rules", f"{'n' * 100}-1be63cc0"),
    ],
)
def test_odd_name_has_a_plain_category_and_costs_no_other_file(name: str, category: str) -> None:
    """In a tarball as in a zip archive; ET's own names are categories as they are."""
    for pack in (tarred, zipped):
        found = [file.category for file in unpack(pack(name, "rules/other.rules"))]
        assert found == sorted([category, "other"])


@pytest.mark.parametrize(
    "name",
    [
        "rules/._good.rules",
        "__MACOSX/rules/._good.rules",
        "__MACOSX/rules/good.rules",
        ".DS_Store",
        "rules/.DS_Store",
        ".rules",
        ".git/good.rules",
        "rules/good.rules.bak",
        "rules/good.rules~",
        "readme (final) \u00e9.txt",
        "a\nb.txt",
    ],
)
def test_what_systems_hide_beside_a_file_is_passed_over(name: str) -> None:
    """It is no file of rules, whatever its name ends with."""
    for pack in (tarred, zipped):
        files = unpack(pack(name, "rules/good.rules", name + "x"))
        assert [file.category for file in files] == ["good"]
    assert not is_rules(name)


def test_names_that_would_become_the_same_category_are_kept_apart() -> None:
    """The plain one keeps its name; the others do not depend on what stands beside them."""
    found = categories_of_files(["x/a b.rules", "x/a-b.rules", "x/a(b).rules"])
    assert found["x/a-b.rules"] == "a-b"
    odd = {found["x/a b.rules"], found["x/a(b).rules"]}
    assert all(re.fullmatch("a-b-[0-9a-f]{8}", name) for name in odd)
    assert len(odd) == 2
    again = categories_of_files(["a-b.rules", "a b.rules"])
    assert again["a b.rules"] == found["x/a b.rules"]


def test_same_name_in_two_folders_is_an_error() -> None:
    """Nobody can tell which of them is meant; odd names are no exception."""
    for name in ("a", "a b"):
        with pytest.raises(ArchiveError, match="more than one file for category"):
            categories_of_files([f"x/{name}.rules", f"y/{name}.rules"])


@pytest.mark.parametrize(
    "name", ["local-x", " local-x", "local x", "l\u00f3cal-x", "(local)-x", "local\u2010-x"]
)
def test_odd_name_cannot_become_one_of_people_s_own(name: str) -> None:
    """It is judged by what it becomes."""
    assert "your own rules" in category_name_problem(f"rules/{name}.rules")


@given(st.lists(st.text(st.characters(exclude_characters="/\\\0"), min_size=1), unique=True))
def test_any_names_become_plain_categories(stems: list[str]) -> None:
    """Each its own, or an error of ours."""
    names = [f"{stem}.rules" for stem in stems if is_rules(f"{stem}.rules")]
    try:
        found = categories_of_files(names)
    except ArchiveError:
        return
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", one) for one in found.values())
