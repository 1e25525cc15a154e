"""Where an action of a service is sent is worked out once, and not for each client and call."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from botocore import regions

_regions: Any = regions
_resolver: Any = regions.EndpointRulesetResolver
"""What is not meant to be replaced, and has no types for it."""

_address_of: Final = _resolver.construct_endpoint
_param_of: Final = _resolver._resolve_param_from_context  # noqa: SLF001
_provider: Final = _regions.EndpointProvider

_PLACE: Final = "place"
_UNNAMING: Final = {"Key", "Prefix", "CopySource"}
"""What S3's model names for an address, and its rules do not ask for."""

_addresses: Final[dict[tuple[object, ...], Any]] = {}
_providers: Final[dict[int, tuple[object, Any]]] = {}


def share_addresses() -> None:
    """Have this process's clients do so from now on."""
    _regions.EndpointProvider = _provider_of
    _resolver._resolve_param_from_context = _param  # noqa: SLF001
    _resolver.construct_endpoint = _address


def _provider_of(ruleset_data: Any, partition_data: Any, excluded_params: Any = None) -> Any:
    """A service's rules for its addresses, which botocore reads for each client."""
    found = _providers.get(id(ruleset_data))
    if found is None:
        made = _provider(ruleset_data, partition_data, excluded_params)
        found = _providers[id(ruleset_data)] = (ruleset_data, made)
    return found[1]


def _address(resolver: Any, operation_model: Any, call_args: Any, request_context: Any) -> Any:
    """Where a client sends an action: the same each time, but for what a call says of it."""
    named = _naming(operation_model)
    if named is None or not call_args or "use_global_endpoint" in request_context:
        return _address_of(resolver, operation_model, call_args, request_context)
    kept = resolver._instance_cache  # noqa: SLF001 - of one client
    if _PLACE not in kept:
        kept[_PLACE] = _place(resolver)
    asked = kept[_PLACE], operation_model, *map(call_args.get, named)
    if asked not in _addresses:
        _addresses[asked] = _address_of(resolver, operation_model, call_args, request_context)
    return _addresses[asked]


def _place(resolver: Any) -> tuple[object, ...]:
    """What is said of an address by a client; whose account asks, those services do not need."""
    said = {**vars(resolver)["_builtins"], **vars(resolver)["_client_context"]}
    settings = (item for item in said.items() if not callable(item[1]))
    names = "_use_ssl", "_requested_auth_scheme", "_auth_scheme_preference"
    return (*settings, *(getattr(resolver, name) for name in names))


@cache
def _naming(operation: Any) -> tuple[str, ...] | None:
    """The parameters of an action that have a say in its address; None where it is not known."""
    if operation.service_model.service_name not in {"network-firewall", "s3"}:
        return None
    named = {one.member_name for one in operation.context_parameters}
    return None if operation.operation_context_parameters else (*(named - _UNNAMING),)


def _param(resolver: Any, param_name: str, operation_model: Any, call_args: Any) -> Any:
    """What a call or its client says of an address, of most of it nothing, in four places."""
    said = param_name in _said(operation_model)
    return _param_of(resolver, param_name, operation_model, call_args) if said else None


@cache
def _said(operation: Any) -> frozenset[str]:
    """What an action, its parameters, and the configuration of a client can say of an address."""
    named = (
        *operation.static_context_parameters,
        *operation.context_parameters,
        *operation.service_model.client_context_parameters,
    )
    return frozenset((*operation.operation_context_parameters, *(one.name for one in named)))
