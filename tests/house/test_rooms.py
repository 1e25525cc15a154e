"""The house: every room imports from rooms below it, and no two modules import each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

REPOSITORY: Final = Path(__file__).parents[2]

LIBRARY: Final = (
    *(
        "errors",
        "text",
        "redact",
        "address",
        "alert_logs",
        "validation",
        "bucket",
        "deadline",
        "watching",
    ),
    *("graph", "gc_pause"),
    *("facts", "ties", "why", "model", "outcome", "reading", "allowlist", "feedlist", "groups"),
    *("staging_record", "stages", "packing", "inputs", "build", "settings", "targets", "proving"),
    *("aws", "sources", "feed", "own", "hits", "deploy", "report", "state", "fetching", "counting"),
    *("world", "rollback", "notify", "sync", "fleet"),
)
"""The rooms of `rules_lib` from the ground up: a package or a module each."""

PACKAGES: Final = {
    "aws_lambda_powertools": {"functions", "rules_lib.notify"},
    "boto3": {"rules_lib.aws"},
    "botocore": {"rules_lib.aws", "rules_lib.sources", "rulesync_cli"},
    "click": {"rulesync_cli"},
    "duckdb": {"rulesync_cli"},
    "jinja2": {"rules_lib.report"},
    "requests": {"rules_lib.aws", "rules_lib.sources", "rulesync_cli"},
    "rich": {"rulesync_cli"},
}
"""Which rooms import which packages of others."""

HOUSE: Final = (*(f"rules_lib.{room}" for room in LIBRARY), "rulesync_cli", "localaws")
"""What imports from the left only; `functions` stand on `rules_lib` alone."""


def modules(package: str) -> dict[str, Path]:
    """Every module below a package, by its dotted name."""
    found = {}
    for path in sorted((REPOSITORY / package).rglob("*.py")):
        name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@cache
def read(path: Path) -> tuple[ast.AST, ...]:
    """All that is in a module's syntax."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules of the house that a module imports, for its types too."""
    for node in read(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module in known:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module


def names_imported(path: Path) -> Iterator[str]:
    """Every module that a module names in an import."""
    for node in read(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def imports(*packages: str) -> dict[str, set[str]]:
    """What each module of some packages imports of them."""
    known = {name: path for package in packages for name, path in modules(package).items()}
    return {name: {*imported(path, known)} - {name} for name, path in known.items()}


def room(module: str) -> str:
    """The room that a module is in."""
    top, _, rest = module.partition(".")
    return f"{top}.{rest.partition('.')[0]}" if top == "rules_lib" and rest else top


def test_every_room_of_the_library_has_its_floor() -> None:
    """No room is missing from the list, and none on it has gone."""
    rooms = {room(module) for module in modules("rules_lib")} - {"rules_lib"}
    assert rooms == {f"rules_lib.{name}" for name in LIBRARY}


def test_rooms_import_downwards_only() -> None:
    """Whoever reads from the ground up never has to read ahead."""
    floor = {name: height for height, name in enumerate(HOUSE)}
    upwards = [
        f"{module} imports {target}"
        for module, targets in imports("rules_lib", "rulesync_cli").items()
        for target in sorted(targets)
        if target != "rules_lib" and floor[room(target)] > floor[room(module)]
    ]
    assert upwards == []


@pytest.mark.parametrize("package", ["rules_lib", "rulesync_cli", "localaws"])
def test_no_two_modules_import_each_other(package: str) -> None:
    """Neither directly nor by way of others, nor for their types alone."""
    try:
        TopologicalSorter(imports(package)).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_imported_where_they_belong(package: str) -> None:
    """So nobody has to look elsewhere for what talks to AWS, to feeds or to a terminal."""
    rooms = {
        room(module)
        for top in ("functions", "rules_lib", "rulesync_cli")
        for module, path in modules(top).items()
        if package in {name.partition(".")[0] for name in names_imported(path)}
    }
    assert rooms == PACKAGES[package]


def test_functions_stand_on_the_library_alone() -> None:
    """The layer has no command in it, so a function cannot import one."""
    house = imports("functions", "rules_lib", "rulesync_cli", "localaws")
    tops = {
        target.partition(".")[0]
        for module, targets in house.items()
        if module.startswith(("functions", "rules_lib"))
        for target in targets
    }
    assert tops <= {"functions", "rules_lib"}


def test_packing_has_one_door() -> None:
    """The rest of the library knows `fit` alone; the command looks at single blocks too."""
    inside = "rules_lib.packing"
    doors = {
        target
        for module, targets in imports("rules_lib").items()
        for target in targets
        if target.startswith(inside) and not module.startswith(inside)
    }
    assert doors == {f"{inside}.fit"}
