"""Both in moto's place, for the length of a `with` block."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from moto.athena.models import athena_backends
from moto.athena.responses import AthenaResponse
from moto.logs.responses import LogsResponse

from localaws.athena import models as athena
from localaws.log_queries import insights

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def log_queries() -> Iterator[None]:
    """Have Athena and Logs Insights carry out what they are asked."""
    replaced: tuple[tuple[Any, str, Any], ...] = (
        (athena_backends, "backend", athena.QueryingAthenaBackend),
        (AthenaResponse, "get_query_execution", athena.get_query_execution(_told)),
        (AthenaResponse, "get_query_results", athena.get_query_results),
        (LogsResponse, "start_query", insights.start_query),
        (LogsResponse, "get_query_results", insights.get_query_results),
        (LogsResponse, "stop_query", insights.stop_query),
    )
    with ExitStack() as undo:
        for owner, name, replacement in replaced:
            undo.enter_context(mock.patch.object(owner, name, replacement, create=True))
        athena_backends.clear()
        yield
    athena_backends.clear()


_told = AthenaResponse.get_query_execution
