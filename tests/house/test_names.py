"""The house: a public name stands for one thing, so whoever looks it up finds that thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]

COMMANDS: Final = "rulesync_cli.commands."
"""A command's function has the name that people type: the library's verb may have it too."""

TWICE: Final = ("apply", "explain", "fetch", "plan", "rollback", "resume")
"""Names of a command and of what the command calls."""


def public_names(path: Path) -> Iterator[str]:
    """What a module defines at its top for others: classes, functions, constants and aliases."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def modules_of(*packages: str) -> dict[str, list[str]]:
    """Every public name -> the modules that define it."""
    found = defaultdict(list)
    for package in packages:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
            for name in {name for name in public_names(path) if not name.startswith("_")}:
                found[name].append(module)
    return found


def test_a_public_name_stands_for_one_thing() -> None:
    """In the library and the command together; those that are meant are named here."""
    found = modules_of("rules_lib", "rulesync_cli")
    twice = {name: modules for name, modules in found.items() if len(modules) > 1}
    assert {name: modules for name, modules in twice.items() if name not in TWICE} == {}
    assert sorted(twice) == sorted(TWICE)


def test_names_that_stand_twice_are_a_commands_and_what_it_calls() -> None:
    """Two commands, or two modules of the library, never share one."""
    found = modules_of("rules_lib", "rulesync_cli")
    for name in TWICE:
        [command] = [module for module in found[name] if module.startswith(COMMANDS)]
        assert len(found[name]) == 2, f"{name}: {command} and {found[name]}"
