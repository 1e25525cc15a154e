"""The bucket's keys stand once, and what names them elsewhere agrees."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from rules_lib import bucket
from rules_lib.facts.feeds import ET_OPEN

REPOSITORY: Final = Path(__file__).parents[2]
KEYS: Final = {
    name: value
    for name, value in vars(bucket).items()
    if name.isupper() and not name.startswith("_") and isinstance(value, str)
}
PAGE: Final = (REPOSITORY / "docs" / "files.md").read_text(encoding="utf-8")

FOLDERS: Final = tuple(value for value in KEYS.values() if value.endswith("/"))
ON_DISK: Final = {"rulesync_cli": {bucket.ALLOWLIST}}
"""The command takes the file of that name in the folder where it runs, too."""


def spelled(path: Path) -> set[str]:
    """The texts of a module that are no docstrings, pieces of others included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    }


@pytest.mark.parametrize("package", ["functions", "localaws", "rules_lib", "rulesync_cli"])
def test_no_module_spells_a_key_of_its_own(package: str) -> None:
    """So a key is changed in one place, and a reader finds whoever uses it."""
    keys = {*KEYS.values()} - ON_DISK.get(package, set())
    others = set((REPOSITORY / package).rglob("*.py")) - {Path(bucket.__file__)}
    assert {
        f"{path}: {text}"
        for path in others
        for text in spelled(path)
        if text in keys or text.startswith(FOLDERS)
    } == set()


@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_described_to_people(name: str) -> None:
    """By itself, or as a part of others."""
    assert KEYS[name] in PAGE


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (bucket.ALLOWLIST, "application/yaml"),
        (bucket.own_key("ours.rules"), "text/plain"),
        (bucket.archive_key(ET_OPEN, "1"), "application/gzip"),
        (bucket.archive_key(ET_OPEN, "1", "a.rules"), "text/plain"),
        (bucket.build_key("b", bucket.rules_name("et-tor")), "text/plain; charset=utf-8"),
        (bucket.build_key("b", bucket.REPORT), "text/html; charset=utf-8"),
        (bucket.build_key("b", bucket.SUMMARY), "application/json"),
        (bucket.discards_key("2026-11-24", "b"), "application/x-ndjson"),
        ("local/notes", "application/octet-stream"),
    ],
)
def test_name_tells_the_media_type(key: str, kind: str) -> None:
    """Of our own texts the encoding too; people's own are as they wrote them."""
    assert bucket.media_type(key) == kind
