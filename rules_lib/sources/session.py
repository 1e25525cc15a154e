"""The session over which feeds are asked for: no redirect by itself, no address unseen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from rules_lib.sources.gate import Gate, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from socket import socket

    from requests import PreparedRequest, Response

_PORTS = {"http": 80, "https": 443}

logging.getLogger("urllib3").setLevel(logging.CRITICAL)
"""It logs whole URLs: at level DEBUG those of all requests, and as a warning that of an answer with
a broken header. A subscriber's code is in them."""


def origin_of(url: str) -> Origin:
    """The host and port that a URL names; raises `ValueError` where it names none."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("no host")
    return Origin(parts.hostname, parts.port or _PORTS.get(parts.scheme, 0))


class UnguidedSession(requests.Session):
    """A session that follows no redirect, and connects to nothing that its gate bars.

    requests by itself reads the body of every redirect, of whatever size, even where it is told
    not to follow.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()
        for scheme in _PORTS:
            self.mount(f"{scheme}://", _GatedAdapter(self.gate))

    def get_redirect_target(self, resp: Response) -> None:
        """Find none."""


class _GatedAdapter(HTTPAdapter):
    """Connects through a gate; what goes through a proxy is looked at before it goes there."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # requests' own signature
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _gated_pools(self._gate)

    def send(  # noqa: PLR0913, PLR0917 - requests' own signature
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        url = str(request.url)
        if proxies and select_proxy(url, proxies):
            origin = origin_of(url)
            self._gate.look(origin.host, origin.port)
        return super().send(request, stream, timeout, verify, cert, proxies)


def _gated_pools(gate: Gate) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, whose connections are made by a gate."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket:
            return gate.open(self.host, self.port, self.timeout, self.socket_options)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket:
            return gate.open(self.host, self.port or 443, self.timeout, self.socket_options)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
