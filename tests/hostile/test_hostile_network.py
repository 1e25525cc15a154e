"""Somebody between us and the feed: what https is there for."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rules_lib.address import Address
from rules_lib.errors import DownloadError
from rules_lib.sources.download import HttpReader
from rules_lib.sources.session import UnguidedSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def certificate(folder: Path, name: str) -> Path:
    """A certificate that nobody but its owner has signed, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "both.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def impostor(both: Path) -> Iterator[tuple[str, list[bytes]]]:
    """A server that has a certificate of its own making: its address, and what it was sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                heard.append(secure.recv(65_536))
                secure.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://me:hush@localhost:{server.getsockname()[1]}/emerging.rules.tar.gz", heard
        thread.join()


def test_server_that_cannot_prove_its_name_is_asked_for_nothing(tmp_path: Path) -> None:
    """The connection ends before a word was sent, credentials least of all."""
    reader = HttpReader(UnguidedSession(), 30, 30, 30, 1, sleep=print, clock=monotonic)
    both = certificate(tmp_path, "localhost")
    with impostor(both) as (url, heard), pytest.raises(DownloadError) as caught:
        reader.read(Address(url), 99)
    assert "no secure connection" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert heard == []
