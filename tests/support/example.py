"""Reads the example feed and its expectations plainly, apart from the code under test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

import examples

ROOT: Final = Path(examples.__file__).parent
FEED: Final = ROOT / "feed"
ALLOWLIST: Final[dict[str, Any]] = yaml.load(
    (ROOT / "categories.yaml").read_text(),
    Loader=yaml.BaseLoader,  # noqa: S506 - makes strings only, so that `off` stays a word
)
EXPECTED: Final[dict[str, Any]] = yaml.safe_load((ROOT / "expected.yaml").read_text())

_TEXT = re.compile(r'(?<=msg:)"(?:\\.|[^"\\])*"')
_SID = re.compile(r"; ?sid:(\d+);", re.IGNORECASE)
_DISABLED = re.compile(r"#+ *(?:alert|drop|pass|reject) \S+ .*\(.*\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One logical line of the feed that is neither blank nor a comment, or a disabled rule."""

    category: str
    line: int
    text: str
    enabled: bool

    @property
    def sid(self) -> int | None:
        """The sid outside of the msg."""
        found = _SID.search(_TEXT.sub('""', self.text))
        return int(found[1]) if found else None

    @property
    def rev(self) -> int:
        """The rev; 0 where there is none."""
        found = re.search(r"; ?rev:(\d+)", self.text)
        return int(found[1]) if found else 0


def entries() -> tuple[Entry, ...]:
    """Every rule of the feed, enabled or not, in its order."""
    return tuple(entry for path in sorted(FEED.glob("*.rules")) for entry in _entries(path))


def expectation(entry: Entry) -> dict[str, Any] | None:
    """What the golden file says about a rule by itself; None where it is an ordinary one."""
    for at_line in EXPECTED["lines"]:
        if (at_line["category"], at_line["line"]) == (entry.category, entry.line):
            return dict(at_line)
    for twice in EXPECTED["twice"]:
        if (twice["category"], twice["sid"], twice["rev"]) == (
            entry.category,
            entry.sid,
            entry.rev,
        ):
            return dict(twice)
    by_sid = EXPECTED["rules"].get(entry.sid)
    return None if by_sid is None else {"sid": entry.sid, **by_sid}


def _entries(path: Path) -> list[Entry]:
    text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    found: list[tuple[int, str]] = []
    start, parts = 1, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        start = start if parts else number
        parts.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            found.append((start, "".join(parts).strip()))
            parts = []
    return [
        Entry(path.stem, number, rule.lstrip("# "), enabled=not rule.startswith("#"))
        for number, rule in found
        if (rule and not rule.startswith("#")) or _DISABLED.fullmatch(rule)
    ]
