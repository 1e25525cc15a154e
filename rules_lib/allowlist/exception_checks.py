"""What can be wrong with `exceptions:`; each check is one function over the file as read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.endpoints import endpoint_kind, fault_of
from rules_lib.allowlist.fields import whole
from rules_lib.allowlist.problem import shown
from rules_lib.allowlist.variables import values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist.document import Document, Tree
    from rules_lib.allowlist.problem import Path, Problem

_KEY: Final = "exceptions"
_ENDS: Final = ("not_from", "not_to")


def hosts_are_named(document: Document) -> Iterator[Problem]:
    """An exception of no host does nothing, so it is a slip."""
    for path, given in _entries(document):
        if not any(given.get(end) is not None for end in _ENDS):
            text = "names no host; give not_from, not_to, or both"
            yield document.problem(path, text)


def hosts_are_addresses(document: Document) -> Iterator[Problem]:
    """Each is an address or a network, of which something is left in the rule's header."""
    for path, given in _entries(document):
        for end in _ENDS:
            tree = given.get(end)
            for place, value in _values((*path, end), tree):
                if fault := _fault(value):
                    yield document.problem(place, f"{shown(value)} {fault}")


def exceptions_stand_once(document: Document) -> Iterator[Problem]:
    """The same hosts of the same rule twice: one of the two has another end or reason."""
    first: dict[tuple[object, ...], int] = {}
    for path, given in _entries(document):
        ends = (tuple(sorted(values_of(given.get(end)))) for end in _ENDS)
        mark = (whole(given.get("sid")), *ends)
        before = first.setdefault(mark, document.lines[path])
        if before != document.lines[path] and mark[0] is not None:
            text = f"the same hosts of sid {mark[0]} are on line {before}; keep one of them"
            yield document.problem(path, text)


def _fault(value: Tree) -> str:
    if not isinstance(value, str):
        return "is not an address"
    if "$" in value or "@" in value:
        return "is a reference; write the addresses themselves"
    if value.startswith("!"):
        return "needs no !; name the hosts for which the rule is not to count"
    if endpoint_kind(value) == "ip" and value.endswith("/0"):
        return "is every address; put the sid under rules: off: or alert: instead"
    if endpoint_kind(value) == "port":
        return "is a port, and an exception is for addresses"
    return fault_of(value)


def _values(path: Path, tree: Tree) -> Iterator[tuple[Path, Tree]]:
    """Place and text of every host."""
    if isinstance(tree, list):
        yield from (((*path, at), value) for at, value in enumerate(tree))
    elif isinstance(tree, str):
        yield path, tree


def _entries(document: Document) -> Iterator[tuple[Path, dict[str, Tree]]]:
    """The place of every exception that is a mapping, and what it says."""
    listed = document.at(_KEY)
    for at, entry in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(entry, dict):
            yield (_KEY, at), entry


EXCEPTION_CHECKS: Final = (hosts_are_named, hosts_are_addresses, exceptions_stand_once)
