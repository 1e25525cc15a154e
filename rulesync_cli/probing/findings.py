"""What came of asking: each probe with what the service said, or why it said nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rulesync_cli.probing.values import Probe, ServiceAnswer

QUOTA: Final = "LimitExceededException"
"""Says nothing where a plain request is answered so: the account has no room for any."""

_SILENCES: Final = 3
"""After so many calls of an action in a row without an answer, it is asked no more."""


class State(StrEnum):
    """What an answer means."""

    DIFFERS = "differs"
    LEARNED = "known now"
    UNANSWERED = "no answer"
    UNASKABLE = "not askable"
    AGREES = "agrees"


@dataclass(frozen=True, slots=True)
class Silence:
    """Why there is no answer.

    Attributes:
        why: in plain words.
        tried: whether the service was asked.
    """

    why: str
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """A probe, and what came of it."""

    probe: Probe
    given: ServiceAnswer | Silence

    @property
    def state(self) -> State:
        """What the answer means."""
        if isinstance(self.given, Silence):
            return State.UNANSWERED if self.given.tried else State.UNASKABLE
        if not self.probe.known:
            return State.LEARNED
        return State.AGREES if self.as_expected else State.DIFFERS

    @property
    def as_expected(self) -> bool:
        """Whether the answer is the expected one, or the assumed one."""
        return isinstance(self.given, ServiceAnswer) and self.probe.expected.agrees(self.given)


Ask = Callable[[Probe], ServiceAnswer | Silence]


def ask_all(
    probes: Sequence[Probe], ask: Ask, between: Callable[[], None], watch: Callable[[str], None]
) -> Iterator[Finding]:
    """Ask one probe after the other.

    Args:
        probes: in the order in which they are asked; a plain one before those that stand on it.
        ask: asks the service one.
        between: waits, before each call but the first.
        watch: is told what is asked.
    """
    silent, found, asked = Counter[str](), dict[str, Finding](), False
    for number, probe in enumerate(probes, start=1):
        watch(f"{probe.id}, {number} of {len(probes)}")
        given: ServiceAnswer | Silence | None = _in_vain(probe, silent, found)
        if given is None:
            if asked:
                between()
            given = ask(probe)
            is_silence = isinstance(given, Silence) and given.tried
            asked = asked or is_silence or isinstance(given, ServiceAnswer)
            silent[probe.action] = silent[probe.action] + 1 if is_silence else 0
        found[probe.id] = Finding(probe, _without_room(probe, given))
        yield found[probe.id]


def _in_vain(probe: Probe, silent: Counter[str], found: Mapping[str, Finding]) -> Silence | None:
    """Why it is no use to ask."""
    if probe.unaskable:
        return Silence(probe.unaskable, tried=False)
    if silent[probe.action] >= _SILENCES:
        why = f"{_SILENCES} calls of {probe.action} in a row had no answer"
        return Silence(f"not asked, as {why}")
    plain = found.get(probe.plain)
    if plain is None or (isinstance(plain.given, ServiceAnswer) and plain.given.accepted):
        return None
    became = {State.UNASKABLE: "cannot be asked", State.UNANSWERED: "has no answer"}
    why = (
        f"not asked, as {probe.plain}, on which it stands, {became.get(plain.state, 'is refused')}"
    )
    return Silence(why, tried=plain.state is not State.UNASKABLE)


def _without_room(probe: Probe, given: ServiceAnswer | Silence) -> ServiceAnswer | Silence:
    """A plain request that is over a quota has no answer."""
    if isinstance(given, ServiceAnswer) and given.code == QUOTA and not probe.plain:
        return Silence(f"{given.code}: {given.refusal}")
    return given
