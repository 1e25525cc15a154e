"""What a command prints, and which modules it has loaded by then.

Each runs in a process that has loaded nothing of ours before. To start Python, and to load click,
takes five times as long as all that most commands do for their help: where many are asked, one
process has done so, and forks for each.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Ended: TypeAlias = subprocess.CompletedProcess[str]
"""The names of the modules are the end of what stands in its stderr."""

_LOADED: Final = """
import sys
from rulesync_cli import main
from rulesync_cli.commands import SUMMARIES
try:
    main(sys.argv[1:], prog_name="rulesync")
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""

_FORKS: Final = """
import os, sys
import click
assert not any(name.startswith(("rulesync_cli", "rules_lib")) for name in sys.modules)
_, loaded, *outputs = sys.argv
for line in sys.stdin:
    words, environment = eval(line)
    if not (child := os.fork()):
        for number, path in enumerate(outputs, start=1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.environ.update(environment)
        sys.argv[1:] = words
        sys.exit(exec(loaded))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def ended(environment: Mapping[str, str], *words: str) -> Ended:
    """Run a command in a process that is started for it."""
    command = [sys.executable, "-c", _LOADED, *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603 - ours


class Forks:
    """A process that forks for each command."""

    def __init__(self, process: subprocess.Popen[str], outputs: Sequence[Path]) -> None:
        """Take a process that runs, and the files to which its forks write."""
        self._process = process
        self._outputs = outputs

    def ended(self, words: Sequence[str], environment: Mapping[str, str]) -> Ended:
        """Run a command in a fork, with more in its environment."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{[*words], {**environment}}\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        said = (path.read_text(encoding="utf-8") for path in self._outputs)
        return subprocess.CompletedProcess([*words], code, *said)


@contextmanager
def forks(folder: Path) -> Iterator[Forks]:
    """Start such a process, whose coverage nobody measures: that loads modules too."""
    outputs = [folder / name for name in ("stdout", "stderr")]
    with subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-c", _FORKS, _LOADED, *map(str, outputs)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
    ) as process:
        yield Forks(process, outputs)
