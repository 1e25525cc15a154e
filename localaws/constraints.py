"""The bounds that the service model states: required members, lengths, ranges, patterns, enums.

botocore checks only some of them before it sends a request; the service checks all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

from localaws.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SHOWN: Final = 100  # characters of an offending value that the message repeats


def check_request(action: str, params: Mapping[str, Any]) -> None:
    """Hold a request's parameters against the service model.

    Args:
        action: The name of the action, such as `CreateRuleGroup`.
        params: The request's parameters as the service model names them.

    Raises:
        InvalidRequestError: A bound is broken; the message names the first member that breaks one.
    """
    shape = get_service_model("network-firewall").operation_model(action).input_shape
    if message := next(_violations(shape, params, ""), None):
        raise InvalidRequestError(f"1 validation error detected: {message}")


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _map(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _list(shape, value, path)
    else:
        yield from _scalar(shape, value, path)


def _structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.metadata.get("required", ()):
        if name not in value:
            yield _failed(None, f"{path}{name}", "Member must not be null")
    for name, member in value.items():
        if name in shape.members:
            yield from _violations(shape.members[name], member, f"{path}{name}.")


def _map(shape: MapShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _size(shape, value, path)
    for key, member in value.items():
        yield from _violations(shape.key, key, path)
        yield from _violations(shape.value, member, f"{path}{key}.")


def _list(shape: ListShape, value: Sequence[Any], path: str) -> Iterator[str]:
    yield from _size(shape, value, path)
    for index, member in enumerate(value, 1):
        yield from _violations(shape.member, member, f"{path}{index}.")


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        yield from _size(shape, value, path)
        pattern, names = shape.metadata.get("pattern"), shape.metadata.get("enum")
        if pattern and not re.fullmatch(pattern, value):
            yield _failed(value, path, f"Member must satisfy regular expression pattern: {pattern}")
        if names and value not in names:
            yield _failed(value, path, f"Member must satisfy enum value set: [{', '.join(names)}]")
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _bounds(shape, value, value, path, "value")


def _size(shape: Shape, value: str | Sequence[Any] | Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _bounds(shape, value, len(value), path, "length")


def _bounds(shape: Shape, value: object, measure: int, path: str, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and measure < low:
        yield _failed(value, path, f"Member must have {what} greater than or equal to {low}")
    if high is not None and measure > high:
        yield _failed(value, path, f"Member must have {what} less than or equal to {high}")


def _failed(value: object, path: str, constraint: str) -> str:
    shown = str(value)[:_SHOWN]
    return (
        f"Value '{shown}' at '{path.removesuffix('.')}' failed to satisfy constraint: {constraint}"
    )
