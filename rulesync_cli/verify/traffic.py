"""Captures through the groups of a policy, in inline mode: what is logged, what is dropped."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rules_lib.errors import EngineError, EngineGoneError
from rulesync_cli.verify.apart import Apart
from rulesync_cli.verify.capture_times import move_later, span_of
from rulesync_cli.verify.captures import Capture, problem_of, size_of
from rulesync_cli.verify.combined import Combined, NumberedRule, combine
from rulesync_cli.verify.enginelog import read_log
from rulesync_cli.verify.events import Alert, Drop, Verdict, read_events
from rulesync_cli.verify.loadable import HOME_NET, Loadable
from rulesync_cli.verify.session import Session, session
from rulesync_cli.verify.suricata import write_run_files

if TYPE_CHECKING:
    from rulesync_cli.verify.suricata import Suricata

_ENDS_IN_A_ROW: Final = 3
"""So often may the engine end on one capture after the other before it is the engine's fault."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An alert and the rule that raised it."""

    alert: Alert
    origin: NumberedRule


@dataclass(frozen=True, slots=True)
class Dropped:
    """The first packet of a flow that was dropped, and the rule that dropped it.

    Attributes:
        logged: an alert tells of it; else the flow was cut in silence.
    """

    drop: Drop
    origin: NumberedRule
    logged: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """What the groups did to one capture.

    Attributes:
        problem: why it could not be replayed, or not to its end; None where all is well.
        skipped: it was not replayed at all.
        dropped: one for each flow that was dropped.
        others: reason -> packets that the engine dropped for itself.
    """

    name: str
    problem: str | None = None
    skipped: bool = False
    alerts: tuple[Logged, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    others: tuple[tuple[str, int], ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether it was replayed and nothing happened."""
        return not (self.skipped or self.alerts or self.dropped)


@dataclass(slots=True)
class Replayer:
    """A running engine with all groups loaded, which takes one capture after the other.

    An engine that ends on a capture is started anew for the next; for the same one if it ended in
    order. On a busy machine, Suricata takes the end of its first capture for its own: it listens
    before it notes that it is to go on (`RunModeUnixSocketMaster`; seen with 8.0.8, November 2026).

    Attributes:
        apart: what keeps captures apart in time.
    """

    engine: Suricata
    combined: Combined
    folder: Path
    apart: Apart
    _stack: ExitStack = field(default_factory=ExitStack)
    _running: Session | None = None
    _ends: int = 0

    def start(self) -> Session:
        """Have the engine load all groups.

        Raises:
            EngineError: it does not start, or refuses a rule.
        """
        self._running = running = self._stack.enter_context(session(self.engine, self.folder))
        if refused := read_log(running.output.read_text(encoding="utf-8")).refusals:
            origin = self.combined.origins[refused[0].line - 1]
            raise EngineError(f"{origin.group}: sid {origin.sid}: {refused[0].words}")
        return running

    def stop(self) -> None:
        """End it, and see to it that nothing is left running."""
        self.apart.restarted()
        self._running = None
        self._stack.close()

    def replay(self, captures: Iterable[Capture]) -> Iterator[Replay]:
        """Replay each capture, apart from the others.

        Raises:
            EngineError: the engine came to a bad end with each of several captures.
        """
        for number, capture in enumerate(captures):
            problem = problem_of(capture)
            yield (
                Replay(capture.name, problem, skipped=True)
                if problem
                else self._replay(capture, number)
            )

    def _replay(self, capture: Capture, number: int, *, again: bool = True) -> Replay:
        try:
            return self._replayed(capture, number)
        except EngineGoneError as error:
            if not (error.in_order and again):
                return self._ended_on(capture.name, error)
        self.stop()
        return self._replay(capture, number, again=False)

    def _replayed(self, capture: Capture, number: int) -> Replay:
        folder = self.folder / str(number)
        folder.mkdir(exist_ok=True)
        link = folder / "capture"
        self._lay(capture, link)
        events = folder / "eve.json"
        try:
            return self._inspected(capture.name, link, events)
        finally:
            events.unlink(missing_ok=True)
            link.unlink()

    def _lay(self, capture: Capture, link: Path) -> None:
        """Put a capture where no character of its name can matter, apart from those before it."""
        span = span_of(capture.path)
        later = self.apart.later(span)
        if later is None:
            self.stop()
            later = self.apart.later(span)
        if later:
            shutil.copyfile(capture.path, link)
            move_later(link, later)
        else:
            link.symlink_to(capture.path.resolve())

    def _inspected(self, name: str, link: Path, events: Path) -> Replay:
        running = self._running or self.start()
        problem = running.replay(link, events.parent).replace(str(link), name)
        with events.open(encoding="utf-8") as lines:
            verdict = read_events(lines)
        self._ends = 0
        return self._told(name, problem or None, verdict)

    def _ended_on(self, name: str, error: EngineGoneError) -> Replay:
        self.stop()
        self._ends += 1
        if self._ends == _ENDS_IN_A_ROW:
            raise EngineError(f"{name}: {error}, as with the previous capture") from error
        return Replay(name, f"{error}; it was restarted for the next", skipped=True)

    def _told(self, name: str, problem: str | None, verdict: Verdict) -> Replay:
        return Replay(
            name=name,
            problem=problem,
            alerts=tuple(Logged(one, self._origin(one.number)) for one in verdict.alerts),
            dropped=tuple(
                Dropped(one, self._origin(one.number), verdict.logs(one)) for one in verdict.dropped
            ),
            others=verdict.others,
        )

    def _origin(self, number: int) -> NumberedRule:
        return self.combined.origins[number - 1]


@contextmanager
def replayer(
    engine: Suricata,
    groups: Sequence[Loadable],
    home_net: tuple[str, ...] = HOME_NET,
    captures: Sequence[Capture] = (),
) -> Iterator[Replayer]:
    """Load all groups together, in the order of their policy, for captures to be replayed.

    Args:
        engine: that is to run.
        groups: of the policy.
        home_net: for groups that declare none.
        captures: that are to be replayed, as far as that is known, by whose size it is decided how
            the engine gets ready.

    Raises:
        EngineError: the engine does not start, or refuses a rule.
    """
    combined = combine(groups, home_net)
    with tempfile.TemporaryDirectory(prefix="rulesync-") as scratch:
        folder = Path(scratch)
        write_run_files(
            folder,
            combined.rules,
            combined.variables,
            combined.action_order,
            traffic=sum(map(size_of, captures)),
        )
        if combined.behind_firewall and engine.has_firewall:
            engine.put_firewall(folder)
        made = Replayer(engine, combined, folder, Apart.of(combined.rules))
        try:
            made.start()
            yield made
        finally:
            made.stop()
