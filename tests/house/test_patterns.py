"""A pattern of a model says which characters it takes, all of them in ASCII."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Final

from pydantic import BaseModel

import rules_lib

UNICODE: Final = (r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B")


def models() -> Iterator[type[BaseModel]]:
    """Every model of the layer."""
    for module in walk_packages(rules_lib.__path__, "rules_lib."):
        import_module(module.name)
    left = list(BaseModel.__subclasses__())
    while left:
        model = left.pop()
        left += model.__subclasses__()
        if model.__module__.startswith("rules_lib."):
            yield model


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern in what pydantic made of a model."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for held in schema.values():
            yield from patterns(held)
    elif isinstance(schema, list | tuple):
        for held in schema:
            yield from patterns(held)


def test_patterns_of_models_name_their_characters() -> None:
    r"""A `\w{1,128}` is of Unicode's letters, and takes 12 MB of every function's memory."""
    found = {pattern for model in models() for pattern in patterns(model.__pydantic_core_schema__)}
    assert len(found) > 10
    assert [one for one in found if any(kind in one for kind in UNICODE)] == []
