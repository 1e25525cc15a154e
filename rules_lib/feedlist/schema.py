"""Every key's own value against the schema, which is the value classes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from rules_lib.allowlist.problem import shown
from rules_lib.allowlist.schema import place_in, unknown_key, wrong_value
from rules_lib.feedlist.values import FeedList, ListedFeed
from rules_lib.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path, Problem

_FORMS: Final[Mapping[str, str]] = {
    "name": "must be like et/open: letters, digits, . _ and -, in one part or two",
    "prefix": "must be letters, digits and inner hyphens, at most 32",
    "secret": "must be the name of an SSM parameter with its first slash, or the ARN of a "
    "parameter or of a Secrets Manager secret; the code itself must not be here",
}
"""What is expected of a key whose value is not of its form."""

_HIDDEN: Final = "the value"
"""Stands in an error for what may be the code itself, put in the wrong place."""


def listed_feeds(document: Document) -> FeedList | tuple[Problem, ...]:
    """The list, or everything that is wrong with single values."""
    try:
        return FeedList.model_validate(document.mapping())
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
    return tuple(_problem(document, error) for error in errors)


def told_value(document: Document, path: Path) -> object:
    """The value at a place as an error may show it: an address without its secrets, no code."""
    value = document.at(*path)
    if path[-1:] == ("secret",):
        return None
    return redact(value) if path[-1:] == ("url",) and isinstance(value, str) else value


def _problem(document: Document, error: ErrorDetails) -> Problem:
    path = place_in(document, error["loc"])
    key = str(path[-1]) if path else ""
    match error["type"]:
        case "extra_forbidden":
            model = ListedFeed if path[0] == "feeds" else FeedList
            return unknown_key(document, path, tuple(model.model_fields))
        case "literal_error":
            text = f"{shown(document.at(*path))} is not 1, the only one that this release knows"
            return document.problem(path, text)
        case "string_pattern_mismatch" if key in _FORMS:
            return document.problem(path, f"{_told(document, path)} {_FORMS[key]}")
        case "bool_type":
            return document.problem(path, f"{shown(document.at(*path))} is not true or false")
    return wrong_value(document, path, error, _told(document, path))


def _told(document: Document, path: Path) -> str:
    return _HIDDEN if path[-1:] == ("secret",) else shown(told_value(document, path))
