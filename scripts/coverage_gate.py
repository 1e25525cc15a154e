"""Combine what `coverage run` measured, and fail where it is less than is asked for.

coverage.py holds one number for lines and branches together; here each has its own.

    python scripts/coverage_gate.py --lines 95 --branches 90
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from coverage import Coverage


def measured() -> dict[str, Any]:
    """Combine the files of all processes, print what was not reached, and give the totals."""
    coverage = Coverage()
    coverage.combine()
    coverage.save()
    coverage.report(file=sys.stdout)
    with TemporaryDirectory() as scratch, redirect_stdout(io.StringIO()):
        path = Path(scratch, "coverage.json")
        coverage.json_report(outfile=str(path))
        return dict(json.loads(path.read_bytes())["totals"])


def shares(totals: dict[str, Any]) -> dict[str, float]:
    """Per cent of the lines and of the branches that ran."""
    return {
        "lines": 100 * totals["covered_lines"] / totals["num_statements"],
        "branches": 100 * totals["covered_branches"] / totals["num_branches"],
    }


def main() -> int:
    """Compare, say it, and end with 1 where one is too low."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("lines", "branches"):
        parser.add_argument(f"--{name}", type=float, required=True, help="at least, in per cent")
    asked = vars(parser.parse_args())
    found = shares(measured())
    for name, share in found.items():
        sys.stdout.write(f"{name}: {share:.2f} % ran, at least {asked[name]:g} % must\n")
    return int(any(share < asked[name] for name, share in found.items()))


if __name__ == "__main__":
    sys.exit(main())
