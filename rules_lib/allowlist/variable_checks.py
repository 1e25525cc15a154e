"""What can be wrong with `variables:`; each check is one function over the file as read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.endpoints import endpoint_kind, fault_of, negation_of
from rules_lib.allowlist.problem import shown
from rules_lib.allowlist.variables import (
    ANY,
    CHAIN_MAX,
    NOT_HOME,
    chain_of,
    end_of_chain,
    values_of,
    variable_references,
)
from rules_lib.facts.limits import BUILT_IN_VARIABLES, VARIABLE_NAME_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist.document import Document, Tree
    from rules_lib.allowlist.problem import Path, Problem

_KEY: Final = "variables"
_NO_VALUE: Final = "is neither an address nor a port; put values with : or ! in quotes"


def variables_are_a_mapping(document: Document) -> Iterator[Problem]:
    """One name and its value a line."""
    tree = document.at(_KEY)
    if tree is not None and not isinstance(tree, dict):
        yield document.problem(
            (_KEY,), f"{shown(tree)} is not a mapping; write one `NAME: value` per line"
        )


def variable_names_are_valid(document: Document) -> Iterator[Problem]:
    """The service takes a letter and then letters, digits and underscores, 32 in all."""
    return misnamed(document, _KEY, "$")


def misnamed(document: Document, key: str, sign: str) -> Iterator[Problem]:
    """The names below a key that the service does not take, or that are written as references.

    Args:
        document: the file.
        key: of the mapping whose keys are names.
        sign: stands before a name where a rule refers to it.
    """
    for name in document.mapping(key):
        if name.startswith(sign):
            text = f"{shown(name)} is a reference; write the name without {sign}"
            yield document.key_problem((key, name), text)
        elif not re.fullmatch(VARIABLE_NAME_PATTERN, name):
            text = (
                f"{shown(name)} is not a valid name: a letter, then letters, digits and _, at "
                "most 32"
            )
            yield document.key_problem((key, name), text)


def values_are_valid(document: Document) -> Iterator[Problem]:
    """A value is a reference, `any`, an address or a port; in a list only one of the last two."""
    given = document.mapping(_KEY)
    references = variable_references(given)
    for name, tree in given.items():
        if name in references or tree == ANY or _is_built_in_reference(name, tree):
            continue
        yield from _value_faults(document, (_KEY, name))
        kinds = {endpoint_kind(value) for value in values_of(tree)} - {None}
        if len(kinds) > 1:
            text = "mixes addresses and ports; make it two variables"
            yield document.problem((_KEY, name), text)
        elif kinds == {"port"} and name in BUILT_IN_VARIABLES:
            yield document.problem((_KEY, name), "is for addresses, but ports are given")


def references_end(document: Document) -> Iterator[Problem]:
    """What is written must in the end be something that the service knows."""
    given = document.mapping(_KEY)
    references = variable_references(given)
    names = given.keys() | BUILT_IN_VARIABLES
    for name, reference in references.items():
        path, value = (_KEY, name), shown(given[name])
        chain = chain_of(name, references)
        if reference.name not in names:
            text = f"{value} has no value; declare {shown(reference.name)} here"
            yield document.problem(path, text, wrong=reference.name, choices=names)
        elif name in chain[1:]:
            around = " -> ".join(chain[: chain.index(name, 1) + 1])
            yield document.problem(path, f"{value} leads back to itself: {around}")
        elif chain[-1] in references and len(set(chain)) == len(chain):
            yield document.problem(path, f"{value} leads through more than {CHAIN_MAX} names")
        elif end_of_chain(name, given, references) == f"!{ANY}":
            yield document.problem(path, f"{value} negates any, so nothing is left")


def home_net_is_addresses(document: Document) -> Iterator[Problem]:
    """HOME_NET is what the service starts from, so it can refer to nothing."""
    home = document.at(_KEY, "HOME_NET")
    if home == ANY or _is_built_in_reference("HOME_NET", home):
        text = f"{shown(home)} is not an address; write a list such as [10.0.0.0/8, 192.168.0.0/16]"
        yield document.problem((_KEY, "HOME_NET"), text)


def external_net_is_known(document: Document) -> Iterator[Problem]:
    """EXTERNAL_NET is the negation of HOME_NET, or given; a list is not always to be negated."""
    path = (_KEY, "EXTERNAL_NET")
    external = document.at(*path)
    if _is_built_in_reference("EXTERNAL_NET", external) and external != NOT_HOME:
        text = f'{shown(external)} is neither a list of addresses, nor any, nor "{NOT_HOME}"'
        yield document.problem(path, text)
    home = values_of(document.at(_KEY, "HOME_NET"))
    valid = bool(home) and not any(fault_of(value) for value in home)
    if valid and external in (None, NOT_HOME) and negation_of(home) is None:
        text = "cannot be negated as a list; set EXTERNAL_NET too, for example to any"
        yield document.problem((_KEY, "HOME_NET"), text)


def _is_built_in_reference(name: str, tree: Tree) -> bool:
    return name in BUILT_IN_VARIABLES and isinstance(tree, str) and "$" in tree


def _value_faults(document: Document, path: Path) -> Iterator[Problem]:
    tree = document.at(*path)
    places = [(path, tree)]
    if isinstance(tree, list):
        places = [((*path, index), entry) for index, entry in enumerate(tree)]
    if tree == []:
        text = "an empty list is not a value; add one, or remove the name"
        yield document.problem(path, text)
    for place, entry in places:
        fault = fault_of(entry) if isinstance(entry, str) else _NO_VALUE
        if fault:
            yield document.problem(place, f"{shown(entry)} {fault}")


DECLARATION_CHECKS: Final = (
    variables_are_a_mapping,
    variable_names_are_valid,
    values_are_valid,
    references_end,
    home_net_is_addresses,
    external_net_is_known,
)
