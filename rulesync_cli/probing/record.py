"""Answers that a real service gave, as they are kept: they count before what the table says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rules_lib.errors import SettingsError
from rules_lib.validation import validation_faults
from rulesync_cli.probing.findings import Finding
from rulesync_cli.probing.values import Probe, ServiceAnswer

_LONGEST: Final = 1_000
"""Characters of an answer that are kept: some repeat what was sent."""


class Recorded(BaseModel):
    """One answer, and where and when it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refusal: str | None = None
    whole: bool = True
    code: str = "InvalidRequestException"
    value: str | None = None
    on: date
    region: str
    botocore: str

    @property
    def answer(self) -> ServiceAnswer:
        """The answer alone."""
        return ServiceAnswer(self.refusal, self.whole, self.code, self.value)


class Answers(BaseModel):
    """All recorded answers, by the id of their probe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    answers: dict[str, Recorded] = Field(default_factory=dict)

    @property
    def text(self) -> str:
        """As a file."""
        return f"{self.model_dump_json(indent=2, exclude_none=True)}\n"

    def over(self, others: Answers) -> Answers:
        """These, and of others those that are not among these."""
        return Answers(answers={**others.answers, **self.answers})


class ProbeRun(BaseModel):
    """The circumstances of a run."""

    model_config = ConfigDict(frozen=True)

    on: date
    region: str
    botocore: str


def shipped() -> Answers:
    """The answers that come with the package."""
    text = files("rules_lib.facts").joinpath("data/service-answers.json").read_text()
    return _parsed(text, "shipped")


def in_file(path: Path) -> Answers:
    """The answers of a file; none where there is no such file.

    Raises:
        SettingsError: it is no such file, or there can be none.
    """
    if not path.parent.is_dir():
        raise SettingsError(f"{path}: there is no folder {path.parent}; create it first")
    return _parsed(path.read_text(encoding="utf-8"), str(path)) if path.exists() else Answers()


def informed(table: Sequence[Probe], answers: Answers) -> tuple[Probe, ...]:
    """The table, with what was answered in the place of what was expected or assumed."""
    return tuple(_informed(probe, answers.answers.get(probe.id)) for probe in table)


def recorded(findings: Iterable[Finding], asked: ProbeRun) -> Answers:
    """What was answered, ready to be kept."""
    return Answers(
        answers={
            found.probe.id: _kept(found.given, asked)
            for found in findings
            if isinstance(found.given, ServiceAnswer)
        }
    )


def _kept(answer: ServiceAnswer, asked: ProbeRun) -> Recorded:
    words = answer.refusal
    return Recorded(
        refusal=words and words[:_LONGEST],
        whole=words is None or len(words) <= _LONGEST,
        code=answer.code,
        value=answer.value,
        **asked.model_dump(),
    )


def _informed(probe: Probe, known: Recorded | None) -> Probe:
    if known is None:
        return probe
    source = f"asked in {known.region}, {known.on}"
    return replace(probe, expected=known.answer, source=source, known=True)


def _parsed(text: str, source: str) -> Answers:
    try:
        return Answers.model_validate_json(text)
    except ValidationError as error:
        raise SettingsError(
            f"{source}: {validation_faults(error)}; give a file that `rulesync probe --write` wrote"
        ) from error
