"""Directories, file shares and remote desktops."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, answer, request, response, tls, web

_ZERO_MINUTES: Final = b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><SyncUpdates/></s:Body></s:Envelope>"


def _tlv(tag: int, value: bytes) -> bytes:
    """A value in BER, of up to 127 bytes."""
    return bytes([tag, len(value)]) + value


def _ldap(number: int, operation: bytes) -> bytes:
    return _tlv(0x30, _tlv(2, bytes([number])) + operation)


def _smb2(command: int, number: int, body: bytes, *, reply: bool = False) -> bytes:
    head = struct.pack(
        "<4sHHIHHIIQIIQ", b"\xfeSMB", 64, 1, 0, command, 31, int(reply), 0, number, 0, 0, 0
    )
    said = head + bytes(16) + body
    return struct.pack("!I", len(said)) + said


_NEGOTIATE: Final = (
    struct.pack("<HHHHI", 36, 3, 1, 0, 0x7F)
    + bytes(range(16))
    + bytes(8)
    + struct.pack("<HHH", 0x0202, 0x0210, 0x0300)
)
_CHOSEN: Final = (
    struct.pack("<HHHH", 65, 1, 0x0300, 0)
    + bytes(range(16))
    + struct.pack("<IIII", 0x2F, 8_388_608, 8_388_608, 8_388_608)
    + bytes(16)
    + struct.pack("<HHI", 128, 0, 0)
)
_SHARE: Final = "\\\\files.corp.example\\team".encode("utf-16-le")
_NAME: Final = "reports\\2026-01.xlsx".encode("utf-16-le")
_CREATE: Final = (
    struct.pack(
        "<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 0x120089, 0, 1, 1, 0x40, 120, len(_NAME), 0, 0
    )
    + _NAME
)
_AS_REQUEST: Final = _tlv(
    0x6A,
    _tlv(
        0x30,
        _tlv(0xA1, _tlv(2, b"\x05"))
        + _tlv(0xA2, _tlv(2, b"\x0a"))
        + _tlv(
            0xA4,
            _tlv(
                0x30,
                _tlv(0xA0, _tlv(3, b"\x00\x40\x81\x00\x10"))
                + _tlv(
                    0xA1,
                    _tlv(
                        0x30,
                        _tlv(0xA0, _tlv(2, b"\x01")) + _tlv(0xA1, _tlv(0x30, _tlv(0x1B, b"ann"))),
                    ),
                )
                + _tlv(0xA2, _tlv(0x1B, b"CORP.EXAMPLE"))
                + _tlv(0xA5, _tlv(0x18, b"20370913024805Z"))
                + _tlv(0xA7, _tlv(2, b"\x12\x34\x56\x78"))
                + _tlv(0xA8, _tlv(0x30, _tlv(2, b"\x12"))),
            ),
        ),
    ),
)

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "ldap-bind-search": Talk(
            (
                _ldap(
                    1,
                    _tlv(
                        0x60,
                        _tlv(2, b"\x03")
                        + _tlv(4, b"cn=app,dc=corp,dc=example")
                        + _tlv(0x80, b"S3cret"),
                    ),
                ),
                answer(_ldap(1, _tlv(0x61, b"\x0a\x01\x00\x04\x00\x04\x00"))),
                _ldap(
                    2,
                    _tlv(
                        0x63,
                        _tlv(4, b"dc=corp,dc=example")
                        + b"\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"
                        + _tlv(0x87, b"objectClass")
                        + _tlv(0x30, _tlv(4, b"cn")),
                    ),
                ),
                answer(_ldap(2, _tlv(0x65, b"\x0a\x01\x00\x04\x00\x04\x00"))),
            ),
            389,
            inside=True,
        ),
        "ldaps": tls("dc1.corp.example", 636, inside=True),
        "kerberos": Talk((struct.pack("!I", len(_AS_REQUEST)) + _AS_REQUEST,), 88, inside=True),
        "kerberos-udp": Talk((_AS_REQUEST,), 88, datagrams=True, inside=True),
        "smb-share": Talk(
            (
                _smb2(0, 0, _NEGOTIATE),
                answer(_smb2(0, 0, _CHOSEN, reply=True)),
                _smb2(3, 1, struct.pack("<HHHH", 9, 0, 72, len(_SHARE)) + _SHARE),
                answer(_smb2(3, 1, struct.pack("<HBBIII", 16, 1, 0, 0, 0, 0x1F01FF), reply=True)),
                _smb2(5, 2, _CREATE),
                answer(_smb2(5, 2, struct.pack("<HBBI", 89, 0, 0, 1) + bytes(80), reply=True)),
            ),
            445,
            inside=True,
        ),
        "smb-old-negotiate": Talk(
            (
                b"\x00\x00\x00\x2f\xffSMB\x72\x00\x00\x00\x00\x18\x01\x28"
                + bytes(20)
                + b"\x00\x0c\x00\x02NT LM 0.12\x00",
            ),
            445,
            inside=True,
        ),
        "rdp": Talk(
            (
                b"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00",
                answer(
                    b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x0f\x08\x00\x02\x00\x00\x00"
                ),
            ),
            3389,
            inside=True,
        ),
        "winrm": web(
            request(
                "srv1.corp.example:5985",
                "/wsman",
                "Microsoft WinRM Client",
                method="POST",
                headers={"Content-Type": "application/soap+xml;charset=UTF-8"},
                body=_ZERO_MINUTES,
            ),
            response(b"", status="401 Unauthorized", server="Microsoft-HTTPAPI/2.0"),
            port=5985,
            inside=True,
        ),
        "printer-ipp": web(
            request(
                "printer.corp.example:631",
                "/ipp/print",
                "CUPS/2.4.7 (Linux 6.1.0; x86_64) IPP/2.0",
                method="POST",
                headers={"Content-Type": "application/ipp"},
                body=b"\x02\x00\x00\x0b\x00\x00\x00\x01\x03",
            ),
            response(b"\x02\x00\x00\x00\x00\x00\x00\x01\x03", "application/ipp"),
            port=631,
            inside=True,
        ),
        "nfs-null": Talk(
            (struct.pack("!IIIIIIIIIII", 0x80000028, 1, 0, 2, 100_003, 4, 0, 0, 0, 0, 0),),
            2049,
            inside=True,
        ),
    }
)
