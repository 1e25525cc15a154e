"""People's own rules are shown to a real Suricata, where one is installed, before they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from rules_lib.text import counted, visible
from rulesync_cli.check_draft import OwnFault
from rulesync_cli.verify.own import EngineAnswer, Word, ask
from rulesync_cli.verify.suricata import installed

if TYPE_CHECKING:
    from rules_lib.build import Built

INVALID: Final = "the allowlist has errors"
NO_RULES: Final = "no rule of your own would be published"
NO_ENGINE_GIVEN: Final = "--no-engine was given"
NOT_INSTALLED: Final = "no Suricata is installed; `make engine` installs one on Debian"


@dataclass(frozen=True, slots=True)
class EngineCheck:
    """What came of it.

    Attributes:
        version: of the engine; empty where none was asked.
        why: why none was asked; empty where one was.
        rules: how many it loaded.
        left: rules of which it could not be asked, or not wholly, and why: the service judges them.
        faults: own rules that it does not load, in its words.
        warnings: what else it said.
    """

    version: str = ""
    why: str = ""
    rules: int = 0
    left: tuple[OwnFault, ...] = ()
    faults: tuple[OwnFault, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "asked": bool(self.version),
            "version": self.version or None,
            "why": self.why,
            "loaded": self.rules,
            "unasked": [
                {"file": one.file, "line": one.line, "sid": one.sid, "words": one.detail}
                for one in self.left
            ],
        }

    @property
    def words(self) -> str:
        """One line that says what was asked, or why nothing was."""
        if self.why:
            return f"your own rules were not loaded in Suricata: {self.why}"
        left = f", {len(self.left)} left to the service, wholly or in part" if self.left else ""
        return f"{counted(self.rules, 'rule')} loaded by Suricata {self.version}{left}"


def ask_engine(built: Built | None, folder: str, *, without_engine: bool) -> EngineCheck:
    """Ask the engine about people's own rules, if there are any.

    Args:
        built: with the groups as published; None where the allowlist has errors.
        folder: where their files lie; ends in a slash.
        without_engine: people do not want it asked.

    Raises:
        EngineError: it could not be run.
    """
    if built is None:
        return EngineCheck(why=INVALID)
    if not any(rule.rule.is_local for rule in built.kept):
        return EngineCheck(why=NO_RULES)
    if without_engine:
        return EngineCheck(why=NO_ENGINE_GIVEN)
    engines = installed()
    return _told(ask(engines[0], built), folder) if engines else EngineCheck(why=NOT_INSTALLED)


def _told(answer: EngineAnswer, folder: str) -> EngineCheck:
    name = f"Suricata {answer.version}"
    return EngineCheck(
        version=answer.version,
        rules=answer.rules,
        faults=tuple(_fault(one, f"{name} {one.words}", folder) for one in answer.faults),
        left=tuple(_fault(one, one.words, folder) for one in answer.unasked),
        warnings=tuple(f"{name}: {words}" for words in (*answer.errors, *answer.warnings)),
    )


def _fault(word: Word, detail: str, folder: str) -> OwnFault:
    return OwnFault.of(word.rule, None, detail, folder)


def tell_engine_check(found: EngineCheck) -> None:
    """Say on stderr what the engine said beside faults, or that there was none to ask."""
    for warning in found.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    if found.why == NOT_INSTALLED:
        click.echo(found.words, err=True)
