"""The execution environments of all functions, which are used again, as Lambda's are.

One takes an event at a time: whoever invokes a function meanwhile is given another.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localaws.stacks.environment import Configuration, Environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environments:
    """Those that have begun, and have not ended.

    Attributes:
        folder: for their files.
    """

    folder: Path
    _idle: list[Environment] = field(default_factory=list)
    _busy: list[Environment] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def one(self, configuration: Configuration) -> Iterator[Environment]:
        """One for an event: one that waits, or a new one; those with another configuration end."""
        environment = self._waiting(configuration) or Environment.begin(configuration, self.folder)
        with self._lock:
            self._busy.append(environment)
        try:
            yield environment
        finally:
            self._take_back(environment)

    def end(self, function: str | None = None) -> None:
        """End those of a function, whatever they do, or all that there are.

        Args:
            function: ARN, of all its versions or of one.
        """

        def is_meant(environment: Environment) -> bool:
            arn = environment.configuration.function
            return function is None or f"{arn}:".startswith(f"{function}:")

        with self._lock:
            self._end_idle(is_meant)
            for environment in filter(is_meant, self._busy):
                environment.kill()

    def _waiting(self, configuration: Configuration) -> Environment | None:
        def is_outdated(environment: Environment) -> bool:
            other = environment.configuration
            return other.function == configuration.function and not environment.suits(configuration)

        with self._lock:
            self._end_idle(is_outdated)
            fit = next((one for one in self._idle if one.suits(configuration)), None)
            if fit:
                self._idle.remove(fit)
            return fit

    def _take_back(self, environment: Environment) -> None:
        with self._lock:
            self._busy.remove(environment)
            if environment.suits(environment.configuration):
                self._idle.append(environment)
            else:
                environment.end()

    def _end_idle(self, is_meant: Callable[[Environment], bool]) -> None:
        """Whoever calls this has the lock."""
        for environment in list(filter(is_meant, self._idle)):
            self._idle.remove(environment)
            environment.end()
