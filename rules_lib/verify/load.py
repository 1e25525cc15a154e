"""Each group alone in the engine, as the service loads it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rules_lib.verify.enginelog import Refusal, read_log
from rules_lib.verify.loadable import HOME_NET, Loadable
from rules_lib.verify.suricata import lay_out

if TYPE_CHECKING:
    from rules_lib.verify.suricata import Suricata


@dataclass(frozen=True, slots=True)
class Loading:
    """How the engine took a group.

    Attributes:
        rules: how many the group has.
        loaded: how many the engine loaded.
        warnings: what it said of rules that it loaded.
        errors: what it said that names no rule.
    """

    name: str
    rules: int
    loaded: int
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every rule was loaded."""
        return not self.refusals and not self.errors


def load(engine: Suricata, group: Loadable, home_net: tuple[str, ...] = HOME_NET) -> Loading:
    """Load a group with its variables and nothing else.

    Raises:
        EngineError: the engine could not be run.
    """
    with tempfile.TemporaryDirectory(prefix="rulesync-") as scratch:
        folder = Path(scratch)
        lay_out(folder, group.rules, group.with_home_net(home_net))
        code, said = engine.test(folder)
    return judge(group, code, said)


def judge(group: Loadable, code: int, said: str) -> Loading:
    """Tell from the engine's exit code and words how it took a group.

    It passes over some lines in silence, such as comments, so the loaded rules are counted too.
    """
    log = read_log(said)
    errors = log.errors
    missing = len(group.rules) - log.loaded - len(log.refusals)
    if missing and not errors:
        errors = (f"{missing} of {len(group.rules)} lines were passed over in silence",)
    if code and not errors and not log.refusals:
        errors = (f"it ended with {code} and gave no cause",)
    return Loading(group.name, len(group.rules), log.loaded, log.refusals, log.warnings, errors)
