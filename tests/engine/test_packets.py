"""In which packets a rule can match: as the engine itself says, or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import published
from support.releases import COMPOSITE, built_from

from rules_lib.facts import suricata
from rules_lib.facts.packets import buffers, carried_by
from rules_lib.reading.packets import packets_of
from rulesync_cli.verify.combined import combine
from rulesync_cli.verify.suricata import find_engine
from scripts.buffers import analysed, buffers_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.engine

SAME: Final = {"http": "http1", "http_any": "http"}
"""What the engine calls a protocol -> what a header does."""


def test_list_of_buffers_is_what_the_engine_says() -> None:
    """Protocol and directions of each, and none is missing (`python -m scripts.buffers`)."""
    found = buffers_of(find_engine(), sorted(suricata.keywords()))
    assert {name: (one.protocol, one.directions) for name, one in buffers().items()} == found


@pytest.mark.feeds
def test_rules_of_a_release_can_match_wherever_the_engine_has_them(releases: Path) -> None:
    """Of all that share marks: no direction and no protocol is left out, and few are too many."""
    built = built_from(releases / COMPOSITE, "alert")
    [tied] = [tuple(rule for rule in built.kept if rule.rule.ties)]
    sids = {rule.sid for rule in tied}
    groups = [
        group.without(frozenset(n for n, text in enumerate(group.rules, 1) if text not in texts))
        for group in published(built)
        for texts in [{rule.text for rule in tied}]
    ]
    whole = combine([group for group in groups if group.rules])
    loose = 0
    for entry in analysed(find_engine(), whole.rules, whole.variables):
        text = whole.rules[int(str(entry["id"])) - 1]
        ours = packets_of(text)
        ways = {flag for flag in entry["flags"] if flag in {"toserver", "toclient"}}
        named = {way.replace("_", "") for way in ours.directions}
        assert named >= ways, text
        loose += named > ways
        protocol = str(entry.get("app_proto", "unknown"))
        if protocol not in {"unknown", "failed"} and ours.carried:
            assert carried_by(SAME.get(protocol, protocol)) & ours.carried, text
    assert len(sids) > 2_000
    assert loose < len(sids) / 50
