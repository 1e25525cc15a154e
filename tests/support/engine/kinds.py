"""Rules that set and ask for marks, a pair or a chain of each kind, and captures on which they act.

Every kind has rules of sids of its own, and two captures: one where all of them match in the same
packet, and one where what sets a mark comes in an earlier packet than what asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from support.engine.traffic import OUT, Tape, client_hello, http, on, page, raw

SILENT: Final = "noalert; "


@dataclass(frozen=True, slots=True)
class Kind:
    """Rules of one kind.

    Attributes:
        rules: as the feed ships them.
        one: a capture in which they can match in one packet.
        later: a capture in which they match one packet after the other.
        late: sids of those that have to alert.
        wrong: what is so in `one` if they dropped: `missed`, `blocked`, or `same`, where the engine
            judges the setter first for another reason than its action.
    """

    rules: tuple[str, ...]
    one: Tape
    later: Tape
    late: frozenset[int]
    wrong: str = "missed"


def _in(protocol: str, sid: int, word: str, more: str, *, ends: str = "any any -> any any") -> str:
    """A rule for a word in what the client sends."""
    flow = "" if protocol == "udp" else "flow:established,to_server; "
    return raw(sid, f"alert {protocol} {ends}", f'{flow}content:"{word}"; {more}')


def _pair(protocol: str, sid: int, bit: str) -> tuple[str, str]:
    """A setter that says nothing, and what drops after it."""
    return (
        _in(protocol, sid, f"set-{bit}", f"flowbits:set,{bit}; {SILENT}"),
        _in(protocol, sid + 1, f"ask-{bit}", f"flowbits:isset,{bit}; "),
    )


def _said(bit: str) -> tuple[bytes, bytes]:
    return f"set-{bit} ".encode(), f"ask-{bit} ".encode()


KINDS: Final = {
    "http": Kind(
        (on(11, "/set-h", f"flowbits:set,h; {SILENT}"), on(12, "/ask-h", "flowbits:isset,h; ")),
        Tape().http("/set-h/ask-h"),
        Tape().http("/set-h", "/ask-h"),
        frozenset({12}),
    ),
    "tcp": Kind(
        _pair("tcp", 21, "t"),
        Tape().tcp(b"".join(_said("t")), port=4_444),
        Tape().tcp(*_said("t"), port=4_444),
        frozenset({22}),
    ),
    "tcp-pkt": Kind(
        _pair("tcp-pkt", 31, "p"),
        Tape().tcp(b"".join(_said("p")), port=4_444),
        Tape().tcp(*_said("p"), port=4_444),
        frozenset({32}),
    ),
    "udp": Kind(
        _pair("udp", 41, "u"),
        Tape().udp(b"".join(_said("u"))),
        Tape().udp(*_said("u")),
        frozenset({42}),
    ),
    "tls": Kind(
        (
            raw(51, f"alert tls {OUT} any", f'tls.sni; content:"set-s"; flowbits:set,s; {SILENT}'),
            raw(52, f"alert tls {OUT} any", 'tls.sni; content:"ask-s"; flowbits:isset,s;'),
        ),
        Tape().tcp(client_hello("set-s.ask-s.example"), port=443),
        Tape().tcp(client_hello("set-s.example"), client_hello("ask-s.example"), port=443),
        frozenset({52}),
    ),
    "dns": Kind(
        (
            raw(
                61, f"alert dns {OUT} any", f'dns.query; content:"set-d"; flowbits:set,d; {SILENT}'
            ),
            raw(62, f"alert dns {OUT} any", 'dns.query; content:"ask-d"; flowbits:isset,d;'),
        ),
        Tape().dns("set-d.ask-d.example"),
        Tape().dns("set-d.example", "ask-d.example"),
        frozenset({62}),
    ),
    "tcp-pkt and tcp": Kind(
        (_pair("tcp-pkt", 71, "m")[0], _pair("tcp", 71, "m")[1]),
        Tape().tcp(b"".join(_said("m")), port=4_444),
        Tape().tcp(*_said("m"), port=4_444),
        frozenset({72}),
    ),
    "tcp before http": Kind(
        (_pair("tcp", 81, "vw")[0], on(82, "/ask-vw", "flowbits:isset,vw; ")),
        Tape().http("/set-vw/ask-vw"),
        Tape().http("/set-vw", "/ask-vw"),
        frozenset({82}),
        wrong="same",
    ),
    "http before tcp": Kind(
        (on(91, "/set-qj", f"flowbits:set,qj; {SILENT}"), _pair("tcp", 91, "qj")[1]),
        Tape().http("/set-qj/ask-qj"),
        Tape().http("/set-qj", "/ask-qj"),
        frozenset({92}),
    ),
    "address and body": Kind(
        (
            on(101, "/set-b", f"flowbits:set,b; {SILENT}"),
            raw(
                102,
                f"alert http {OUT} any",
                'flow:established,to_server; http.user_agent; content:"ask-b"; flowbits:isset,b;',
            ),
        ),
        Tape().tcp(http("/set-b", agent="ask-b"), ("server", page())),
        Tape().tcp(http("/set-b"), ("server", page()), http("/", agent="ask-b")),
        frozenset({102}),
    ),
    "no direction": Kind(
        (
            raw(111, "alert tcp any any -> any any", f'content:"set-n"; flowbits:set,n; {SILENT}'),
            raw(112, "alert tcp any any -> any any", 'content:"ask-n"; flowbits:isset,n;'),
        ),
        Tape().tcp(("server", b"set-n ask-n"), port=4_444),
        Tape().tcp(b"set-n", ("server", b"ask-n"), port=4_444),
        frozenset({112}),
    ),
    "isnotset": Kind(
        (
            on(121, "/set-i", f"flowbits:set,i; {SILENT}"),
            on(122, "/ask-i", "flowbits:isnotset,i; "),
        ),
        Tape().http("/set-i/ask-i"),
        Tape().http("/set-i", "/ask-i"),
        frozenset({122}),
        wrong="blocked",
    ),
    "unset": Kind(
        (
            on(131, "/set-x", f"flowbits:set,x; {SILENT}"),
            on(132, "/off-x", f"flowbits:unset,x; {SILENT}"),
            raw(
                133,
                f"alert http {OUT} any",
                'flow:established,to_server; http.user_agent; content:"ask-x"; flowbits:isset,x;',
            ),
        ),
        Tape().tcp(http("/set-x"), ("server", page()), http("/off-x", agent="ask-x")),
        Tape().tcp(http("/set-x"), ("server", page()), http("/", agent="ask-x")),
        frozenset({133}),
        wrong="blocked",
    ),
    "toggle": Kind(
        (
            on(141, "/set-g", f"flowbits:toggle,g; {SILENT}"),
            on(142, "/ask-g", "flowbits:isset,g; "),
        ),
        Tape().http("/set-g/ask-g"),
        Tape().http("/set-g", "/ask-g"),
        frozenset({142}),
    ),
    "number": Kind(
        (
            on(151, "/set-c", f"flowint:count,+,1; {SILENT}"),
            on(152, "/ask-c", "flowint:count,>,1; "),
        ),
        Tape().http("/set-c", "/set-c/ask-c"),
        Tape().http("/set-c", "/set-c", "/ask-c"),
        frozenset({152}),
    ),
    "chain": Kind(
        (
            on(161, "/one-k", f"flowbits:set,k1; {SILENT}"),
            on(162, "/two-k", "flowbits:isset,k1; flowbits:set,k2; "),
            on(163, "/three-k", "flowbits:isset,k2; "),
        ),
        Tape().http("/one-k/two-k/three-k"),
        Tape().http("/one-k", "/two-k", "/three-k"),
        frozenset({162, 163}),
    ),
    "either": Kind(
        (
            on(171, "/set-e", f"flowbits:set,e1; {SILENT}"),
            on(172, "/ask-e", "flowbits:isset,e1|e2; "),
            on(173, "/other-e", f"flowbits:set,e2; {SILENT}"),
        ),
        Tape().http("/other-e/ask-e"),
        Tape().http("/other-e", "/ask-e"),
        frozenset({172}),
    ),
    "other direction": Kind(
        (
            _in("tcp", 201, "set-r", f"flowbits:set,r; {SILENT}"),
            raw(
                202,
                "alert tcp any any -> any any",
                'flow:established,to_client; content:"ask-r"; flowbits:isset,r;',
            ),
        ),
        Tape().tcp(b"set-r", ("server", b"ask-r"), port=4_444),
        Tape().tcp(b"set-r", b"more", ("server", b"ask-r"), port=4_444),
        frozenset(),
    ),
    "other ends": Kind(
        (
            raw(211, f"alert udp {OUT} any", f'content:"set-o"; flowbits:set,o; {SILENT}'),
            raw(
                212,
                "alert udp $EXTERNAL_NET any -> $HOME_NET any",
                'content:"ask-o"; flowbits:isset,o;',
            ),
        ),
        Tape().udp(b"set-o", ("server", b"ask-o")),
        Tape().udp(b"set-o", b"more", ("server", b"ask-o")),
        frozenset(),
    ),
    "other size": Kind(
        (
            _in("tcp-pkt", 221, "set-z", f"dsize:5; flowbits:set,z; {SILENT}"),
            _in("tcp-pkt", 222, "ask-z", "dsize:6; flowbits:isset,z; "),
        ),
        Tape().tcp(b"set-z", b"ask-z!", port=4_444),
        Tape().tcp(b"set-z", b"more", b"ask-z!", port=4_444),
        frozenset(),
    ),
    "both drop": Kind(
        (on(231, "/set-w", "flowbits:set,w; "), on(232, "/ask-w", "flowbits:isset,w; ")),
        Tape().http("/set-w/ask-w"),
        Tape().http("/none", "/set-w/ask-w"),
        frozenset(),
    ),
    "both drop, in turn": Kind(
        (
            on(243, "/one-y", "flowbits:set,y1; "),
            on(242, "/two-y", "flowbits:isset,y1; flowbits:set,y2; "),
            on(241, "/three-y", "flowbits:isset,y2; flowbits:set,y3; "),
        ),
        Tape().http("/one-y/two-y/three-y"),
        Tape().http("/none", "/one-y/two-y/three-y"),
        frozenset(),
    ),
}
"""By name."""

CAPTURES: Final = {
    f"{name}, {place}": tape
    for name, kind in KINDS.items()
    for place, tape in (("one", kind.one), ("later", kind.later))
}
"""By the name of the kind, and of its place."""

FEED: Final = {
    f"emerging-{name.replace(' ', '_').replace(',', '')}": kind.rules
    for name, kind in KINDS.items()
}
"""A category for each kind."""

LATE: Final = frozenset[int]().union(*(kind.late for kind in KINDS.values()))
"""Sids of all rules that have to alert."""
