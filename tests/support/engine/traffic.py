"""Flows of made packets, and the rules that each of them is to meet."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from scapy.layers.dns import DNS, DNSQR

from support.engine.frames import Frame, datagram, file_of, segment
from support.engine.proof import made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rules_lib.build import Built


CLIENT: Final = "10.1.2.3"
SERVER: Final = "198.51.100.7"
_BEGIN: Final = 1_700_000_000_000_000  # microseconds


def http(path: str, *, host: str = "site.example", agent: str = "tests") -> bytes:
    """A request."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n\r\n".encode()


def page(body: str = "ok") -> bytes:
    """An answer to a request."""
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def client_hello(name: str) -> bytes:
    """A TLS 1.2 client hello that names a server."""
    host = name.encode()
    entry = struct.pack("!BH", 0, len(host)) + host
    extension = struct.pack("!HHH", 0, len(entry) + 2, len(entry)) + entry
    ciphers = struct.pack("!HHH", 4, 0xC02F, 0x009C)
    body = b"\x03\x03" + bytes(range(32)) + b"\x00" + ciphers + b"\x01\x00"
    body += struct.pack("!H", len(extension)) + extension
    handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


def dnp3_read() -> bytes:
    """A DNP3 master that asks an outstation for data of class 1 (IEEE 1815)."""
    link = struct.pack("<2sBBHH", b"\x05\x64", 5 + 6, 0xC4, 1, 2)
    asked = b"\xc0\xc0\x01\x3c\x02\x06"
    return b"".join(part + struct.pack("<H", _dnp3_check(part)) for part in (link, asked))


def modbus_read() -> bytes:
    """A Modbus client that asks for a register (Modbus over TCP)."""
    return struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 0, 1)


def enip_list() -> bytes:
    """An EtherNet/IP client that registers a session."""
    return struct.pack("<HHIIQIHH", 0x65, 4, 0, 0, 0, 0, 1, 0)


