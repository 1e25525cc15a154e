"""Ordinary traffic: conversations that no rule which blocks may touch, each named by what it is.

Made here, byte by byte, from what the protocols' own documents say; none of it was recorded. Names
of hosts are real, as rules go by them; addresses are nobody's, a pair for each conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from support.engine.ordinary import (
    cloud,
    data,
    directory,
    mail,
    names,
    operations,
    packages,
    sources,
    visitors,
    voice,
    web,
    windows,
)
from support.engine.traffic import Tape, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from support.engine.frames import Frame
    from support.engine.ordinary.talk import Talk

KINDS: Final[Mapping[str, Mapping[str, Talk]]] = {
    "packages": packages.TALKS,
    "sources": sources.TALKS,
    "web": web.TALKS,
    "visitors": visitors.TALKS,
    "cloud": cloud.TALKS,
    "names": names.TALKS,
    "mail": mail.TALKS,
    "operations": operations.TALKS,
    "voice": voice.TALKS,
    "data": data.TALKS,
    "windows": windows.TALKS,
    "directory": directory.TALKS,
}
"""By kind: what a conversation is -> what is said in it."""

Ends: TypeAlias = tuple[str, frozenset[tuple[str, int]]]
"""A flow's protocol and the address and port of each end."""

_OUTSIDE: Final = "198.18"
"""Network that RFC 2544 keeps for tests: on no list, and in no example of addresses to block."""


def all_talks() -> dict[str, Talk]:
    """Every conversation, by kind and name."""
    return {f"{kind}-{name}": talk for kind, talks in KINDS.items() for name, talk in talks.items()}


def written(folder: Path) -> Path:
    """Write the conversations of each kind, one after the other, as `<kind>.pcap`."""
    kinds: dict[str, Tape] = {kind: Tape() for kind in KINDS}
    for number, (name, talk) in enumerate(all_talks().items()):
        _say(number, talk, kinds[name.partition("-")[0]].packets)
    return write(folder, kinds)


def named(ends: Ends) -> str:
    """The name of the conversation that a flow is of, by its addresses."""
    [number] = {int(address.split(".")[2]) for address, _ in ends[1]}
    return [*all_talks()][number]


def _say(number: int, talk: Talk, packets: list[Frame]) -> None:
    """One conversation, between addresses of its own.

    Ours is the client, or the server where they come to us.
    """
    peer = f"10.30.{number}.9" if talk.inside else f"{_OUTSIDE}.{number}.7"
    ours = f"10.20.{number}.5"
    client, server = (peer, ours) if talk.inbound else (ours, peer)
    tape = Tape(packets, client=client, server=server, port=40_000 + 10 * number)
    say = tape.udp if talk.datagrams else tape.tcp
    for _ in range(talk.times):
        say(*talk.said, port=talk.port)
