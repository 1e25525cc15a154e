"""What botocore and moto work out anew for every client and request is worked out once.

What they make, send and answer is the same, but for what nobody here reads: who asks, and by which
program, as a request's signature and its `User-Agent` say it.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from botocore import endpoint, handlers, httpsession, parsers, useragent, utils
from botocore.auth import SigV4Auth
from botocore.awsrequest import HeadersDict, _HeaderKey
from botocore.client import ClientCreator
from botocore.utils import parse_timestamp
from moto.core import models, responses
from moto.core.base_backend import BaseBackend
from moto.sns.models import Subscription

from localaws.lookups import method_names

if TYPE_CHECKING:
    from collections.abc import Mapping

_agent: Any = useragent.UserAgentString
_backend: Any = BaseBackend
_creator: Any = ClientCreator
_endpoint: Any = endpoint
_handlers: Any = handlers
_headers: Any = HeadersDict
_http: Any = httpsession
_mock: Any = models
_responses: Any = responses
_rest: Any = parsers.BaseRestParser
_signer: Any = SigV4Auth
_subscription: Any = Subscription
_utils: Any = utils
"""What is not meant to be replaced, and has no types for it."""

_client_class: Final = _creator._create_client_class  # noqa: SLF001
_key_of: Final = _subscription.private_key
_load_model: Final = _creator._load_service_model  # noqa: SLF001
_moto_urls: Final = _backend.urls.fget
_parse_said: Final = _rest._parse_non_payload_attrs  # noqa: SLF001
_proxies_of: Final = _endpoint.get_environ_proxies

_PROXIES: Final = tuple(
    spelled
    for name in ("http_proxy", "https_proxy", "all_proxy")
    for spelled in (name, name.upper())
)
_UNSIGNED: Final = "0" * 64

_classes: Final[dict[str, type]] = {}
_models: Final[dict[tuple[object, ...], Any]] = {}


def spare() -> None:
    """Have this process's botocore and moto work so from now on."""
    _agent.to_string = lambda _: "rulesync"
    _backend.urls = property(lambda self: _urls(self.__class__))
    _creator._create_client_class = _class_of  # noqa: SLF001
    _creator._load_service_model = _model_of  # noqa: SLF001
    _endpoint.get_environ_proxies = _utils.get_environ_proxies = _proxies
    _handlers._has_expires_shape = cache(_handlers._has_expires_shape)  # noqa: SLF001
    _headers.__contains__ = _has_header
    _http.create_urllib3_context = cache(_http.create_urllib3_context)
    _mock.CallbackResponse = cache(_mock.CallbackResponse)
    _responses.method_names_from_class = method_names
    _rest._parse_non_payload_attrs = _parse  # noqa: SLF001
    _signer.canonical_request, _signer.signature = (lambda *_: ""), (lambda *_: _UNSIGNED)
    _subscription.private_key = lambda _: _key()
    parsers.DEFAULT_TIMESTAMP_PARSER = lru_cache(1_000)(parse_timestamp)


@cache
def _urls(kind: Any) -> dict[str, Any]:
    """A service's URLs, which moto writes out for every request."""
    found: dict[str, Any] = _moto_urls(kind.__new__(kind))
    return found


@cache
def _key() -> Any:
    """What notices are signed with: moto seeks the primes of a key for each subscription."""
    return _key_of(None)


def _proxies(url: str) -> Any:
    """The proxies that the environment names, all of which botocore reads for each client."""
    return _proxies_of(url) if any(map(os.environ.__contains__, _PROXIES)) else {}


def _has_header(headers: Any, name: str) -> bool:
    """Whether there is such a header; botocore has some 30 taken, and caught what that raises."""
    return _HeaderKey(name) in headers._dict  # noqa: SLF001


def _class_of(creator: Any, service: str, model: Any) -> type:
    """A client's class, with a method for each action: one for all clients of a service."""
    if service not in _classes:
        _classes[service] = _client_class(creator, service, model)
    return _classes[service]


def _model_of(creator: Any, service: str, api_version: str | None = None) -> Any:
    """A service's model, in which botocore keeps the shapes that calls have asked for.

    A session that looks in folders of its own may find another one there.
    """
    folders = dict.fromkeys(creator._loader.search_paths)  # noqa: SLF001 - boto3 adds one again
    key = service, api_version, *folders
    if key not in _models:
        _models[key] = _load_model(creator, service, api_version)
    return _models[key]


def _parse(parser: Any, response: Any, shape: Any, members: Any, parsed: dict[str, Any]) -> None:
    """Read what is said beside a body: botocore asks for some 40 headers, of which 10 are there."""
    named, others = _said_beside(shape)
    said = {name.lower() for name in response["headers"]}
    there = (member for header, member in named if header in said)
    _parse_said(parser, response, shape, {**others, **{one: members[one] for one in there}}, parsed)


@cache
def _said_beside(shape: Any) -> tuple[tuple[tuple[str, str], ...], Mapping[str, Any]]:
    """What an answer may say beside its body: each header with its member, and what is none."""
    located = {
        name: (member.serialization.get("location"), member)
        for name, member in shape.members.items()
    }
    headers = tuple(
        (member.serialization.get("name", name).lower(), name)
        for name, (location, member) in located.items()
        if location == "header"
    )
    others = {
        name: member
        for name, (location, member) in located.items()
        if location not in {None, "header"}
    }
    return headers, others
