"""The text of `config/targets.yaml` in, the targets or all that is wrong with them out."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from rules_lib.alert_logs import EXPECTED_PLACE
from rules_lib.allowlist.faulty import error_of
from rules_lib.allowlist.problem import shown
from rules_lib.allowlist.reader import read_document
from rules_lib.errors import TargetsError
from rules_lib.targets.checks import CHECKS, regions_are_known
from rules_lib.targets.values import Bake, NamedTarget, Targets

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path, Problem

_CLASSES: Final[Mapping[tuple[str, ...], type[BaseModel]]] = {
    (): Targets,
    ("targets",): NamedTarget,
    ("bake",): Bake,
}
"""Where in the file which mapping stands, by the names on the way to it."""

_PATTERNS: Final[Mapping[str, str]] = {
    "name": "must be letters, digits, hyphens and underscores, begin with a letter or a digit, and "
    "be at most 40 characters long",
    "role": "is not the ARN of a role, such as arn:aws:iam::444455556666:role/rulesync-target",
    "allowlist": "is not the key of an allowlist in the bucket, such as config/us.yaml",
}
_TEXTS: Final[Mapping[str, str]] = {
    "greater_than_equal": "is too small; at least {ge}",
    "less_than_equal": "is too large; at most {le}",
    "literal_error": "is not {expected}, the only version that this release knows",
    "model_type": "is not a mapping; write one `key: value` per line",
    "string_type": "is not text",
    "tuple_type": "is not a list; write a list as [first, second]",
    "value_error": f"names no alert logs; expected: {EXPECTED_PLACE}",
}
"""pydantic's error types in the words of this file; a type that is not here keeps pydantic's."""


def load_targets(text: str | bytes, *, source: str, regions: Collection[str] = ()) -> Targets:
    """Read the file of targets.

    Args:
        text: the file, UTF-8 where it is bytes.
        source: its name, for the error.
        regions: the regions that there are; where none is given, only their form is looked at.

    Raises:
        TargetsError: with every error of the file, each with its line.
    """
    document = read_document(text)
    if document.root is None:
        raise error_of(TargetsError, source, document, document.problems)
    targets = _validated(document)
    found = (
        *(() if isinstance(targets, Targets) else targets),
        *regions_are_known(document, regions),
        *chain.from_iterable(check(document) for check in CHECKS),
    )
    problems = document.problems_with(found)
    if problems or not isinstance(targets, Targets):
        raise error_of(TargetsError, source, document, problems)
    return targets


def _validated(document: Document) -> Targets | tuple[Problem, ...]:
    try:
        return Targets.model_validate(document.mapping())
    except ValidationError as invalid:
        return tuple(_problem(document, error) for error in invalid.errors(include_url=False))


def _problem(document: Document, error: ErrorDetails) -> Problem:
    path: Path = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(document, path)
        case "missing":
            place = "" if path[:-1] else "the file "
            return document.problem(path[:-1], f"{place}has no {path[-1]}; it must be given")
        case "string_pattern_mismatch":
            text = _PATTERNS[str(path[-1])]
        case kind:
            text = _TEXTS.get(kind, error["msg"]).format(**error.get("ctx", {}))
    return document.problem(path, f"{shown(document.at(*path))} {text}")


def _unknown_key(document: Document, path: Path) -> Problem:
    place = tuple(key for key in path[:-1] if isinstance(key, str))
    keys = tuple(_CLASSES[place].model_fields)
    return document.key_problem(
        path,
        f"{shown(path[-1])} is not a valid key here",
        wrong=str(path[-1]),
        choices=keys,
        otherwise=f"the keys are {', '.join(keys)}",
    )
