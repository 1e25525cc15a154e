"""Compile the report's templates in a build of the functions, with the packages of that build.

    python scripts/compile_templates.py .aws-sam/build/*Layer/python

It imports no package that is compiled for one processor: a build may be for another than this one.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Take all from the folders that are given."""
    sys.path[:0] = sys.argv[1:]
    from rules_lib.report.templates import compile_templates  # noqa: PLC0415 - from these folders

    compile_templates()


if __name__ == "__main__":
    main()
