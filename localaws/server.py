"""The embedded AWS as a server: moto's own, with this package's Network Firewall in it."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import make_server

from localaws.connections import KeptConnection
from localaws.embedded import network_firewall
from localaws.log_queries.context import log_queries
from localaws.lookups import Dispatcher, lookups
from localaws.stacks.context import stacks

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from localaws.control import Control


def serve(control: Control, host: str, port: int, ready: Callable[[str], object]) -> None:
    """Answer AWS's services until the process is interrupted or asked to end (SIGTERM).

    Args:
        control: How Network Firewall is set up.
        host: The address to listen on.
        port: The port to listen on; 0 for one that is free.
        ready: Called with the URL once the server listens.

    Raises:
        SystemExit: The port is taken; werkzeug has said so on stderr.
    """

    def application(service: str) -> Flask:
        prepare(service)
        return create_backend_app(service)

    app = Dispatcher(application)
    server = make_server(host, port, app, threaded=True, request_handler=KeptConnection)
    # some of moto's services call their own server, and look for its port here
    os.environ["MOTO_PORT"] = str(server.port)
    # by default SIGTERM ends a process at once, and the stacks' folder would stay behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    place = f"http://127.0.0.1:{server.port}"
    with (
        lookups(),
        network_firewall(control),
        log_queries(),
        stacks(place, control.longest_wait) as prepare,
    ):
        ready(f"http://{host}:{server.port}")
        server.serve_forever()
