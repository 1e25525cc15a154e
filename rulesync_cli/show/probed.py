"""What came of asking the service, as columns and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from rules_lib.text import count, counted, visible
from rulesync_cli.probing.findings import Finding, Silence, State
from rulesync_cli.probing.record import ProbeRun
from rulesync_cli.probing.values import ANY_CODE, Probe, ServiceAnswer
from rulesync_cli.show.console import say, show

_STYLES: Final = {
    State.DIFFERS: "bold red",
    State.LEARNED: "green",
    State.UNANSWERED: "yellow",
    State.UNASKABLE: "dim",
    State.AGREES: "",
}
_SHOWN: Final = 200
"""Characters of an answer that a line shows; the JSON has more."""

_KEPT: Final = 2_000
"""Characters of an answer in the JSON: some repeat two million that were sent."""


def probe_document(findings: Sequence[Finding], asked: ProbeRun, *, aws: bool) -> dict[str, Any]:
    """The whole report; it has no account's number, and no name of a rule group.

    Args:
        findings: of all probes.
        asked: the circumstances.
        aws: whether it was AWS that answered.
    """
    states = Counter(found.state for found in findings)
    return {
        "version": 1,
        "asked": {**asked.model_dump(mode="json"), "rulesync": version("rulesync"), "aws": aws},
        "counts": {state.value: states[state] for state in State},
        "facts": [_document(found) for found in findings],
    }


def listed(probe: Probe) -> dict[str, Any]:
    """What is known of one fact, and how."""
    return {
        "id": probe.id,
        "fact": probe.fact,
        "known": probe.known,
        "source": probe.source,
        "expected": None if probe.unaskable else _answer(probe.expected),
        "unaskable": probe.unaskable or None,
    }


def _document(found: Finding) -> dict[str, Any]:
    given = found.given
    return {
        **listed(found.probe),
        "state": found.state.value,
        "as_expected": found.as_expected if isinstance(given, ServiceAnswer) else None,
        "answer": _answer(given) if isinstance(given, ServiceAnswer) else None,
        "why": given.why if isinstance(given, Silence) else None,
    }


def _answer(answer: ServiceAnswer) -> dict[str, Any]:
    return {
        "accepted": answer.accepted,
        "code": answer.code if answer.refusal is not None and answer.code != ANY_CODE else None,
        "words": answer.refusal and answer.refusal[:_KEPT],
        "value": answer.value,
    }


def render_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print what differs first, then what is known now, what has no answer, and what agrees."""
    for state in State:
        of_state = sorted((found for found in findings if found.state is state), key=_is_as_assumed)
        if of_state:
            say(console, f"{state.value}: {count(len(of_state))}", "bold")
            show(console, ("", "", ""), _rows(of_state))
            say(console)
    states = Counter(found.state for found in findings)
    said = [f"{count(states[state])} {state.value}" for state in State if states[state]]
    if otherwise := sum(not _is_as_assumed(found) for found in findings):
        said.append(f"{count(otherwise)} of those now known differ from the assumption")
    say(console, f"{counted(len(findings), 'fact')}: {', '.join(said)}", "bold")


def _is_as_assumed(found: Finding) -> bool:
    """False sorts first: what was open, and turned out otherwise than was assumed."""
    return found.state is not State.LEARNED or found.as_expected


def render_list(probes: Iterable[Probe], console: Console) -> None:
    """Print what is known, and how; a question mark stands before what is assumed."""
    rows = ((probe.id, ("" if probe.known else "? ") + probe.fact, _how(probe)) for probe in probes)
    show(console, ("id", "fact", "known by"), rows, leaving=("known by",))


def _how(probe: Probe) -> str:
    return f"{probe.source}; not askable: {probe.unaskable}" if probe.unaskable else probe.source


def _rows(findings: Iterable[Finding]) -> Iterator[tuple[Text | str, ...]]:
    for found in findings:
        yield (
            Text(found.probe.id, style=_STYLES[found.state]),
            found.probe.fact,
            "" if found.state is State.AGREES else _told(found),
        )


def _told(found: Finding) -> str:
    given = found.given
    if isinstance(given, Silence):
        return visible(given.why)
    if found.as_expected:
        return f"as assumed: {_words(given)}"
    kind = "expected" if found.probe.known else "assumed"
    return f"{_words(given)} ({kind}: {_words(found.probe.expected)})"


def _words(answer: ServiceAnswer) -> str:
    if answer.value is not None:
        return visible(answer.value)
    if answer.refusal is None:
        return "accepted"
    words = visible(answer.refusal)
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return f"refused: {shown}" if shown else "refused"
