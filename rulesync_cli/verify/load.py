"""Each group alone in the engine, as the service loads it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rulesync_cli.verify.beyond import Unasked, within
from rulesync_cli.verify.enginelog import EngineLog, EngineRefusal, read_log
from rulesync_cli.verify.lines import Astray, astray, line_of_each_piece, refused_rules
from rulesync_cli.verify.loadable import HOME_NET, Loadable
from rulesync_cli.verify.suricata import write_run_files

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import GroupVariables
    from rulesync_cli.verify.suricata import Suricata


@dataclass(frozen=True, slots=True)
class Loading:
    """How the engine took a group.

    Attributes:
        rules: how many the group has.
        loaded: how many the engine loaded.
        refusals: rules that it refuses.
        astray: other lines that were not loaded as one rule.
        warnings: what it said of rules that it loaded.
        errors: what it said that names no rule.
        unasked: rules that only the service can judge, wholly or in part.
    """

    name: str
    rules: int
    loaded: int
    refusals: tuple[EngineRefusal, ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]
    astray: tuple[Astray, ...] = ()
    unasked: tuple[Unasked, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every rule that the engine was asked for was loaded, each as one."""
        return not (self.refusals or self.errors or self.astray)

    @property
    def left_out(self) -> frozenset[int]:
        """Lines that a replay has to do without."""
        named = (self.refusals, self.astray, self.unasked)
        return frozenset(one.line for some in named for one in some)


def load_group(engine: Suricata, group: Loadable, home_net: tuple[str, ...] = HOME_NET) -> Loading:
    """Load a group with its variables and nothing else.

    Raises:
        EngineError: the engine could not be run.
    """
    asked, unasked = within(group, engine.major)
    variables = group.with_home_net(home_net)

    def probe(rules: Sequence[str]) -> EngineLog:
        return _tried(engine, rules, variables)

    log = probe(asked.rules)
    log = replace(log, refusals=refused_rules(asked.rules, log, probe))
    lost = () if log.errors else astray(asked.rules, log, probe)
    return Loading(
        name=group.name,
        rules=len(group.rules),
        loaded=log.loaded,
        refusals=log.refusals,
        warnings=log.warnings,
        errors=log.errors,
        astray=lost,
        unasked=unasked,
    )


def _tried(engine: Suricata, rules: Sequence[str], variables: GroupVariables) -> EngineLog:
    with tempfile.TemporaryDirectory(prefix="rulesync-") as scratch:
        folder = Path(scratch)
        write_run_files(folder, rules, variables)
        code, said = engine.test(folder)
    return judge(rules, code, said)


def judge(rules: Sequence[str], code: int, said: str) -> EngineLog:
    """Read what the engine said of these rules, by our lines; an end with a code needs a cause."""
    log = read_log(said)
    lines = line_of_each_piece(rules)
    refusals = tuple(
        replace(one, line=lines[one.line - 1]) if one.line else one for one in log.refusals
    )
    if code and not (log.errors or refusals):
        return replace(log, refusals=refusals, errors=(f"it ended with {code} and gave no cause",))
    return replace(log, refusals=refusals)
