"""Generated rules, read by us and loaded by the real engine: 0 differences.

`make fuzz` goes on where this slice ends (`tests/engine/differ.py`).
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.differential import BATCH, Tally, batch, differ, examples
from support.samples import THOROUGH

from rules_lib.facts import limits
from rules_lib.reading import parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine

BATCHES: Final = 6 if THOROUGH else 1


def _compared(engine: Suricata, batches: int, rules: int = BATCH) -> Tally:
    tally, good = Tally(), examples()
    for seed in range(batches):
        differ(engine, batch(Random(seed), good)[:rules], tally)  # noqa: S311 - no secret
    return tally


def test_engine_reads_what_we_publish_as_we_do(
    engine: Suricata, record_property: Callable[[str, object], None]
) -> None:
    """Sid, rev, gid, msg, action, noalert, ends, contents, flowbits, and one rule a line."""
    tally = _compared(engine, BATCHES)
    record_property("counted", f"Suricata {engine.version}: {tally}")
    assert tally.compared > BATCHES * 1_000
    assert tally.differences == []


def test_option_that_is_not_seen_is_found(
    engine: Suricata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A noalert that only the engine sees is a difference."""
    monkeypatch.setattr(parser, "_is_silent", lambda *_: False)
    assert "noalert is False to us and True to the engine" in str(
        _compared(engine, 1, 500).differences
    )


def test_rule_behind_a_rule_is_found(engine: Suricata, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where we allow lines that the engine cuts, what it loads is not what was written."""
    monkeypatch.setattr(limits, "RULE_BYTES", 9_000)
    assert "a rule that nobody wrote" in str(_compared(engine, 1, 500).differences)
