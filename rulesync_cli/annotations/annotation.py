"""One finding: how bad it is, of which kind, where it stands, and what is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from rules_lib.text import visible_lines

if TYPE_CHECKING:
    from rules_lib.errors import ConfigError
    from rulesync_cli.check_draft import Examined, OwnFault
    from rulesync_cli.engine_check import EngineCheck
    from rulesync_cli.feed_list import CheckedList

Level: TypeAlias = Literal["error", "warning"]

FAULTY_ALLOWLIST: Final = "allowlist"
FAULTY_LIST: Final = "list-of-feeds"
WARNING: Final = "warning"
REFUSED: Final = "does-not-fit"
NOT_LOADED: Final = "not-loaded"
"""Kinds beside the reasons for which a rule is discarded."""

_PLACED: Final = re.compile(r"(?P<file>.+?):(?P<line>[1-9][0-9]{0,8}): (?P<words>.+)", re.DOTALL)
"""A line as compilers tell theirs, and as rules of people's own are told here."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing that people should look at.

    Attributes:
        kind: a reason's code, or one of the names above.
        file: as it was named.
        line: from 1.
        words: what is wrong; what acts on a screen is escaped.
    """

    level: Level
    kind: str
    file: str
    line: int
    words: str

    @classmethod
    def of(cls, fault: OwnFault) -> Self:
        """A rule of people's own that cannot be published, or a file that cannot be read."""
        sid = "" if fault.sid is None else f"sid {fault.sid}: "
        words = visible_lines(f"{sid}{fault.message}")
        return cls("error", fault.reason or NOT_LOADED, fault.file, max(fault.line, 1), words)

    @property
    def place(self) -> str:
        """The file from the top of the repository, with slashes; its whole path if outside."""
        if "://" in self.file or self.file.startswith("<"):
            return self.file
        top = os.environ.get("GITHUB_WORKSPACE") or str(Path.cwd())
        whole = os.path.normpath(Path(self.file).absolute())
        near = os.path.relpath(whole, top)
        outside = near == ".." or near.startswith(f"..{os.sep}")
        return Path(whole if outside else near).as_posix()


def annotations_of(
    source: str, found: Examined, faults: Iterable[OwnFault], said: EngineCheck
) -> tuple[Annotation, ...]:
    """Everything that a check found, errors first.

    Args:
        source: names the allowlist.
        found: what the allowlist and people's own rules came to.
        faults: of people's own rules.
        said: what the engine said.
    """
    faults = tuple(faults)
    known = {source, *(fault.file for fault in faults)}
    refused = [found.refusal] if found.refusal else []
    return (
        *(_of_file(source, found.error, FAULTY_ALLOWLIST) if found.error else ()),
        *map(Annotation.of, faults),
        *(Annotation("error", REFUSED, source, 1, visible_lines(str(one))) for one in refused),
        *(_warning(source, words, known) for words in (*found.warnings, *said.warnings)),
    )


def _of_file(source: str, error: ConfigError, code: str) -> Iterator[Annotation]:
    """Its errors; the last line may only count those that are not shown."""
    lines = [record.get("line") for record in error.records]
    for number, words in enumerate(error.problems):
        line = lines[number] if number < len(lines) else None
        told = visible_lines(words.removeprefix(f"line {line}: "))
        yield Annotation("error", code, source, line if isinstance(line, int) else 1, told)


def annotations_of_list(listed: CheckedList) -> Iterator[Annotation]:
    """Everything that is to be said of a list of feeds, errors first."""
    if listed.error:
        yield from _of_file(listed.source, listed.error, FAULTY_LIST)
    for words in listed.warnings:
        yield Annotation(WARNING, WARNING, listed.source, 1, visible_lines(words))


def _warning(source: str, words: str, known: Collection[str]) -> Annotation:
    """A warning at its own place, where it has one; else at the allowlist."""
    at = _PLACED.fullmatch(words)
    if at and (at["file"] in known or at["file"].endswith(".rules")):
        return Annotation(WARNING, WARNING, at["file"], int(at["line"]), visible_lines(at["words"]))
    return Annotation(WARNING, WARNING, source, 1, visible_lines(words))
