"""The header's variables: which are written into the rules, and which the service is told.

The service takes addresses and ports only, so what refers to another variable, `$OTHER` or
`!$OTHER`, and `any` are written into the rules, chains such as `$A` -> `$B` -> `$HOME_NET` followed
to their end first. Everything else is declared.

The two built-in names have rules of their own. HOME_NET takes addresses. EXTERNAL_NET takes
addresses, `any`, or `!$HOME_NET`, which is what it is anyway. Where HOME_NET is declared the
service wants EXTERNAL_NET declared too: the negation of HOME_NET unless the file gives another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.endpoints import negation_of
from rules_lib.allowlist.values import AllowlistVariables
from rules_lib.facts.limits import BUILT_IN_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules_lib.allowlist.document import Document, Tree

ANY: Final = "any"
NOT_HOME: Final = "!$HOME_NET"
CHAIN_MAX: Final = 16
"""Names in one chain; Suricata's own configuration has three."""

_EVERY_ADDRESS: Final = ("0.0.0.0/0", "::/0")
_REFERENCE: Final = re.compile(r"(!?)\$([A-Za-z0-9_]{1,32})")


@dataclass(frozen=True, slots=True)
class VariableReference:
    """A value that is `$name`, or `!$name`."""

    name: str
    negated: bool


def declared_variables(document: Document) -> AllowlistVariables:
    """The variables of a file in which `variable_checks` found nothing."""
    given = document.mapping("variables")
    references = variable_references(given)
    names = [name for name in given if name in references or given[name] == ANY]
    written = {name: end_of_chain(name, given, references) for name in names}
    values = {name: values_of(given[name]) for name in given if name not in written}
    declared = {name: texts for name, texts in values.items() if texts != (NOT_HOME,)}
    if "HOME_NET" in declared and "EXTERNAL_NET" not in declared:
        negation = negation_of(declared["HOME_NET"]) if "EXTERNAL_NET" not in written else None
        declared["EXTERNAL_NET"] = negation or _EVERY_ADDRESS
    return AllowlistVariables(written=written, declared=declared)


def values_of(tree: Tree) -> tuple[str, ...]:
    """The texts of one value or of a list."""
    entries = tree if isinstance(tree, list) else [tree]
    return tuple(entry for entry in entries if isinstance(entry, str))


def variable_references(given: Mapping[str, Tree]) -> dict[str, VariableReference]:
    """The names that stand for another one; the built-in names never do."""
    texts = {n: text for n, text in given.items() if isinstance(text, str)}
    found = {n: _REFERENCE.fullmatch(t) for n, t in texts.items() if n not in BUILT_IN_VARIABLES}
    return {n: VariableReference(match[2], bool(match[1])) for n, match in found.items() if match}


def chain_of(name: str, references: Mapping[str, VariableReference]) -> tuple[str, ...]:
    """The names from `name` to where its references end, or the first 17 where they do not."""
    chain = [name]
    while chain[-1] in references and len(chain) <= CHAIN_MAX:
        chain.append(references[chain[-1]].name)
    return tuple(chain)


def end_of_chain(
    name: str, given: Mapping[str, Tree], references: Mapping[str, VariableReference]
) -> str:
    """The text to write for `$name`; two negations on the way there cancel each other."""
    *passed, last = chain_of(name, references)
    negated = sum(references[link].negated for link in passed) % 2
    return "!" * negated + (ANY if given.get(last) == ANY else f"${last}")
