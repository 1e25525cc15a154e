"""Where a redirect may lead: looked at when it is connected to, whatever it is called."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from support.web import Answer, Pauses, WebServer, reader, serving
from urllib3.util.connection import create_connection

from rules_lib.address import Address
from rules_lib.errors import DownloadError
from rules_lib.sources import gate
from rules_lib.sources.answers import Body
from rules_lib.sources.gate import HostKind, host_kind
from rules_lib.sources.session import UnguidedSession

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC = "93.184.216.34"
PRIVATE = "10.1.2.3"


@dataclass
class Net:
    """A network of our own: names with their addresses in turn, and addresses with a server."""

    server: WebServer
    names: dict[str, list[str]] = field(default_factory=dict)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def resolve(self, host: str, port: int, *rest: Any, **more: Any) -> list[tuple[Any, ...]]:
        """Answer as the system does; numbers in any form by the system itself."""
        if host not in self.names:
            return _SYSTEM(host, port, *rest, **more)
        answers = self.names[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self, target: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        """Note where it would lead, and lead to the server."""
        self.connected.append(target)
        port = int(self.server.url.rpartition(":")[2])
        return _CONNECT(("127.0.0.1", port), *rest, **more)

    def read(self, url: str) -> bytes:
        """Read a file over a session of its own."""
        with UnguidedSession() as session:
            answer = reader(session, Pauses(), attempts=2).read(Address(url), 9_999)
        assert isinstance(answer, Body)
        return answer.data

    def redirects(self, location: str) -> None:
        """Have `/f` lead there; whatever else is asked for is a file."""
        self.server.routes = {
            "/f": [Answer(302, headers=(("Location", location),))],
            "/g": [Answer(body=b"moved")],
        }


_SYSTEM = socket.getaddrinfo
_CONNECT = create_connection


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    """Give such a network, and no proxy."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as server:
        made = Net(server, {"feeds.example": [PUBLIC], "mirror.corp": [PRIVATE]})
        monkeypatch.setattr(socket, "getaddrinfo", made.resolve)
        monkeypatch.setattr(gate, "create_connection", made.connect)
        yield made


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("127.0.0.1", HostKind.LOOPBACK),
        ("127.9.9.9", HostKind.LOOPBACK),
        ("2130706433", HostKind.LOOPBACK),
        ("0x7f000001", HostKind.LOOPBACK),
        ("0177.0.0.1", HostKind.LOOPBACK),
        ("127.1", HostKind.LOOPBACK),
        ("[::1]", HostKind.LOOPBACK),
        ("[::ffff:127.0.0.1]", HostKind.LOOPBACK),
        ("[64:ff9b::127.0.0.1]", HostKind.LOOPBACK),
        ("[2002:7f00:1::]", HostKind.LOOPBACK),
        ("169.254.169.254", HostKind.LINK_LOCAL),
        ("0xa9fea9fe", HostKind.LINK_LOCAL),
        ("[::ffff:169.254.169.254]", HostKind.LINK_LOCAL),
        ("[fe80::1]", HostKind.LINK_LOCAL),
        ("10.0.0.1", HostKind.PRIVATE),
        ("172.16.0.1", HostKind.PRIVATE),
        ("192.168.0.1", HostKind.PRIVATE),
        ("100.64.0.1", HostKind.PRIVATE),
        ("[fd00:ec2::254]", HostKind.PRIVATE),
        ("[fec0::1]", HostKind.PRIVATE),
        ("0.0.0.0", HostKind.OTHER),  # noqa: S104 - nothing is bound
        ("0", HostKind.OTHER),
        ("[::]", HostKind.OTHER),
        ("224.0.0.1", HostKind.OTHER),
        ("[ff02::1]", HostKind.OTHER),
        ("255.255.255.255", HostKind.OTHER),
        ("inner.corp", HostKind.PRIVATE),
    ],
)
def test_public_feed_may_redirect_to_no_address_that_is_not_public(
    net: Net, host: str, kind: HostKind
) -> None:
    """However it is written; nothing is connected to, and the error says what it is."""
    net.names["inner.corp"] = ["192.168.7.7"]
    net.redirects(f"http://{host}/g")
    with pytest.raises(DownloadError) as caught:
        net.read("http://feeds.example/f")
    assert str(caught.value).startswith("http://feeds.example/f: redirects to http://")
    assert f", {kind} (" in str(caught.value)
    assert str(caught.value).endswith("; refused")
    assert net.connected == [(PUBLIC, 80)]


