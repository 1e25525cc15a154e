"""Telephones, tunnels and clocks over UDP, remote shells and files."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, answer, tls

_CALL: Final = (
    b"INVITE sip:bob@voice.vendor.example SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 10.20.1.5:5060;branch=z9hG4bK776asdhds\r\nMax-Forwards: 70\r\n"
    b"To: Bob <sip:bob@voice.vendor.example>\r\nFrom: Ann <sip:ann@corp.example>;tag=1928\r\n"
    b"Call-ID: a84b4c76e66710@corp.example\r\nCSeq: 314159 INVITE\r\n"
    b"Contact: <sip:ann@10.20.1.5>\r\n"
    b"User-Agent: Asterisk PBX 20.7.0\r\nContent-Type: application/sdp\r\nContent-Length: 0\r\n\r\n"
)
_OK: Final = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.20.1.5:5060;branch=z9hG4bK776asdhds\r\n"
    b"To: Bob <sip:bob@voice.vendor.example>;tag=a6c85cf\r\n"
    b"From: Ann <sip:ann@corp.example>;tag=1928\r\n"
    b"Call-ID: a84b4c76e66710@corp.example\r\nCSeq: 314159 INVITE\r\nContent-Length: 0\r\n\r\n"
)
_REGISTER: Final = _CALL.replace(b"INVITE sip:bob@", b"REGISTER sip:").replace(
    b"314159 INVITE", b"1 REGISTER"
)


def _datagrams(
    port: int, *said: bytes | tuple[str, bytes], inside: bool = True, inbound: bool = False
) -> Talk:
    return Talk(said, port, datagrams=True, inside=inside, inbound=inbound)


TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "ntp": _datagrams(
            123,
            b"\x23" + bytes(39) + struct.pack("!II", 3_976_250_400, 0),
            answer(b"\x24\x01\x06\xec" + bytes(44)),
            inside=False,
        ),
        "dhcp-like-tftp-boot": _datagrams(69, b"\x00\x01pxelinux.0\x00octet\x00"),
        "ssh-out": Talk(
            (answer(b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13\r\n"), b"SSH-2.0-OpenSSH_9.7\r\n"), 22
        ),
        "ssh-in": Talk(
            (answer(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), b"SSH-2.0-PuTTY_Release_0.81\r\n"),
            22,
            inbound=True,
        ),
        "ssh-ansible": Talk(
            (answer(b"SSH-2.0-OpenSSH_8.7\r\n"), b"SSH-2.0-paramiko_3.4.0\r\n"),
            22,
            inside=True,
            times=5,
        ),
        "sftp-partner": Talk(
            (answer(b"SSH-2.0-GoAnywhere7.4.1\r\n"), b"SSH-2.0-JSCH-0.2.17\r\n"), 22
        ),
        "ftp": Talk(
            (
                answer(b"220 (vsFTPd 3.0.5)\r\n"),
                b"USER anonymous\r\n",
                answer(b"331 Please specify the password.\r\n"),
                b"PASS ann@corp.example\r\n",
                answer(b"230 Login successful.\r\n"),
                b"TYPE I\r\n",
                answer(b"200 Switching to Binary mode.\r\n"),
                b"SIZE pub/data.zip\r\n",
                answer(b"213 1048576\r\n"),
                b"QUIT\r\n",
                answer(b"221 Goodbye.\r\n"),
            ),
            21,
        ),
        "voip-register": _datagrams(
            5060, _REGISTER, answer(_OK.replace(b"314159 INVITE", b"1 REGISTER")), inside=False
        ),
        "voip-call": _datagrams(5060, _CALL, answer(_OK), inside=False),
        "voip-call-in": _datagrams(5060, _CALL, answer(_OK), inside=False, inbound=True),
        "voip-audio": _datagrams(
            16_384,
            *(
                struct.pack("!BBHII", 0x80, 0, n, n * 160, 0xDEAD) + b"\xd5" * 160
                for n in range(20)
            ),
            inside=False,
        ),
        "stun": _datagrams(
            3478,
            b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(range(12)),
            answer(
                b"\x01\x01\x00\x0c\x21\x12\xa4\x42"
                + bytes(range(12))
                + b"\x00\x20\x00\x08\x00\x01"
                + bytes(6)
            ),
            inside=False,
        ),
        "teams-turn": tls("worldaz.tr.teams.microsoft.com"),
        "ipsec": _datagrams(
            500,
            bytes(range(8)) + bytes(8) + b"\x21\x20\x22\x08" + bytes(4) + struct.pack("!I", 28),
            inside=False,
        ),
        "wireguard": _datagrams(51_820, b"\x01\x00\x00\x00" + bytes(range(144)), inside=False),
        "openvpn": _datagrams(1194, b"\x38" + bytes(range(8)) + bytes(5), inside=False),
    }
)
