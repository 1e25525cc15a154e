"""The short way of a call to S3 and Network Firewall: from botocore to the embedded AWS and back.

botocore checks a call's parameters, writes the request and reads the answer as ever. Left out is
what lies between: no request is signed, sent, routed and asked again. Whatever the short way does
not know goes the long one, and so does a client on whose wire a test listens, and a service that is
to fail.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from botocore import handlers, parsers
from botocore.awsrequest import AWSResponse
from botocore.endpoint import convert_to_response_dict
from moto.core.botocore_stubber import MockRawResponse
from moto.core.config import passthrough_service, passthrough_url
from moto.core.models import botocore_stubber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.common_types import TYPE_RESPONSE

_ACTIONS: Final = {
    "s3": (
        *("CreateBucket", "GetObject", "PutObject", "CopyObject", "ListObjectsV2"),
        "DeleteObject",
    ),
    "network-firewall": ("*",),
}
_WIRE: Final = ("request-created", "choose-signer", "before-sign", "before-send")
_WIRE_ANSWERS: Final = ("response-received",)
_THEIRS: Final = ("botocore", "boto3", "moto", "aws_lambda_powertools")
_ERRORS: Final = 300

_parser: Final = cache(parsers.create_parser)


@dataclass(slots=True)
class Switch:
    """Whether calls may go the short way."""

    on: bool = True


SWITCH: Final = Switch()


class Headers(dict[str, Any]):
    """Of an answer, by their names in lower case; asked for in any, as botocore's own are."""

    def __contains__(self, name: object) -> bool:
        """Whether there is such a header."""
        return super().__contains__(str(name).lower())

    def __getitem__(self, name: str) -> Any:
        """What it says."""
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """What it says, where there is one."""
        return super().get(name.lower(), default)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was not sent.

    Attributes:
        method: of HTTP.
        url: with its query.
        headers: as botocore writes them, neither signed nor with the body's length.
        body: of the request.
        service: by botocore's name.
        region: which it is meant for.
        access_key: of whoever asks.
    """

    method: str
    url: str
    headers: Mapping[str, Any]
    body: bytes
    service: str
    region: str
    access_key: str


def shorten() -> None:
    """Have the clients of sessions that are made from now on take the short way."""
    for service, actions in _ACTIONS.items():
        for action in actions:
            handlers.BUILTIN_HANDLERS.append((f"before-call.{service}.{action}", _call))


def _call(
    model: Any, params: dict[str, Any], request_signer: Any, context: Any, **_: object
) -> tuple[Any, Any] | None:
    """The answer to a call, as botocore has it: the response, and what was read in it."""
    service = model.service_model.service_name
    events = request_signer._event_emitter  # noqa: SLF001
    if not _may_be_short(service, params, events, model.name):
        return None
    asked = Asked(
        params["method"],
        params["url"],
        {**params["headers"], **_checksum_asked_for(context)},
        _whole(params["body"]),
        service,
        context["client_region"],
        _access_key(request_signer),
    )
    answer: TYPE_RESPONSE | None = botocore_stubber.process_request(asked)  # type: ignore[arg-type]
    return None if answer is None else _read(answer, asked.url, model, events)


def _may_be_short(service: str, params: Mapping[str, Any], events: Any, action: str) -> bool:
    url = params["url"].partition("?")[0]
    return (
        SWITCH.on
        and botocore_stubber.enabled
        and isinstance(params["body"], bytes | BytesIO | SpooledTemporaryFile)
        and ".amazonaws.com/" in url
        and not passthrough_service(service.replace("-", ""))
        and not passthrough_url(url)
        and not _listened_to(events, service, action)
    )


def _listened_to(events: Any, service: str, action: str) -> bool:
    """Whether anybody but botocore and moto has a say in what is sent, or sees what comes."""
    emitter = events._emitter  # noqa: SLF001
    known = emitter._lookup_cache  # noqa: SLF001 - forgotten by botocore when one registers
    asked = "listened to", service, action
    if asked not in known:
        names = (f"{event}.{service}.{action}" for event in (*_WIRE, *_WIRE_ANSWERS))
        found = chain.from_iterable(map(emitter._handlers.prefix_search, names))  # noqa: SLF001
        known[asked] = not all(handler.__module__.startswith(_THEIRS) for handler in found)
    return bool(known[asked])


def _whole(body: bytes | IO[bytes]) -> bytes:
    """All of a body, which stays as it is, as it may have to be sent after all."""
    if isinstance(body, bytes):
        return body
    whole = body.read()
    body.seek(-len(whole), os.SEEK_CUR)
    return whole


def _checksum_asked_for(context: Mapping[str, Any]) -> dict[str, str]:
    """The header by which botocore says which checksum follows a body."""
    header = context.get("checksum", {}).get("request_algorithm_header")
    return {header["name"]: header["value"]} if header else {}


def _access_key(signer: Any) -> str:
    found = signer._credentials  # noqa: SLF001
    return str(found.access_key) if found else ""


def _read(answer: TYPE_RESPONSE, url: str, model: Any, events: Any) -> tuple[Any, Any]:
    status, told, body = answer
    headers = Headers({name.lower(): value for name, value in told.items()})
    response = AWSResponse(url, status, {}, MockRawResponse(body))  # type: ignore[arg-type]
    response.headers = headers  # type: ignore[assignment]  # which botocore reads some 40 times
    said = convert_to_response_dict(response, model)
    more: dict[str, Any] = {}
    service_id = model.service_model.service_id.hyphenize()
    events.emit(
        f"before-parse.{service_id}.{model.name}",
        operation_model=model,
        response_dict=said,
        customized_response_dict=more,
    )
    parser = _parser(model.service_model.resolved_protocol)
    read = parser.parse(said, model.output_shape)
    read.update(more)
    read["ResponseMetadata"]["RetryAttempts"] = 0
    if status >= _ERRORS:
        shape = model.service_model.shape_for_error_code(read.get("Error", {}).get("Code"))
        read.update(parser.parse(said, shape) if shape else {})
    return response, read
