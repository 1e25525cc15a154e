"""Which code runs, by its bytes."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Final

_CODE: Final = (".py", ".txt", ".j2", ".sql")


@cache
def code_digest() -> str:
    """Identify the code that runs, by its bytes; they are read once for each process, in 3 ms.

    Its version would not do: it stays the same from one deploy to the next of a clone, and a build
    with the mended code would be skipped until the next day. Lambda tells a function the version of
    neither its own code nor its layers.
    """
    digest = hashlib.sha256()
    package = str(Path(__file__).parents[1])
    paths = [
        os.path.join(folder, name)  # noqa: PTH118 - pathlib takes twice the time of the whole
        for folder, _, names in os.walk(package)
        for name in names
        if name.endswith(_CODE)
    ]
    for path in sorted(paths):
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            digest.update(f"{path.removeprefix(package)}\0".encode() + file.read())
    return digest.hexdigest()
