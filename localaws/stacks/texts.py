"""Templates as texts: read as moto reads them, without the time that this takes.

moto has each template read by PyYAML's own parser, one of JSON too, and a change set a dozen times.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, Final

import yaml
from moto.cloudformation.utils import yaml_tag_constructor

_PARSER: Final[Any] = getattr(yaml, "CLoader", yaml.Loader)  # where PyYAML was built with libyaml
_LOADER: Final[Any] = type("_Loader", (_PARSER,), {})
_LOADER.add_multi_constructor("", yaml_tag_constructor)


def read(text: str | bytes, Loader: object = None) -> Any:  # noqa: N803  # as PyYAML has it
    """Read JSON or YAML, with the short forms of functions."""
    del Loader
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # it makes what moto's makes


YAML: Final = SimpleNamespace(
    load=read, Loader=yaml.Loader, add_multi_constructor=yaml.add_multi_constructor
)
"""What moto asks of PyYAML."""
