"""What botocore and moto work out anew for every client and request is worked out once.

What they make, send and answer is the same, but for what nobody here reads: a request's signature
says who asks, and where, and is not worked out.
"""

from __future__ import annotations

import copy
import os
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from botocore import endpoint, handlers, hooks, httpsession, parsers, regions, useragent, utils
from botocore.auth import SigV4Auth
from botocore.awsrequest import HeadersDict, _HeaderKey
from botocore.client import ClientCreator
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.session import Session
from botocore.utils import parse_timestamp
from moto.core import models, responses
from moto.core.base_backend import BaseBackend
from moto.sns.models import Subscription

from localaws.lookups import method_names

if TYPE_CHECKING:
    from collections.abc import Sequence

_backend: Any = BaseBackend
_aliaser: Any = EventAliaser
_creator: Any = ClientCreator
_endpoint: Any = endpoint
_headers: Any = HeadersDict
_mock: Any = models
_resolver: Any = regions.EndpointRulesetResolver
_responses: Any = responses
_session: Any = Session
_signer: Any = SigV4Auth
_subscription: Any = Subscription
_hooks: Any = hooks
_utils: Any = utils
_regions: Any = regions
_http: Any = httpsession
_trie: Any = _hooks._PrefixTrie  # noqa: SLF001
_agent: Any = useragent
"""What is not meant to be replaced, and has no types for it."""

_moto_urls: Final = _backend.urls.fget
_accepts_kwargs: Final = _hooks.accepts_kwargs
_botocore_append: Final = _trie.append_item
_botocore_remove: Final = _trie.remove_item
_botocore_alias: Final = _aliaser._alias_event_name  # noqa: SLF001
_client_class: Final = _creator._create_client_class  # noqa: SLF001
_load_model: Final = _creator._load_service_model  # noqa: SLF001
_param_of: Final = _resolver._resolve_param_from_context  # noqa: SLF001
_provider: Final = _regions.EndpointProvider
_address_of: Final = _resolver.construct_endpoint
_proxies_of: Final = _endpoint.get_environ_proxies
_register: Final = _session._register_builtin_handlers  # noqa: SLF001
_key_of: Final = _subscription.private_key

_PROXIES: Final = tuple(
    spelled
    for name in ("http_proxy", "https_proxy", "all_proxy")
    for spelled in (name, name.upper())
)

_UNNAMING: Final = {"Key", "Prefix", "CopySource"}
"""What S3's model names for an address, and its rules do not ask for."""

_UNSIGNED: Final = "0" * 64

_begun: Final[dict[tuple[object, ...], Any]] = {}
_classes: Final[dict[str, type]] = {}
_models: Final[dict[tuple[object, ...], Any]] = {}
_providers: Final[dict[int, tuple[object, Any]]] = {}


def spare() -> None:
    """Have this process's botocore and moto work so from now on."""
    _backend.urls = property(lambda self: _urls(self.__class__))
    _mock.CallbackResponse = cache(_mock.CallbackResponse)
    _responses.method_names_from_class = method_names
    _aliaser.__copy__ = _copied
    _aliaser._alias_event_name = _aliased  # noqa: SLF001
    _creator._create_client_class = _class_of  # noqa: SLF001
    _creator._load_service_model = _model_of  # noqa: SLF001
    _trie.__copy__, _trie.append_item, _trie.remove_item = _events_copied, _append, _remove
    _hooks.accepts_kwargs = lambda handler: _accepts(getattr(handler, "__func__", handler))
    _endpoint.get_environ_proxies = _utils.get_environ_proxies = _proxies
    _headers.__contains__ = _has_header
    _resolver._resolve_param_from_context = _param  # noqa: SLF001
    _resolver.construct_endpoint = _address
    _regions.EndpointProvider = _provider_of
    _session._register_builtin_handlers = _registered  # noqa: SLF001
    _http.create_urllib3_context = cache(_http.create_urllib3_context)
    _signer.signature = lambda *_: _UNSIGNED
    _signer.canonical_request = lambda *_: ""
    _subscription.private_key = lambda _: _key()
    clean = _agent.sanitize_user_agent_string_component
    _agent.sanitize_user_agent_string_component = lru_cache(1_000)(clean)
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


