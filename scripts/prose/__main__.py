"""Check what users read: `python -m scripts.prose`, as `make lint` does.

It prints a line for each fault and fails if there is one. An exception is a comment with its
reason, at the end of the line or on the line before: `prose: REASON`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from scripts.prose import passages
from scripts.prose.passages import EXCEPTION, Passage
from scripts.prose.rules import faults

ROOT: Final = Path(__file__).parents[2]

READERS: Final[dict[str, Callable[[str], Iterable[Passage]]]] = {
    "*.md": passages.of_markdown,
    "docs/*.md": passages.of_markdown,
    "docs/decisions/*.md": passages.of_markdown,
    "rulesync_cli/**/*.py": passages.of_python,
    "rules_lib/**/*.py": passages.of_python,
    "functions/**/*.py": passages.of_python,
    "examples/*.py": passages.of_python,
    "rules_lib/allowlist/values.py": passages.of_descriptions,
    "rules_lib/allowlist/drop_when.py": passages.of_descriptions,
    "rules_lib/report/page/*.html.j2": passages.of_page,
    "config/*.yaml": passages.of_comments,
    "examples/*.yaml": passages.of_comments,
    "template.yaml": passages.of_template,
}
"""Which files are read, and how."""


def main(root: Path = ROOT) -> int:
    """Print every fault as `file:line: what`, and give the exit code."""
    found = [line for pattern, read in READERS.items() for line in _checked(root, pattern, read)]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


def _checked(root: Path, pattern: str, read: Callable[[str], Iterable[Passage]]) -> Iterator[str]:
    for path in sorted(root.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        lines = ["", *text.splitlines()]
        ours = [one for one in read(text) if not _is_excepted(lines, one.line)]
        for passage, fault in faults(ours):
            yield f"{path.relative_to(root)}:{passage.line}: {fault}"


def _is_excepted(lines: list[str], number: int) -> bool:
    return any(EXCEPTION.search(line) for line in lines[max(number - 1, 0) : number + 1])


if __name__ == "__main__":
    sys.exit(main())
