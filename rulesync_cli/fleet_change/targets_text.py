"""Edits of the text of `config/targets.yaml`: an entry goes or is renamed, all else stays.

Comments on lines of their own stay too, also above an entry that goes: they may be about others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

from rules_lib.errors import SettingsError
from rules_lib.targets.loader import load_targets

if TYPE_CHECKING:
    from rules_lib.targets.values import Targets

_BY_HAND: Final = "config/targets.yaml cannot be edited here as it is written; edit it by hand"


class _Entry(NamedTuple):
    """Where an entry stands in the list of targets."""

    listed: yaml.SequenceNode
    place: int

    @property
    def node(self) -> yaml.MappingNode:
        """The entry itself."""
        found: yaml.MappingNode = self.listed.value[self.place]
        return found


def without_target(text: str, name: str) -> str:
    """Take a target's entry out, with the comments on its own lines.

    Args:
        text: of the file, which must be a valid one.
        name: of a target, which is not the only one.

    Raises:
        SettingsError: the file is written in a way that cannot be edited here.
    """
    entry = _entry(text, name)
    edited = _flow_without(text, entry) if entry.listed.flow_style else _block_without(text, entry)
    before = _read(text)
    kept = tuple(one for one in before.targets if one.name != name)
    return _checked(edited, before.model_copy(update={"targets": kept}))


def with_target_renamed(text: str, old: str, new: str) -> str:
    """Give a target another name.

    Args:
        text: of the file, which must be a valid one.
        old: the target's name.
        new: a name that no target has.

    Raises:
        TargetsError: a target cannot have that name.
        SettingsError: the file is written in a way that cannot be edited here.
    """
    node = _name(_entry(text, old).node)
    plain = '"' if new.casefold() == "null" else ""  # which is no text without
    quote = node.style if node.style in {'"', "'"} else plain
    edited = f"{text[: node.start_mark.index]}{quote}{new}{quote}{text[node.end_mark.index :]}"
    before = _read(text)
    renamed = tuple(
        one.model_copy(update={"name": new}) if one.name == old else one for one in before.targets
    )
    return _checked(edited, before.model_copy(update={"targets": renamed}))


def _checked(edited: str, wanted: Targets) -> str:
    """The text, if it says what was wanted: so no way to write it can lead an edit astray."""
    if _read(edited) != wanted:
        raise SettingsError(_BY_HAND)
    return edited


def _read(text: str) -> Targets:
    return load_targets(text, source="config/targets.yaml as it would be")


def _entry(text: str, name: str) -> _Entry:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode) and not text.startswith("\ufeff"):
        listed = next(value for key, value in root.value if key.value == "targets")
        for place, node in enumerate(listed.value):
            if _name(node).value == name:
                return _Entry(listed, place)
    raise SettingsError(_BY_HAND)


def _name(node: yaml.MappingNode) -> yaml.ScalarNode:
    found: yaml.ScalarNode = next(value for key, value in node.value if key.value == "name")
    return found


def _block_without(text: str, entry: _Entry) -> str:
    """Cut the lines from the entry's dash to its last value."""
    begin, column = _line_start(text, entry.node.start_mark.index), entry.listed.start_mark.column
    while begin and text[begin : _line_end(text, begin)][column : column + 1] != "-":
        begin = _line_start(text, begin - 1)
    return text[:begin] + text[_line_end(text, _end(entry.node)) :]


def _flow_without(text: str, entry: _Entry) -> str:
    """Cut the entry and a comma; a line on which nothing else stands goes with it."""
    begin, end = entry.node.start_mark.index, entry.node.end_mark.index
    after = text[end:].lstrip()
    if after.startswith(","):
        end = text.index(",", end) + 1
    elif entry.place:
        before = entry.listed.value[entry.place - 1].end_mark.index
        begin = before if text[before:begin].strip() == "," else begin
    line, rest = _line_start(text, begin), _line_end(text, end)
    if not text[line:begin].strip() and _is_aside(text[end:rest]):
        return text[:line] + text[rest:]
    kept = text[end:]
    return text[:begin] + (kept.lstrip(" ") if text[:end].endswith(",") else kept)


def _is_aside(rest: str) -> bool:
    """Whether the rest of a line is a comment, or nothing."""
    return not rest.strip() or rest.lstrip().startswith("#")


def _end(node: yaml.Node) -> int:
    """Where a value ends: a block's own end is where the next one begins, behind comments."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, max(index, 0)) + 1


def _line_end(text: str, index: int) -> int:
    """Where the line after that of an index begins."""
    at = text.find("\n", index)
    return len(text) if at < 0 else at + 1
