"""Has loaded SAM CLI, under the Python of its virtual environment, and forks for each command.

Templates are read by libyaml, which PyYAML brings, as SAM reads each of them seven times for a
deploy. What it sends is packed in less time, and larger by a twentieth.
"""

from __future__ import annotations

import sys
import zipfile
import zlib
from importlib import import_module
from typing import Any, Final

import yaml

from support.warm.forks import ended, listen

MODULES: Final = ("samcli.commands.deploy", "samtranslator.translator.translator")
_YAML: Final[Any] = yaml
_ZIP: Final[Any] = zipfile
"""Neither is meant to be changed."""


def load() -> None:
    """Load what a deploy loads, and what expands a template."""
    _YAML.SafeLoader = _YAML.CSafeLoader
    _ZIP._get_compressor = lambda *_: zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)  # noqa: SLF001 - as it is made there, at level 1
    for name in MODULES:
        import_module(name)


if __name__ == "__main__":
    load()
    listen(sys.argv[1], ended)
