"""Lists in pages: a token is the name that the last page ended with, so deletions lose nothing."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeVar

from localaws.errors import InvalidRequestError
from localaws.limits import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def page(items: Mapping[str, T], params: Mapping[str, Any]) -> tuple[list[T], str | None]:
    """Cut the page that a request asks for.

    Args:
        items: What is listed, by a name that orders it.
        params: The request, of which `MaxResults` and `NextToken` count.

    Returns:
        The page, and the token of the next one or None.

    Raises:
        InvalidRequestError: The token was not given out here.
    """
    last = _decode(params["NextToken"]) if "NextToken" in params else ""
    names = sorted(name for name in items if name > last)
    shown = names[: params.get("MaxResults") or PAGE_SIZE]
    more = len(shown) < len(names)
    return [items[name] for name in shown], _encode(shown[-1]) if more else None


def _encode(name: str) -> str:
    return base64.b64encode(name.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidRequestError(
            f"parameter is invalid, parameter: [{token}], context: NextToken"
        ) from None
