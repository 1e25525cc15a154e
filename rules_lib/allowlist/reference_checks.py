"""What can be wrong with `references:`; each check is one function over the file as read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.problem import shown
from rules_lib.allowlist.variable_checks import misnamed
from rules_lib.allowlist.variables import values_of
from rules_lib.facts.limits import REFERENCE_ARN_CHARACTERS
from rules_lib.facts.references import ReferenceKind, reference_kind
from rules_lib.reading.rule import reference_names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist.document import Document, Tree
    from rules_lib.allowlist.problem import Path, Problem

_KEY: Final = "references"
_KINDS: Final = ", ".join(ReferenceKind)


def reference_names_are_valid(document: Document) -> Iterator[Problem]:
    """As of variables."""
    return misnamed(document, _KEY, "@")


def arns_are_of_a_kind(document: Document) -> Iterator[Problem]:
    """Each is the ARN of something that a rule group can refer to."""
    for name, arn in document.mapping(_KEY).items():
        if isinstance(arn, str) and (
            len(arn) > REFERENCE_ARN_CHARACTERS or not reference_kind(arn)
        ):
            text = f"{shown(arn)} is not the ARN of one of these: {_KINDS}"
            yield document.problem((_KEY, name), text)
        elif not isinstance(arn, str):
            text = f"{shown(arn)} is not an ARN; use one of these: {_KINDS}"
            yield document.problem((_KEY, name), text)


def arns_stand_once(document: Document) -> Iterator[Problem]:
    """The service refuses a group that refers to one ARN by two names."""
    first: dict[str, str] = {}
    for name, arn in document.mapping(_KEY).items():
        if isinstance(arn, str) and first.setdefault(arn, name) != name:
            text = f"{shown(arn)} already has the name {first[arn]}; the service accepts only one"
            yield document.problem((_KEY, name), text)


def values_are_declared(document: Document) -> Iterator[Problem]:
    """`@NAME` in the values of a variable has its ARN here."""
    names = document.mapping(_KEY).keys()
    for path, value in _values(document):
        for name in reference_names_in(value):
            if name not in names:
                text = f"{shown(value)} has no ARN; declare {shown(name)} under references"
                yield document.problem(path, text, wrong=name, choices=names)


def _values(document: Document) -> Iterator[tuple[Path, str]]:
    """Place and text of every value under `variables`."""
    for name, tree in document.mapping("variables").items():
        path: Path = ("variables", name)
        plain = _is_plain(tree)  # once: a list may have tens of thousands of addresses
        for at, value in enumerate(values_of(tree)):
            yield ((*path, at) if plain else path), value


def _is_plain(tree: Tree) -> bool:
    return isinstance(tree, list) and all(isinstance(entry, str) for entry in tree)


REFERENCE_CHECKS: Final = (
    reference_names_are_valid,
    arns_are_of_a_kind,
    arns_stand_once,
    values_are_declared,
)
