"""The installed Suricatas: found, asked for its version, and run on a folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rules_lib.errors import EngineError
from rules_lib.facts.suricata import SID_MAX
from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.config import REFERENCES, configuration, reference_config

RULES: Final = "group.rules"
CONFIG: Final = "suricata.yaml"
ACCEPT: Final = "accept.rules"
"""Of a firewall engine that stands before the rules; it is there where one is to."""
_VERSION: Final = re.compile(r"\bversion (\d+\.\d+\.\d+\S*)")
_HOOK: Final = re.compile(r"[a-z0-9-]+:[a-z0-9_]+")
_FIREWALL_SINCE: Final = 8
ANSWER_SECONDS: Final = 600
"""The longest wait for an answer, which takes a moment; a machine may be busy."""
LOAD_SECONDS: Final = 1_800
"""The longest wait for rules to be loaded; 38,000 take 20 s of one core."""

VERSIONS: Final = ("8.0", "7.0")
"""Of the engine, the service's first: since October 2026 it has 8.0.3 (developer guide)."""

_ADVICE: Final = (
    "`make engine` installs 8.0 and 7.0 on Debian; elsewhere install Suricata 8.0 or 7.0 and "
    "name it with --suricata PATH"
)


@dataclass(frozen=True, slots=True)
class Suricata:
    """An engine.

    Attributes:
        path: of the program.
        version: such as `8.0.8`.
    """

    path: str
    version: str

    @property
    def line(self) -> str:
        """Its version without what only mends, such as `8.0`."""
        return ".".join(self.version.split(".")[:2])

    @property
    def major(self) -> int:
        """The first number of its version."""
        return int(self.version.partition(".")[0])

    def test(self, folder: Path) -> tuple[int, str]:
        """Have it load the folder's rules and stop: its exit code and all that it said."""
        return _run([*self.command(folder), "-T"], folder, LOAD_SECONDS)

    def command(self, folder: Path) -> list[str]:
        """The words that every run on a folder has; in inline mode, as the service's engine is."""
        files = ["-c", str(folder / CONFIG), "-S", str(folder / RULES), "-l", str(folder)]
        if (accept := folder / ACCEPT).exists():
            files.append(f"--firewall-rules-exclusive={accept}")
        return [self.path, *files, "-k", "none", "--runmode", "single", "--simulate-ips"]

    @property
    def has_firewall(self) -> bool:
        """Whether it has a firewall engine to stand before the rules, as 8 has."""
        return self.major >= _FIREWALL_SINCE

    def put_firewall(self, folder: Path) -> None:
        """Put a firewall engine before the folder's rules that lets everything on to them.

        Its own default is to drop, so each state of each protocol needs a rule: one that accepts
        the rest of a transaction, as some protocols have states without a name.

        Raises:
            EngineError: the engine could not be asked which states there are.
        """
        accepted = ("accept:hook ip:all", *(f"accept:tx {state}" for state in _states(self)))
        rules = (
            f"{one} any any -> any any (sid:{SID_MAX - number};)\n"
            for number, one in enumerate(accepted)
        )
        (folder / ACCEPT).write_text("".join(rules), encoding="utf-8")


@cache
def _states(engine: Suricata) -> tuple[str, ...]:
    """Every state of every protocol that an engine knows, asked once.

    Raises:
        EngineError: it could not be asked.
    """
    with TemporaryDirectory(prefix="rulesync-") as scratch:
        folder = Path(scratch)
        write_run_files(folder, (), GroupVariables())
        command = [engine.path, "-c", str(folder / CONFIG), "--list-app-layer-hooks"]
        said = _run(command, folder, ANSWER_SECONDS)[1]
    return tuple(line for line in said.splitlines() if _HOOK.fullmatch(line))


def find_engine(path: str | None = None) -> Suricata:
    """Find the engine.

    Args:
        path: of the program; None: the newest of those that are installed.

    Raises:
        EngineError: there is none, or it is neither 8.0 nor 7.0.
    """
    if path is None:
        if here := installed():
            return here[0]
        raise EngineError(f"Suricata 8.0 or 7.0: not installed; {_ADVICE}")
    program = shutil.which(path)
    if program is None:
        raise EngineError(f"{path}: not installed, or not a program; {_ADVICE}")
    engine = _asked(program)
    if engine.line not in VERSIONS:
        raise EngineError(
            f"{program}: version {engine.version}, and 8.0 or 7.0 is needed; {_ADVICE}"
        )
    return engine


def installed() -> tuple[Suricata, ...]:
    """The engines of this machine, one of each version, the service's first.

    `make engine` puts them into the virtual environment; else the one on PATH is taken.
    """
    folders = (Path(sys.prefix, "suricata", line[0], "suricata") for line in VERSIONS)
    programs = filter(None, map(shutil.which, (*map(str, folders), "suricata")))
    found = dict[str, Suricata]()
    for program in programs:
        with suppress(EngineError):
            engine = _asked(program)
            found.setdefault(engine.line, engine)
    return tuple(found[line] for line in VERSIONS if line in found)


@cache
def _asked(program: str) -> Suricata:
    """Ask a program for its version, once.

    Raises:
        EngineError: it does not say that it is Suricata.
    """
    said = _run([program, "-V"], Path.cwd(), ANSWER_SECONDS)[1]
    version = _VERSION.search(said)
    if version is None:
        raise EngineError(f"{program}: does not say that it is Suricata: {said[:80]!r}; {_ADVICE}")
    return Suricata(str(Path(program).absolute()), version[1])  # it is run in other folders


def write_run_files(
    folder: Path,
    rules: Iterable[str],
    variables: GroupVariables,
    *action_order: tuple[str, ...],
    traffic: int = 0,
) -> None:
    """Write what a run needs into a folder: the rules, one a line, and the configuration."""
    texts = tuple(rules)
    (folder / RULES).write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    (folder / REFERENCES).write_text(reference_config(texts), encoding="utf-8")
    config = configuration(variables, *action_order, traffic=traffic)
    (folder / CONFIG).write_text(config, encoding="utf-8")


def _run(command: list[str], folder: Path, seconds: int) -> tuple[int, str]:
    try:
        done = subprocess.run(  # noqa: S603 - our own words, and no shell
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{command[0]}: no end after {seconds} s") from error
    except OSError as error:
        raise EngineError(f"{command[0]}: {error.strerror}; {_ADVICE}") from error
    return done.returncode, done.stdout
