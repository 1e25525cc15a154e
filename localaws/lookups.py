"""What moto's server looks up for every request, and is always the same, is looked up once."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest import mock

from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

if TYPE_CHECKING:
    from collections.abc import Iterator


class Dispatcher(DomainDispatcherApplication):
    """Knows the services of the hosts that it was asked for: moto lists its folder each time."""

    def __init__(self, create_app: Any) -> None:
        super().__init__(create_app)
        self._service_of = cache(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Find the service that a host stands for; None where it stands for none."""
        return self._service_of(host)


@cache
def method_names(kind: object) -> frozenset[str]:
    """The methods of a class."""
    return frozenset(method_names_from_class(kind))


@contextmanager
def lookups() -> Iterator[None]:
    """Look the actions of a service up once, for the length of a `with` block."""
    with mock.patch.object(responses, "method_names_from_class", method_names):
        yield