def _param(resolver: Any, param_name: str, operation_model: Any, call_args: Any) -> Any:
    """What a call or its client says of an address, of most of it nothing, in four places."""
    said = param_name in _said(operation_model)
    return _param_of(resolver, param_name, operation_model, call_args) if said else None


def _address(resolver: Any, operation_model: Any, call_args: Any, request_context: Any) -> Any:
    """Where a client sends an action: the same each time, but for what a call says of it."""
    named = _naming(operation_model)
    if named is None or not call_args or "use_global_endpoint" in request_context:
        return _address_of(resolver, operation_model, call_args, request_context)
    kept = resolver._instance_cache  # noqa: SLF001 - of one client
    asked = "address", operation_model.name, *map(call_args.get, named)
    if asked not in kept:
        kept[asked] = _address_of(resolver, operation_model, call_args, request_context)
    return kept[asked]


@cache
def _naming(operation: Any) -> tuple[str, ...] | None:
    """The parameters of an action that have a say in its address; None where it is not known."""
    if operation.service_model.service_name not in {"network-firewall", "s3"}:
        return None
    named = {one.member_name for one in operation.context_parameters}
    return None if operation.operation_context_parameters else (*(named - _UNNAMING),)


@cache
def _said(operation: Any) -> frozenset[str]:
    """What an action, its parameters, and the configuration of a client can say of an address."""
    named = (
        *operation.static_context_parameters,
        *operation.context_parameters,
        *operation.service_model.client_context_parameters,
    )
    return frozenset((*operation.operation_context_parameters, *(one.name for one in named)))


def _copied(aliaser: Any) -> Any:
    """A client's events with the aliases of its session, not with a copy of them."""
    return aliaser.__class__(copy.copy(aliaser._emitter), aliaser._event_aliases)  # noqa: SLF001


def _aliased(aliaser: Any, event_name: str) -> str:
    usual = aliaser._event_aliases is EVENT_ALIASES  # noqa: SLF001
    return _alias(event_name) if usual else str(_botocore_alias(aliaser, event_name))


@cache
def _alias(event_name: str) -> str:
    return str(_botocore_alias(_aliaser(None, EVENT_ALIASES), event_name))


def _events_copied(trie: Any) -> Any:
    """What is registered for each of some 400 events, which all clients of a session share."""
    made = trie.__class__()
    made._root = trie._root  # noqa: SLF001 - never changed in place
    return made


def _registered(session: Any, events: Any) -> None:
    """Have what botocore and moto register for each session, which all share."""
    trie, known = events._emitter._handlers, (*handlers.BUILTIN_HANDLERS,)  # noqa: SLF001
    if known not in _begun:
        _register(session, events)
        _begun[known] = trie._root  # noqa: SLF001 - never changed in place
    trie._root = _begun[known]  # noqa: SLF001


def _append(trie: Any, key: str, value: Any, section: int = _hooks._MIDDLE) -> None:  # noqa: SLF001
    """Have one handler more: what leads to it is made anew, and all else stays shared."""
    trie._root = _grown(trie._root, key.split("."))  # noqa: SLF001
    _botocore_append(trie, key, value, section)


def _grown(node: dict[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """A copy of a branch as far as some parts lead, and no further."""
    values, children = node["values"], dict(node["children"])
    if parts and parts[0] in children:
        children[parts[0]] = _grown(children[parts[0]], parts[1:])
    return {**node, "values": values and hooks.NodeList(*map(list, values)), "children": children}


def _remove(trie: Any, key: str, value: Any) -> None:
    """Have one handler less."""
    trie._root = _grown(trie._root, key.split("."))  # noqa: SLF001
    _botocore_remove(trie, key, value)


@lru_cache(5_000)
def _accepts(handler: Any) -> object:
    return _accepts_kwargs(handler)


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


def _provider_of(ruleset_data: Any, partition_data: Any, excluded_params: Any = None) -> Any:
    """A service's rules for its addresses, which botocore reads for each client."""
    found = _providers.get(id(ruleset_data))
    if found is None:
        made = _provider(ruleset_data, partition_data, excluded_params)
        found = _providers[id(ruleset_data)] = (ruleset_data, made)
    return found[1]
