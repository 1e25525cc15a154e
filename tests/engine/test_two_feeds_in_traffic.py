"""Rules of two feeds in the engine: a mark over feeds blocks, and of one sid one rule acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import made, outcome, published
from support.engine.traffic import Tape, on, write

from rules_lib.model import Change
from rulesync_cli.verify.loadable import Loadable

if TYPE_CHECKING:
    from pathlib import Path

    from rules_lib.build import Built
    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine

FIRST, SECOND = "emerging-web", "aside-web"
"""Categories of the first feed and of the second (see `support.rules.origin`)."""

NETS: Final = {"HOME_NET": ["10.0.0.0/8"]}


def tied(setter: str, checker: str) -> Built:
    """A setter in a feed whose category is off, and what checks its mark in the other, as drop."""
    return made(
        {
            setter: [on(1, "/mark", "flowbits:set,mark; ")],
            checker: [on(2, "/check", "flowbits:isset,mark; ")],
        },
        categories={setter: "off", checker: "drop"},
        variables=NETS,
    )


@pytest.mark.parametrize(("setter", "checker"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_a_mark_that_one_feed_sets_lets_the_other_block(
    setter: str, checker: str, tmp_path: Path, engine: Suricata
) -> None:
    """Within a packet too; without the mark nothing is blocked, and the setter says nothing."""
    built = tied(setter, checker)
    brought = {rule.sid for rule in built.kept if Change.SETTER_BROUGHT_IN in rule.changes}
    captures = write(
        tmp_path,
        {
            "two packets": Tape().http("/mark", "/check"),
            "one packet": Tape().http("/mark/check"),
            "no mark": Tape().http("/check"),
            "mark alone": Tape().http("/mark"),
        },
    )

    found = outcome(published(built), captures, engine)

    assert brought == {1}
    assert [found.sids(name) for name in ("two packets", "one packet")] == [[2], [2]]
    assert [found.sids(name) for name in ("no mark", "mark alone")] == [[], []]
    assert len(found.dropped) == 2
    assert {seen.by for seen in found.dropped.values()} == {2}


def test_of_one_sid_in_two_feeds_the_first_feed_s_rule_acts_alone(
    tmp_path: Path, engine: Suricata
) -> None:
    """The second feed's rule has the higher rev and another aim, and is in no group."""
    built = made(
        {
            FIRST: [on(1, "/first")],
            SECOND: [on(1, "/second").replace("rev:1;", "rev:9;"), on(2, "/b")],
        },
        default="drop",
        variables=NETS,
    )
    captures = write(tmp_path, {name: Tape().http(f"/{name}") for name in ("first", "second", "b")})

    found = outcome(tuple(map(Loadable.of, built.groups)), captures, engine)

    assert [found.sids(name) for name in ("first", "second", "b")] == [[1], [], [2]]
