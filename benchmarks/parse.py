"""A bare parse: every rule of an archive through idstools, and nothing else."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import idstools.rule


def main(archive: Path) -> None:
    """Parse it, and keep the rules as anybody would who wants to do something with them."""
    rules = []
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.name.endswith(".rules") and (file := opened.extractfile(member)):
                rules += idstools.rule.parse_fileobj(io.BytesIO(file.read()))
    sys.stdout.write(f"{len(rules)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
