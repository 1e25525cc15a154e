"""A conversation as data, and the words of HTTP and TLS that many of them are made of."""

from __future__ import annotations

import datetime as dt
import struct
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.engine.traffic import client_hello

if TYPE_CHECKING:
    from collections.abc import Mapping

Said: TypeAlias = "bytes | tuple[str, bytes]"
"""What the client says, or `("server", …)` what the server does."""

_COMMON_NAME: Final = 64
"""Characters of a common name at most (X.520); of a longer name the end is taken."""
_BEGIN: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation.

    Attributes:
        said: in order.
        port: the server's.
        datagrams: over UDP; else over TCP.
        inbound: they come to us; else we go to them.
        inside: both ends are ours.
        times: how often it is held, each time from another port.
    """

    said: tuple[Said, ...]
    port: int = 443
    datagrams: bool = False
    inbound: bool = False
    inside: bool = False
    times: int = 1


def answer(data: bytes) -> tuple[str, bytes]:
    """What the server says."""
    return ("server", data)


def request(  # noqa: PLR0913 - each a part of a request
    host: str,
    path: str,
    agent: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """An HTTP/1.1 request; with a body its length is given."""
    given = {"Host": host, "User-Agent": agent, "Accept": "*/*", **(headers or {})}
    if body:
        given["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join((*lines, "", "")).encode() + body


def response(
    body: bytes = b"{}",
    kind: str = "application/json",
    status: str = "200 OK",
    *,
    server: str = "nginx",
) -> tuple[str, bytes]:
    """An HTTP/1.1 answer."""
    head = (
        f"HTTP/1.1 {status}\r\nServer: {server}\r\nDate: Thu, 01 Jan 2026 10:00:00 GMT\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return answer(head.encode() + body)


def web(*said: Said, port: int = 80, inbound: bool = False, inside: bool = False) -> Talk:
    """A conversation in HTTP that can be read: on port 80, or once TLS is inspected."""
    return Talk(said, port, inbound=inbound, inside=inside)


def tls(name: str, port: int = 443, *, inbound: bool = False, inside: bool = False) -> Talk:
    """A TLS 1.2 handshake with a server of this name, up to its certificate."""
    said = (client_hello(name), answer(_server_hello(name)))
    return Talk(said, port, inbound=inbound, inside=inside)


def _server_hello(name: str) -> bytes:
    hello = b"\x03\x03" + bytes(range(32, 64)) + b"\x00" + b"\xc0\x2f" + b"\x00"
    certificate = _certificate(name)
    one = struct.pack("!I", len(certificate))[1:] + certificate
    chain = struct.pack("!I", len(one))[1:] + one
    messages = ((2, hello), (11, chain), (14, b""))
    said = b"".join(bytes([kind]) + struct.pack("!I", len(m))[1:] + m for kind, m in messages)
    return b"\x16\x03\x03" + struct.pack("!H", len(said)) + said


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(20_260_101, ec.SECP256R1())


def _certificate(name: str) -> bytes:
    """A certificate such as a public authority gives for ninety days."""
    issuer = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sample Trust Services"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Sample CA R1"),
        ]
    )
    made = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[-_COMMON_NAME:])]),
        public_key=_key().public_key(),
        serial_number=int.from_bytes(name.encode()[:15].rjust(16, b"\x2a"), "big"),
        not_valid_before=_BEGIN,
        not_valid_after=_BEGIN + dt.timedelta(days=90),
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return made.sign(_key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
