"""Every key's own value against the schema, which is the value classes themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from rules_lib.allowlist.drop_when import DropWhen
from rules_lib.allowlist.problem import Problem, shown
from rules_lib.allowlist.rule_exception import RuleException
from rules_lib.allowlist.staging import StagingExempt, StagingSettings
from rules_lib.allowlist.values import Allowlist, CategorySetting, FirewallSettings, RuleOverrides
from rules_lib.facts import metadata
from rules_lib.model import Mode, is_local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path

_METADATA_ASKED: Final = (DropWhen, StagingExempt)
"""What takes any key of the metadata beside its own."""

_CLASSES: Final[tuple[tuple[tuple[str | None, ...], type[BaseModel]], ...]] = (
    (("rules",), RuleOverrides),
    (("firewall",), FirewallSettings),
    (("categories", None), CategorySetting),
    (("categories", None, "drop_when"), DropWhen),
    (("staging",), StagingSettings),
    (("staging", "except"), StagingExempt),
    (("exceptions", None), RuleException),
)
"""Where in the file which mapping stands; None is any name, or any place of a list."""

_TEXTS: Final[Mapping[str, str]] = {
    "dict_type": "is not a mapping; write one `key: value` per line",
    "float_parsing": "is not a number",
    "finite_number": "is not a number",
    "float_type": "is not a number",
    "frozen_set_type": "is not a list; write a list as [first, second]",
    "greater_than_equal": "is too small; at least {ge}",
    "int_type": "is not a whole number",
    "less_than_equal": "is too large; at most {le}",
    "model_type": "is not a mapping; write one `key: value` per line",
    "string_pattern_mismatch": "must be letters, digits and inner hyphens, at most 32",
    "string_type": "is not text",
    "too_short": "is empty; give at least one value",
    "tuple_type": "is not a list; write a list as [first, second]",
}
"""pydantic's error types in the words of this file; a type that is not here keeps pydantic's."""


def validated(document: Document) -> Allowlist | tuple[Problem, ...]:
    """The allowlist without its variables, or everything that is wrong with single values."""
    tree = {key: value for key, value in document.mapping().items() if key != "variables"}
    try:
        return Allowlist.model_validate(tree)
    except ValidationError as invalid:
        return tuple(_problem(document, error) for error in invalid.errors(include_url=False))


def _problem(document: Document, error: ErrorDetails) -> Problem:
    path = place_in(document, error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(document, path)
        case "frozen_set_type" if _is_no_metadata(path):
            return _unknown_key(document, path)
        case "enum" | "literal_error":
            return _no_choice(document, path, error["ctx"]["expected"])
    return wrong_value(document, path, error)


def wrong_value(document: Document, path: Path, error: ErrorDetails, said: str = "") -> Problem:
    """Word one of pydantic's errors about the value at a place, or about a key that is missing.

    Args:
        document: the file.
        path: of the value, or of the mapping that lacks a key.
        error: pydantic's.
        said: stands for the value where that is not to be shown.
    """
    if error["type"] == "missing":
        place = "" if path else "the file "
        return document.problem(path, f"{place}has no {error['loc'][-1]}; it must be given")
    text = _TEXTS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    return document.problem(path, f"{said or shown(document.at(*path))} {text}")


def place_in(document: Document, location: Path) -> Path:
    """The part of pydantic's location that the file has: a mode alone has no key `mode`."""
    ends = range(len(location), -1, -1)
    return next(location[:end] for end in ends if location[:end] in document.lines)


def _unknown_key(document: Document, path: Path) -> Problem:
    found = _class_of(path[:-1])
    offered = metadata.KEYS if found in _METADATA_ASKED else frozenset[str]()
    return unknown_key(document, path, _keys(found), offered)


def unknown_key(
    document: Document, path: Path, keys: Sequence[str], offered: frozenset[str] = frozenset()
) -> Problem:
    """Say that a key may not stand where it does, and which may.

    Args:
        document: the file.
        path: of the key.
        keys: that may stand there, all of which are named.
        offered: others that may.
    """
    return document.key_problem(
        path,
        f"{shown(path[-1])} is not a valid key here",
        wrong=str(path[-1]),
        choices=offered.union(keys),
        otherwise=f"the keys are {', '.join(keys)}",
    )


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys as they stand in the file."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _class_of(path: Path) -> type[BaseModel]:
    """The class of the mapping that stands there."""
    return next((found for place, found in _CLASSES if _is_at(path, place)), Allowlist)


def _is_at(path: Path, place: tuple[str | None, ...]) -> bool:
    return len(path) == len(place) and all(
        wanted in (None, key) for key, wanted in zip(path, place, strict=True)
    )


def _is_no_metadata(path: Path) -> bool:
    """Whether what has no list is not even a key of ET's: then the key is what is wrong."""
    asked = _class_of(path[:-1])
    return asked in _METADATA_ASKED and path[-1] not in metadata.KEYS.union(_keys(asked))


def _may_stand(choice: str, path: Path) -> bool:
    """Whether a word may stand there: one of the modes is for people's own categories alone."""
    return choice != Mode.AS_WRITTEN or any(is_local(str(key)) for key in path)


def _no_choice(document: Document, path: Path, expected: str) -> Problem:
    """`expected` is pydantic's `'off', 'alert' or 'drop'`; numbers have no quotes."""
    value = document.at(*path)
    choices = tuple(re.findall(r"'([^']*)'", expected)) or (expected,)
    choices = tuple(choice for choice in choices if _may_stand(choice, path))
    text = f"{shown(value)} is not one of {', '.join(choices)}"
    if len(choices) == 1:
        text = f"{shown(value)} is not {expected}, the only one that this release knows"
    return document.problem(
        path, text, wrong=value if isinstance(value, str) else "", choices=choices
    )
