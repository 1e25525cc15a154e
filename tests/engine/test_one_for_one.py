"""Real releases of ET Open, as published: each line is one rule to the engine, the one it is to us.

One in 3 lines of a release by the shipped file in `make test`; all of every release, with every
category in drop mode too, by

    THOROUGH=1 .venv/bin/pytest tests/engine/test_one_for_one.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from support.engine.analysis import analysed
from support.engine.proof import source
from support.releases import REFUSED_BY_8, RELEASES, built_from
from support.samples import THOROUGH, one_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rules_lib.build import Built
    from rulesync_cli.verify.suricata import Suricata

pytestmark = [pytest.mark.engine, pytest.mark.feeds]

SAMPLE: Final = "2025-08-04.tar.gz"


@pytest.fixture(scope="session", params=RELEASES if THOROUGH else [SAMPLE])
def release(request: pytest.FixtureRequest) -> str:
    """A release after the other."""
    return str(request.param)


@pytest.fixture(scope="session", params=["shipped", "drop"] if THOROUGH else ["shipped"])
def built(request: pytest.FixtureRequest, releases: Path, release: str) -> Built:
    """By the shipped allowlist, and with every category in drop mode."""
    return built_from(releases / release, request.param)


def test_engine_loads_each_published_line_as_one_rule(
    built: Built, engine: Suricata, record_property: Callable[[str, object], None]
) -> None:
    """As many rules as lines, and the sid of each; but for what Suricata 8 refuses by name."""
    rules = [rule for group in built.groups for rule in group.rules]
    assert len(rules) > 5_000
    lines = {rule.text: rule.sid for rule in one_in(3, rules, f"lines of {engine.line}")}
    found = analysed(engine, tuple(lines), source(built).variables)
    loaded = {text: view.sid for text, views in found.views.items() for view in views}
    refused = {text for text, sid in lines.items() if sid in REFUSED_BY_8 and text not in loaded}
    assert loaded == {text: sid for text, sid in lines.items() if text not in refused}
    assert found.loaded == len(lines) - len(refused)
    assert not refused or engine.line == "8.0"
    record_property("counted", f"Suricata {engine.version}: {found.loaded:,} of {len(lines):,}")
