"""What can be wrong with what is asked of rules' metadata: `drop_when:`, `staging: except:`.

Each check is one function over the file as read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.problem import brief, shown
from rules_lib.facts.metadata import KEYS
from rules_lib.model import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist.document import Document, Tree
    from rules_lib.allowlist.problem import Path, Problem

KEY_PATTERN: Final = "[A-Za-z][A-Za-z0-9_.-]*"
"""A key of the metadata, as far as it can stand in a rule: Suricata ends it at white space."""

_OTHER_MODES: Final = frozenset(Mode) - {Mode.DROP}
_MISSING: Final = "missing"
_CONDITIONS: Final = frozenset({"created_after", "updated_after", "not_msg"})
"""Keys of `drop_when` that are none of the metadata."""

_EXCEPT: Final[Path] = ("staging", "except")


def goes_with_drop(document: Document) -> Iterator[Problem]:
    """In another mode nothing drops, whatever `drop_when` says."""
    for name in document.mapping("categories"):
        setting = document.mapping("categories", name)
        mode = setting.get("mode")
        if "drop_when" in setting and mode in _OTHER_MODES:
            text = f"needs mode: drop, but the mode is {mode}; change one of them"
            yield document.problem(("categories", name, "drop_when"), text)


def asks_for_something(document: Document) -> Iterator[Problem]:
    """A condition that asks for nothing would hold for every rule."""
    for path, asked in _asked(document):
        given = [key for key, value in asked.items() if key != _MISSING and value is not None]
        if document.at(*path) in (None, asked) and not given:
            text = "has no condition; give signature_severity or confidence, or remove it"
            yield document.problem(path, text)


def keys_are_of_metadata(document: Document) -> Iterator[Problem]:
    """What cannot be a key of any rule's metadata is asked for in vain."""
    for path, asked in _asked(document):
        for key in asked:
            if not re.fullmatch(KEY_PATTERN, key):
                text = f"{shown(key)} cannot be a metadata key: use letters, digits and _"
                yield document.key_problem((*path, key), text)


def missing_is_about_what_is_asked(document: Document) -> Iterator[Problem]:
    """A word for a key that nothing asks for does nothing, so it is a typo."""
    for path, asked in _conditions(document):
        keys = tuple(key for key in asked if key not in {_MISSING, "not_msg"})
        for name in document.mapping(*path, _MISSING):
            if name not in keys:
                yield document.key_problem(
                    (*path, _MISSING, name),
                    f"{shown(name)} is not a condition here",
                    wrong=name,
                    choices=keys,
                    otherwise=f"conditions: {', '.join(keys)}" if keys else "take it out",
                )


def unknown_keys_are_missed_on_purpose(document: Document) -> Iterator[Problem]:
    """A slip in a key together with one word for all, `missing: drop`, would have every rule drop.

    A key that Emerging Threats does not have is said once more, in a mapping: then it is meant.
    """
    for path, asked in _conditions(document):
        if asked.get(_MISSING) != Mode.DROP:
            continue
        known = KEYS | _CONDITIONS
        for key in (key for key in asked if key not in known | {_MISSING}):
            yield document.key_problem(
                (*path, key),
                f"{shown(key)} is not a metadata key of ET's rules, and with missing: drop every "
                f"rule without it drops; to mean it, write missing: {{{brief(key)}: drop}}",
                wrong=key,
                choices=known,
            )


def _asked(document: Document) -> Iterator[tuple[Path, dict[str, Tree]]]:
    """The place of everything that asks something of the metadata, and what it asks."""
    yield from _conditions(document)
    if _EXCEPT in document.lines:
        yield _EXCEPT, document.mapping(*_EXCEPT)


def _conditions(document: Document) -> Iterator[tuple[Path, dict[str, Tree]]]:
    """The place of every `drop_when`, and what is asked there, if it is a mapping."""
    for name in document.mapping("categories"):
        path = ("categories", name, "drop_when")
        if path in document.lines:
            yield path, document.mapping(*path)


DROP_WHEN_CHECKS: Final = (
    goes_with_drop,
    asks_for_something,
    keys_are_of_metadata,
    missing_is_about_what_is_asked,
    unknown_keys_are_missed_on_purpose,
)
