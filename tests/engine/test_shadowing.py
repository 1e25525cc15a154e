"""What lets everything through, as the guards tell it, is what the real engine lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import made, outcome, published
from support.engine.traffic import Tape, write
from support.samples import THOROUGH

from rules_lib.deploy.shadowing import shadowed_by_passes
from rulesync_cli.verify.suricata import VERSIONS

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


@pytest.mark.parametrize("name", SWEEPING)
def test_rule_is_overruled_where_the_engine_drops_nothing(
    captures: Path, engine: Suricata, name: str
) -> None:
    """Wherever the rule stands that lets everything through: in front, or in a group behind.

    Each version of the engine has half of the rules in front, and the other version the other half;
    with THOROUGH=1 each has all in both places.
    """
    ours = [*SWEEPING].index(name) % 2 == VERSIONS.index(engine.line)
    for first in (True, False) if THOROUGH else (ours,):
        told, dropped = tried(captures, engine, name, first=first)
        assert dropped == (not told)


def tried(captures: Path, engine: Suricata, name: str, *, first: bool) -> tuple[bool, bool]:
    """Whether the guards tell of the rule in this place, and whether the engine drops."""
    header, options = SWEEPING[name]
    passing = f'{header} (msg:"p"; {options}sid:2; rev:1;)'
    names = ("a", "b") if first else ("b", "a")
    built = made(
        {names[0]: [passing], names[1]: [BLOCKING]},
        default="alert",
        categories=dict.fromkeys(sorted(names), "alert"),
    )
    told = [one.blocking for one in shadowed_by_passes(built.groups)]
    return frozenset({1}) in told, bool(outcome(published(built), captures, engine).dropped)
