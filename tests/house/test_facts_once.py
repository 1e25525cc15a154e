"""The house: a list of words or a pattern stands in one module, and others import it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

REPOSITORY: Final = Path(__file__).parents[2]

PACKAGES: Final = ("rules_lib", "rulesync_cli", "functions")
"""`localaws` stands apart: it says of the service what it says without asking the library."""

WORDS: Final = 3
"""A list of fewer words is no fact."""

Fact: TypeAlias = tuple[str, ...]


def words_of(node: ast.expr) -> Fact | None:
    """A literal list of words: in its order, a set in the order of the alphabet."""
    if not isinstance(node, ast.Tuple | ast.List | ast.Set):
        return None
    found = [
        entry.value
        for entry in node.elts
        if isinstance(entry, ast.Constant) and isinstance(entry.value, str)
    ]
    if len(found) < len(node.elts) or len(set(found)) < WORDS:
        return None
    return tuple(sorted(found) if isinstance(node, ast.Set) else found)


def pattern_of(node: ast.expr) -> Fact | None:
    """A pattern that is compiled, for text as for bytes."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) != "re.compile":
        return None
    pattern = node.args[0]
    if not isinstance(pattern, ast.Constant):
        return None
    value = pattern.value
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value),)


def facts_in(path: Path) -> Iterator[Fact]:
    """Every list of words, and every pattern, that a module writes out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.expr) and (found := words_of(node) or pattern_of(node)):
            yield found


def test_no_list_of_words_and_no_pattern_stands_in_two_modules() -> None:
    """Else one of them is forgotten when the service, the engine or the feed has one more."""
    where = defaultdict[Fact, set[str]](set)
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            for fact in facts_in(path):
                where[fact].add(str(path.relative_to(REPOSITORY)))
    assert {fact: files for fact, files in where.items() if len(files) > 1} == {}
