"""What mypy leaves out to save time is never named by us: there, it would check nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
MYPY: Final = PROJECT["tool"]["mypy"]
_IMPORT: Final = re.compile(r"(?m)^\s*(?:from (\S+) )?import (\([^)]*\)|.*)")


def left_out() -> re.Pattern[str]:
    """The modules that mypy does not follow, as in `moto.ec2.*` or `moto.backends`."""
    names = (
        name
        for override in MYPY["overrides"]
        if override.get("follow_imports") == "skip"
        for name in override["module"]
    )
    return re.compile("|".join(re.escape(name).replace(r"\.\*", r"(?:\..*)?") for name in names))


def named(source: str) -> Iterator[str]:
    """Modules and names that a source imports, in full."""
    for origin, names in _IMPORT.findall(source):
        if origin:
            yield origin
        for name in re.findall(r"[\w.]+", names):
            yield f"{origin}.{name}".removeprefix(".")


def test_what_mypy_leaves_out_is_never_named() -> None:
    """A value from there would be of any type."""
    pattern = left_out()
    found = {
        f"{path.relative_to(REPOSITORY)} imports {name}"
        for folder in MYPY["files"]
        for path in (REPOSITORY / folder).rglob("*.py")
        for name in named(path.read_text(encoding="utf-8"))
        if pattern.fullmatch(name)
    }
    assert found == set()


def test_both_ways_to_name_a_module_are_found() -> None:
    """The reader of the other test."""
    source = "import moto.kms\nfrom moto.ec2.models import x\n from moto import (\n  s3,\n  rds)\n"
    assert [name for name in named(source) if left_out().fullmatch(name)] == [
        "moto.kms",
        "moto.ec2.models",
        "moto.ec2.models.x",
        "moto.rds",
    ]
