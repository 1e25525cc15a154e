"""CloudWatch Logs Insights in the place of moto's: queries over the events of log groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.responses import LogsResponse

from localaws.log_queries.language import MalformedQueryError, Record, parse_query

RESULTS: Final = 100_000
PAGE: Final = 10_000
USUAL: Final = 10_000
"""The most rows of a query, of one answer, and of a query that does not say how many it wants."""

_FIELDS: Final = 200
"""So many fields of an event are found."""

_ANSWERS: Final[dict[str, list[Record]]] = {}
"""Id of a query -> its rows; ids are never used twice."""


def start_query(response: LogsResponse) -> str:
    """Carry a query out at once."""
    asked = {name: response._get_param(name) for name in _GROUPS}  # noqa: SLF001  # moto's way
    named = [value for value in asked.values() if value]
    if len(named) != 1:
        raise InvalidParameterException("exactly one of the parameters for log groups is needed")
    identifiers = named[0] if isinstance(named[0], list) else [named[0]]
    limit = int(response._get_param("limit") or USUAL)  # noqa: SLF001  # as above
    if not 1 <= limit <= RESULTS:
        raise InvalidParameterException(f"the limit {limit} is none from 1 to {RESULTS}")
    span = [int(response._get_param(name)) for name in ("startTime", "endTime")]  # noqa: SLF001  # as above
    try:
        query = parse_query(response._get_param("queryString"))  # noqa: SLF001  # as above
    except MalformedQueryError as error:
        raise JsonRESTError("MalformedQueryException", str(error)) from error
    records = [
        record
        for identifier in identifiers
        for record in _records(response, identifier.rpartition("log-group:")[2], *span)
    ]
    query_id = str(uuid4())
    _ANSWERS[query_id] = query.run(records)[:limit]
    return json.dumps({"queryId": query_id})


def get_query_results(response: LogsResponse) -> str:
    """A page of the rows."""
    query_id = response._get_param("queryId")  # noqa: SLF001  # moto's way
    if query_id not in _ANSWERS:
        raise ResourceNotFoundException("the query does not exist")
    first = int(response._get_param("nextToken") or 0)  # noqa: SLF001  # as above
    last = first + min(int(response._get_param("maxItems") or PAGE), PAGE)  # noqa: SLF001  # as above
    rows = _ANSWERS[query_id]
    answer: dict[str, Any] = {
        "status": "Complete",
        "results": [[{"field": n, "value": v} for n, v in row.items()] for row in rows[first:last]],
    }
    if last < len(rows):
        answer["nextToken"] = str(last)
    return json.dumps(answer)


def stop_query(response: LogsResponse) -> str:
    """Nothing runs any more by then."""
    _ANSWERS.pop(response._get_param("queryId"), None)  # noqa: SLF001  # moto's way
    return json.dumps({"success": True})


_GROUPS: Final = ("logGroupName", "logGroupNames", "logGroupIdentifiers")


def _records(response: LogsResponse, group: str, first: int, last: int) -> Iterator[Record]:
    """The events of a group whose time is within two seconds, both of them included."""
    groups = response.logs_backend.groups
    if group not in groups:
        raise ResourceNotFoundException
    for stream in groups[group].streams.values():
        for event in stream.events:
            if first * 1000 <= event.timestamp < (last + 1) * 1000:
                yield _fields_of(event.message, event.timestamp)


def _fields_of(message: str, timestamp: int) -> Record:
    """The fields that are found in an event: those of JSON by their places."""
    found = {"@message": message, "@timestamp": f"{timestamp:015}"}
    try:
        document = json.loads(message)
    except ValueError:
        return found
    if isinstance(document, dict):
        for number, (name, value) in enumerate(_flat(document, "")):
            if number >= _FIELDS:
                break
            found[name] = value
    return found


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        place = f"{name}.{key}" if name else str(key)
        if isinstance(member, dict | list):
            yield from _flat(member, place)
        elif member is not None:
            yield place, member if isinstance(member, str) else json.dumps(member)
