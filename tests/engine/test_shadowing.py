"""What lets everything through, as the guards tell it, is what the real engine lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import HOME_NET, made, published, replayed
from support.engine.traffic import Tape, write

from rules_lib.deploy.shadowing import shadowed_by_passes
from rulesync_cli.verify.traffic import replayer

if TYPE_CHECKING:
    from pathlib import Path

    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine

BLOCKING: Final = (
    'drop http any any -> any any (msg:"b"; http.uri; content:"/blocked"; sid:1; rev:1;)'
)
SWEEPING: Final = {
    "all": ("pass ip any any -> any any", ""),
    "a transport": ("pass tcp any any -> any any", ""),
    "a network of ours": ("pass tcp $HOME_NET any -> any any", ""),
    "a limit of alerts": (
        "pass tcp any any -> any any",
        "threshold:type limit, track by_src, count 1, seconds 60; ",
    ),
    "every packet of a flow": ("pass tcp any any -> any any", "flow:established; "),
    "a bypass": ("alert tcp any any -> any any", "bypass; "),
    "a handshake": ("pass tcp any any -> any any", "flow:not_established; "),
    "another transport": ("pass udp any any -> any any", ""),
    "another port": ("pass tcp any any -> any 8443", ""),
    "another host": ("pass ip 192.0.2.7 any -> any any", ""),
    "an alert": ("alert tcp any any -> any any", ""),
}


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One request that is to be blocked."""
    return write(tmp_path_factory.mktemp("captures"), {"one": Tape().http("/blocked")})


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize("rule", SWEEPING.values(), ids=SWEEPING)
def test_rule_is_overruled_where_the_engine_drops_nothing(
    captures: Path, engine: Suricata, rule: tuple[str, str], *, first: bool
) -> None:
    """Wherever the rule stands that lets everything through: in front, or in a group behind."""
    header, options = rule
    passing = f'{header} (msg:"p"; {options}sid:2; rev:1;)'
    names = ("a", "b") if first else ("b", "a")
    built = made(
        {names[0]: [passing], names[1]: [BLOCKING]},
        default="alert",
        categories=dict.fromkeys(sorted(names), "alert"),
    )
    with replayer(engine, published(built), HOME_NET) as running:
        seen = replayed(running, captures)
    told = [one.blocking for one in shadowed_by_passes(built.groups)]
    assert bool(seen.dropped) == (frozenset({1}) not in told)
