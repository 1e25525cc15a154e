"""The real command in a pseudo-terminal: what people type, and what they see."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from support.patience import PATIENCE
from support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

COLUMNS: Final = 80
_LINES: Final = 50
_ESCAPES: Final = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one command left on the terminal.

    Attributes:
        code: with which it ended.
        lines: as they are read once it has ended, without colours and trailing blanks.
    """

    typed: str
    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, with every run of blanks as one, however the lines are broken."""
        return " ".join(" ".join(self.lines).split())


def typed(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], answer: str = "y"
) -> Shown:
    """Type a command on a terminal of 80 columns, and answer the questions that it asks."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, COLUMNS, 0, 0))
    with subprocess.Popen(  # noqa: S603 - ours
        [*warm(), "rulesync_cli", *words],
        cwd=folder,
        env={**environment, "TERM": "xterm"},
        stdin=far,
        stdout=far,
        stderr=far,
    ) as command:
        os.close(far)
        data = _read_to_the_end(near, answer)
        code = command.wait()
    os.close(near)
    return Shown(f"rulesync {' '.join(words)}", code, on_screen(data.decode()))


def _read_to_the_end(terminal: int, answer: str) -> bytes:
    data, answered, until = b"", 0, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data += os.read(terminal, 65_536)
        except OSError:  # Linux says so once the other end is closed
            return data
        if data.count(b"[y/N]: ") > answered:
            answered += 1
            os.write(terminal, f"{answer}\n".encode())
    raise TimeoutError(data.decode(errors="replace"))


def on_screen(data: str) -> tuple[str, ...]:
    """The lines that stay, of a terminal as wide as any: what was erased is not among them."""
    lines, row, column = [""], 0, 0
    at = 0
    while at < len(data):
        if escape := _ESCAPES.match(data, at):
            at = escape.end()
            number = int(escape[1]) if escape[1].isdigit() else 0
            if escape[2] == "K":
                lines[row] = "" if number == 2 else lines[row][:column]
            elif escape[2] == "A":
                row = max(0, row - (number or 1))
            continue
        letter, at = data[at], at + 1
        if letter == "\r":
            column = 0
        elif letter == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        else:
            lines[row] = lines[row][:column].ljust(column) + letter + lines[row][column + 1 :]
            column += 1
    return tuple(line.rstrip() for line in lines)