def test_public_feed_may_redirect_to_another_public_address(net: Net) -> None:
    """Mirrors and signed URLs of storage are reached so."""
    net.names["cdn.example"] = ["151.101.1.1"]
    net.redirects("http://cdn.example:8080/g")
    assert net.read("http://feeds.example/f") == b"moved"
    assert net.connected == [(PUBLIC, 80), ("151.101.1.1", 8080)]


def test_name_that_resolves_to_another_address_a_moment_later_leads_nowhere_else(net: Net) -> None:
    """The address that was looked at is the one that is connected to."""
    net.names["cdn.example"] = ["151.101.1.1", "127.0.0.1"]
    net.redirects("http://cdn.example/g")
    assert net.read("http://feeds.example/f") == b"moved"
    assert net.connected == [(PUBLIC, 80), ("151.101.1.1", 80)]
    net.names["feeds.example"] = [PUBLIC, "127.0.0.1"]
    net.redirects("http://feeds.example/g")
    with pytest.raises(DownloadError, match="an address of this machine itself"):
        net.read("http://feeds.example/f")


def test_mirror_in_a_private_network_may_redirect_within_it_and_out_of_it(net: Net) -> None:
    """Whoever configured it means that network; not the machine itself, nor its metadata."""
    for location in ("http://172.16.0.1/g", "/g", "http://feeds.example/g"):
        net.redirects(location)
        assert net.read("http://mirror.corp/f") == b"moved"
    for location in ("http://127.0.0.1/g", "http://169.254.169.254/g", "http://0.0.0.0/g"):
        net.redirects(location)
        with pytest.raises(DownloadError, match="redirects to"):
            net.read("http://mirror.corp/f")


def test_this_machine_may_redirect_to_the_very_host_and_port_that_was_configured(net: Net) -> None:
    """As tests and trials do; another port is another service."""
    for location in ("/g", "http://127.0.0.1:8000/g"):
        net.redirects(location)
        assert net.read("http://127.0.0.1:8000/f") == b"moved"
    for location in ("http://127.0.0.1:9001/g", "http://127.0.0.2:8000/g", "http://10.0.0.1/g"):
        net.redirects(location)
        with pytest.raises(DownloadError, match="redirects to"):
            net.read("http://127.0.0.1:8000/f")


def test_configured_address_may_be_any(net: Net) -> None:
    """It is people's own word."""
    net.server.routes = {"/g": [Answer(body=b"own")]}
    for host in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "mirror.corp", "[::1]"):
        assert net.read(f"http://{host}/g") == b"own"


def test_second_address_of_a_name_is_tried_where_the_first_does_not_answer(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network without IPv6 gets both."""
    found = [(0, 0, 0, "", (address, 80)) for address in ("2606:2800:220:1::", PUBLIC)]
    system = socket.getaddrinfo

    def resolve(host: str, *rest: Any, **more: Any) -> list[tuple[Any, ...]]:
        return found if host == "feeds.example" else system(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    def connect(target: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        if ":" in target[0]:
            raise OSError(101, "Network is unreachable")
        return net.connect(target, *rest, **more)

    monkeypatch.setattr(gate, "create_connection", connect)
    net.server.routes = {"/g": [Answer(body=b"reached")]}
    assert net.read("http://feeds.example/g") == b"reached"


def test_redirect_by_way_of_a_proxy_is_looked_at_before_the_proxy_is_asked(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy itself may be anywhere; names that only it knows are its own to judge."""
    monkeypatch.setenv("http_proxy", net.server.url)
    asked = "http://feeds.example/f"
    net.server.routes = {
        asked: [Answer(302, headers=(("Location", "http://169.254.169.254/g"),))],
        "http://169.254.169.254/g": [Answer(body=b"secret")],
    }
    with pytest.raises(DownloadError, match="a link-local address"):
        net.read(asked)
    assert [ask.path for ask in net.server.asked] == [asked]
    net.server.routes = {
        asked: [Answer(302, headers=(("Location", "http://known.invalid/g"),))],
        "http://known.invalid/g": [Answer(body=b"moved")],
    }
    assert net.read(asked) == b"moved"


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_are_public_in_every_form(address: str) -> None:
    """A network without IPv4 writes them in IPv6."""
    assert host_kind(address) is HostKind.PUBLIC
