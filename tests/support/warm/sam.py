"""Has loaded SAM CLI, under the Python of its virtual environment, and forks for each command.

Templates are read by libyaml, which PyYAML brings: SAM reads each of them seven times for a deploy,
and takes longer for that than for all else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import yaml

from support.warm.forks import ended, listen

MODULES: Final = ("samcli.commands.deploy", "samtranslator.translator.translator")
_YAML: Final[Any] = yaml


def load() -> None:
    """Load what a deploy loads, and what expands a template."""
    _YAML.SafeLoader = _YAML.CSafeLoader
    for name in MODULES:
        import_module(name)


if __name__ == "__main__":
    load()
    listen(sys.argv[1], ended)
