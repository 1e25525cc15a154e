"""Lines that were not loaded are looked for with few runs of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.feeds import rule

from rulesync_cli.verify.enginelog import EngineLog
from rulesync_cli.verify.lines import astray

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize("line", range(1, 17))
def test_each_half_that_must_have_the_line_is_searched_unasked(line: int) -> None:
    """One of sixteen: a run for each of three halvings, two for a first half, and two for lines."""
    rules = [rule(sid) for sid in range(1, 17)]
    runs = list[int]()

    def probe(asked: Sequence[str]) -> EngineLog:
        runs.append(len(asked))
        return EngineLog(len(asked) - (rules[line - 1] in asked), (), (), ())

    [found] = astray(rules, EngineLog(15, (), (), ()), probe)
    assert (found.line, found.loaded) == (line, 0)
    in_first_halves = 3 - ((line - 1) // 2).bit_count()
    assert len(runs) == 3 + in_first_halves + 2
