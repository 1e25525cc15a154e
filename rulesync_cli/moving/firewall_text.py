"""Keys under `firewall:` of an allowlist's text; all else stays, comments too."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from rules_lib.errors import SettingsError


def with_firewall(text: str, values: Mapping[str, str]) -> str:
    """Set keys under `firewall:`, which is made where it is missing.

    Args:
        text: of the file; it must be a valid one.
        values: by key, in YAML, on one line.

    Raises:
        SettingsError: the file cannot be edited so.
    """
    for key, value in values.items():
        text = _with_key(text, key, value)
    return text


def _with_key(text: str, key: str, value: str) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or text.startswith("\ufeff"):
        raise SettingsError("the allowlist is not a plain mapping; set firewall.target by hand")
    firewall = _value(root, "firewall")
    if firewall is None:
        return _at_the_end(text, root, f"firewall: {{{key}: {value}}}")
    if not isinstance(firewall, yaml.MappingNode):
        start, end = firewall.start_mark.index, firewall.end_mark.index
        space = "" if text[:start].endswith(" ") else " "
        return f"{text[:start]}{space}{{{key}: {value}}}{text[end:]}"
    present = _value(firewall, key)
    if present is not None:
        return f"{text[: present.start_mark.index]}{value}{text[present.end_mark.index :]}"
    return _inserted(text, firewall, f"{key}: {value}")


def _inserted(text: str, firewall: yaml.MappingNode, entry: str) -> str:
    """One more key, before all others."""
    if firewall.flow_style:
        at = firewall.start_mark.index + 1
        return f"{text[:at]}{entry}{', ' if firewall.value else ''}{text[at:]}"
    first = firewall.value[0][0].start_mark
    end = "\r\n" if "\r\n" in text else "\n"
    return f"{text[: first.index]}{entry}{end}{' ' * first.column}{text[first.index :]}"


def _at_the_end(text: str, root: yaml.MappingNode, entry: str) -> str:
    if root.flow_style:
        raise SettingsError("the allowlist is one mapping in braces; set firewall.target by hand")
    end = "\r\n" if "\r\n" in text else "\n"
    return f"{text}{'' if text.endswith(end) else end}{entry}{end}"


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)
