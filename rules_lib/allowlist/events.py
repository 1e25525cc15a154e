"""The file's text or bytes as YAML events; what cannot be read is one error with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml
from yaml.reader import ReaderError

from rules_lib.allowlist.problem import Problem, brief, shown
from rules_lib.reading.encoding import SAVE, wide

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_MAX: Final = 1_048_576
"""Size of the file; the one we ship has under 10,000."""

_UNSEEN: Final = re.compile("[\x85\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What ends a line for YAML alone, or shows text in another order than it is read."""


class UnreadableError(Exception):
    """Nothing after this point of the file can be read."""

    def __init__(self, line: int, text: str) -> None:
        self.problem = Problem(line, (), text)
        super().__init__(text)


def events_of(text: str | bytes) -> Iterator[yaml.Event]:
    """The events of the file, one after the other, with PyYAML's safe loader.

    Raises:
        UnreadableError: too large, not UTF-8, or not YAML; on the event where that shows.
    """
    loader = _loader(_decoded(text))
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]  # so in PyYAML's stubs
    except yaml.MarkedYAMLError as error:
        raise _syntax(error) from error
    except (ValueError, OverflowError) as error:  # PyYAML lets these out for "\UFFFFFFFF"
        line, _ = _place(loader.get_mark())
        raise UnreadableError(line, "not valid YAML: an escape or number out of range") from error


def start_line(event: yaml.Event) -> int:
    """The line on which the event starts, from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


def _decoded(text: str | bytes) -> str:
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    if size > BYTES_MAX:
        raise UnreadableError(1, f"the file has {size:,} bytes; at most {BYTES_MAX:,} are read")
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise _foreign(error) from error
    if "\0" in decoded and isinstance(text, bytes) and (encoding := wide(text)):
        raise UnreadableError(1, f"the file is {encoding}; {SAVE}")
    return decoded.removeprefix("\ufeff")


def _foreign(error: UnicodeDecodeError) -> UnreadableError:
    if encoding := wide(error.object):
        return UnreadableError(1, f"the file is {encoding}; {SAVE}")
    line = error.object.count(b"\n", 0, error.start) + 1
    return UnreadableError(line, f"byte {error.object[error.start]:#04x} is not UTF-8; {SAVE}")


def _loader(text: str) -> yaml.SafeLoader:
    if unseen := _UNSEEN.search(text):  # in comments too: whoever reviews an edit must see it
        line = text.count("\n", 0, unseen.start()) + 1
        problem = "makes the file look different from what is read; remove it"
        raise UnreadableError(line, f"{shown(unseen[0])} {problem}")
    try:
        return yaml.SafeLoader(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        wrong = shown(text[error.position])
        raise UnreadableError(line, f"{wrong} is not allowed in YAML; remove it") from error


def _syntax(error: yaml.MarkedYAMLError) -> UnreadableError:
    line, column = _place(error.problem_mark or error.context_mark)
    context = f" ({error.context})" if error.context else ""
    hint = "; indent with spaces, not tabs" if "\\t" in (error.problem or "") else ""
    said = f"{brief(error.problem or '')}{context}"
    return UnreadableError(line, f"column {column}: not valid YAML: {said}{hint}")


def _place(mark: yaml.Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