def _dnp3_check(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
        for _ in range(8):
            check = (check >> 1) ^ (0xA6BC if check & 1 else 0)
    return check ^ 0xFFFF


@dataclass(slots=True)
class Tape:
    """A capture in the making: conversations one after the other, a client port for each."""

    packets: list[Frame] = field(default_factory=list)
    port: int = 40_000
    client: str = CLIENT
    server: str = SERVER

    def tcp(self, *said: bytes | tuple[str, bytes], port: int = 80) -> Tape:
        """A whole TCP conversation: handshake, data, end.

        Args:
            said: what the client says, or `("server", …)` what the server does.
            port: the server's.
        """
        self.port += 1
        sent = [1_000, 9_000]  # next sequence number of the client, of the server

        def send(side: int, flags: str, data: bytes = b"") -> None:
            ends = ((self.client, self.port), (self.server, port))
            seen = sent[1 - side] if "A" in flags else 0
            self._add(segment(side, ends[side], ends[1 - side], flags, sent[side], seen, data))
            sent[side] += len(data) + ("S" in flags) + ("F" in flags)

        for side, flags in ((0, "S"), (1, "SA"), (0, "A")):
            send(side, flags)
        for one in said:
            side, data = (1, one[1]) if isinstance(one, tuple) else (0, one)
            send(side, "PA", data)
            send(1 - side, "A")
        for side, flags in ((0, "FA"), (1, "FA"), (0, "A")):
            send(side, flags)
        return self

    def http(self, *paths: str) -> Tape:
        """Requests on one connection, each with its answer."""
        said = [part for path in paths for part in (http(path), ("server", page()))]
        return self.tcp(*said)

    def udp(self, *said: bytes | tuple[str, bytes], port: int = 9_999) -> Tape:
        """Datagrams of a client, or `("server", …)` of a server that answers."""
        self.port += 1
        ends = ((self.client, self.port), (self.server, port))
        for one in said:
            side, data = (1, one[1]) if isinstance(one, tuple) else (0, one)
            self._add(datagram(side, ends[side], ends[1 - side], data))
        return self

    def dns(self, *names: str) -> Tape:
        """Questions, without answers."""
        questions = (
            DNS(id=number, rd=1, qd=DNSQR(qname=name)) for number, name in enumerate(names)
        )
        return self.udp(*(bytes(question) for question in questions), port=53)

    def _add(self, data: bytes) -> None:
        self.packets.append(Frame(_BEGIN + len(self.packets) * 10_000, data))


def write(folder: Path, tapes: Mapping[str, Tape]) -> Path:
    """Write each tape as `<name>.pcap`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, tape in tapes.items():
        (folder / f"{name}.pcap").write_bytes(file_of(tape.packets))
    return folder


OUT: Final = "$HOME_NET any -> $EXTERNAL_NET"


def on(sid: int, uri: str, more: str = "", *, action: str = "alert", port: str = "any") -> str:
    """Write a rule for requests with this in their URI."""
    return (
        f'{action} http {OUT} {port} (msg:"rule {sid}"; flow:established,to_server; '
        f'http.uri; content:"{uri}"; {more}sid:{sid}; rev:1;)'
    )


def raw(sid: int, head: str, options: str) -> str:
    """Write any other rule."""
    return f'{head} (msg:"rule {sid}"; {options} sid:{sid}; rev:1;)'


TARGETS: Final = (
    on(101, "/one", "classtype:bad; "),
    raw(102, f"alert tls {OUT} any", 'tls.sni; content:"bad.example"; priority:1;'),
    raw(103, f"alert dns {OUT} any", 'dns.query; content:"bad.example"; nocase;'),
    raw(104, f"alert tcp {OUT} 4444", 'flow:established,to_server; content:"|de ad|";'),
    raw(105, f"alert udp {OUT} any", 'content:"beacon";'),
    on(106, "/ports", port="$HTTP_PORTS"),
    on(107, "/feed-drops", action="drop"),
    raw(108, f"reject tcp {OUT} any", 'flow:established; content:"EICAR";'),
    raw(109, "alert tcp any any -> any any", 'flow:to_client; content:"root";'),
    raw(
        110,
        f"alert tcp [{CLIENT}, 10.9.9.9] any -> [{SERVER}/32, 1.1.1.1] 8443",
        'flow:established,to_server; content:"x";',
    ),
)
OURS: Final = (on(111, "/allowed", action="pass"),)
BITS: Final = (
    on(201, "/check", "flowbits:isset,seen; "),  # before its setter, which the build puts right
    on(202, "/mark", "flowbits:set,seen; flowbits:noalert; "),
    on(203, "/first", "flowbits:set,c1; noalert; "),
    on(205, "/third", "flowbits:isset,c2; "),
    on(204, "/second", "flowbits:isset,c1; flowbits:set,c2; flowbits:noalert; "),
    on(206, "/loud", "flowbits:set,loud; "),
    on(207, "/after", "flowbits:isset,loud; "),
    on(208, "/unset", "flowbits:unset,seen; flowbits:noalert; "),
    on(209, "/toggle", "flowbits:toggle,t; flowbits:noalert; "),
    on(210, "/ask", "flowbits:isset,t; "),
    on(211, "/plain", "flowbits:isnotset,seen; "),
    on(212, "/either", "flowbits:isset,loud|t; "),
    on(221, "/locked", "flowint:tries,>,1; "),
    on(222, "/try", "flowint:tries,+,1; noalert; "),
    on(223, "/once", "flowint:once,notset; flowint:once,=,1; "),
)
ELSEWHERE: Final = (
    on(301, "/far", "flowbits:set,far; "),
    on(302, "/unrelated"),
    on(303, "/count", "flowint:far,+,1; "),
)
CHECKS: Final = (
    on(401, "/near", "flowbits:isset,far; "),
    on(402, "/severe", "metadata:signature_severity Major; "),
    on(403, "/slight", "metadata:signature_severity Minor; "),
    on(404, "/mine", "metadata:signature_severity Critical; "),
    on(405, "/one", "filesize:>10; "),
    on(406, "/one", "flowbits:isset,never; "),
    on(407, "/tally", "flowint:far,isset; "),
    on(408, "/one", "flowint:never,>,0; "),
)
FEED: Final = {
    "local-ours": OURS,  # people's own come first
    "emerging-bits": BITS,
    "emerging-checks": CHECKS,
    "emerging-elsewhere": ELSEWHERE,
    "emerging-targets": TARGETS,
}
MODES: Final = {
    "alert": dict.fromkeys(FEED, "alert") | {"emerging-elsewhere": "off"},
    "drop": {
        "local-ours": "drop",
        "emerging-targets": "drop",
        "emerging-bits": "drop",
        "emerging-checks": {
            "mode": "drop",
            "drop_when": {"signature_severity": ["Major", "Critical"], "missing": "drop"},
        },
        "emerging-elsewhere": "off",
    },
}
VARIABLES: Final = {"HOME_NET": ["10.0.0.0/8"], "HTTP_PORTS": ["80", "8080"]}


def of_mode(mode: str, target: str = "classic") -> Built:
    """The groups of the feed in one mode, for one kind of policy."""
    return made(
        FEED,
        categories=MODES[mode],
        variables=VARIABLES,
        rules={"alert": [404]},
        default="off",
        firewall={"target": target},
    )
