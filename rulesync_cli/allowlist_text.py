"""Edits of an allowlist's text: a few characters come in, all else stays, comments too."""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from typing import Final

import yaml

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.errors import SettingsError

_WIDTH: Final = 100
_MARK: Final = "\ufeff"


def with_category(text: str, name: str, value: str) -> str:
    """Give a category that is listed with a mode alone another value.

    Args:
        text: of the file; it must be a valid one, as must that of the others.
        name: of the category.
        value: in YAML, on one line.
    """
    node = _at(_root(text), "categories", name)
    if not isinstance(node, yaml.ScalarNode):
        raise SettingsError(f"categories.{name} has its own keys; edit it by hand")
    start, end = node.start_mark.index, node.end_mark.index
    return f"{text[:start]}{value}{text[end:]}"


def with_sids(text: str, key: str, sids: Collection[int]) -> str:
    """Add sids to a list under `rules:`, which is made where it is missing.

    Args:
        text: of the file.
        key: of the list: off, alert, drop.
        sids: those that the list has already stay once.
    """
    root = _root(text)
    listed = _at(root, "rules", key)
    there = {one.value for one in listed.value} if isinstance(listed, yaml.SequenceNode) else set()
    fresh = [str(sid) for sid in sorted(sids) if str(sid) not in there]
    if not fresh:
        return text
    if isinstance(listed, yaml.SequenceNode):
        return _into_list(text, listed, fresh)
    rules = _at(root, "rules")
    if listed is not None:
        return _in_place_of(text, listed, f"[{_wrapped(fresh, _column(listed))}]")
    if isinstance(rules, yaml.MappingNode):
        return _new_key(text, rules, key, fresh)
    entry = f"{{{key}: [{_wrapped(fresh, 2)}]}}"
    return _in_place_of(text, rules, entry) if rules else _at_the_end(text, root, entry)


def as_it_is(text: str | bytes, source: str) -> Allowlist:
    """Read an allowlist; whether a feed has its categories is `rulesync check`'s to say.

    Raises:
        AllowlistError: it has errors.
    """
    return load_allowlist(text, source=source, known=read_document(text).mapping("categories"))


def _into_list(text: str, listed: yaml.SequenceNode, sids: list[str]) -> str:
    if listed.flow_style:
        if listed.value:
            at = listed.value[-1].end_mark.index
            return f"{text[:at]}, {_wrapped(sids, _column(listed))}{text[at:]}"
        at = listed.start_mark.index + 1
        return f"{text[:at]}{_wrapped(sids, _column(listed))}{text[at:]}"
    indent = " " * listed.start_mark.column
    return _after_line(text, listed.value[-1], [f"{indent}- {sid}" for sid in sids])


def _new_key(text: str, rules: yaml.MappingNode, key: str, sids: list[str]) -> str:
    if rules.flow_style:
        at = rules.start_mark.index + 1
        comma = ", " if rules.value else ""
        return (
            f"{text[:at]}{key}: [{_wrapped(sids, rules.start_mark.column + 1)}]{comma}{text[at:]}"
        )
    column = rules.value[0][0].start_mark.column
    line = f"{' ' * column}{key}: [{_wrapped(sids, column + 2)}]"
    return _after_line(text, _last(rules), [line])


def _last(node: yaml.Node) -> yaml.Node:
    """What stands last in a block: its own end is where the next one begins, behind comments."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
        return node
    entry = node.value[-1]
    return _last(entry[1] if isinstance(entry, tuple) else entry)


def _after_line(text: str, node: yaml.Node, lines: list[str]) -> str:
    """Put lines behind the one on which a value ends, and behind its comment."""
    end = _newline(text)
    at = text.find("\n", node.end_mark.index)
    if at < 0:
        return f"{text}{end}{end.join(lines)}{end}"
    return f"{text[: at + 1]}{end.join(lines)}{end}{text[at + 1 :]}"


def _in_place_of(text: str, node: yaml.Node, value: str) -> str:
    """Put a value where none is, or `null`."""
    start, end = node.start_mark.index, node.end_mark.index
    space = "" if text[:start].endswith(" ") else " "
    return f"{text[:start]}{space}{value}{text[end:]}"


def _at_the_end(text: str, root: yaml.MappingNode, entry: str) -> str:
    if root.flow_style:
        raise SettingsError("the allowlist is one mapping in braces; edit it by hand")
    end = _newline(text)
    line_end = "" if text.endswith("\n") else end
    return f"{text}{line_end}rules: {entry}{end}"


def _root(text: str) -> yaml.MappingNode:
    if text.startswith(_MARK):
        raise SettingsError("the allowlist begins with a byte order mark; save it without")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError("the allowlist is not a mapping")
    return root


def _at(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    for key in path:
        entries = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in entries if name.value == key), None)
    return node


def _column(node: yaml.Node) -> int:
    return int(node.start_mark.column) + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _wrapped(sids: list[str], indent: int) -> str:
    """Sids as they stand between brackets, on as many lines as they need."""
    lines = textwrap.wrap(", ".join(sids), _WIDTH - indent)
    return f"\n{' ' * indent}".join(lines)
