"""The short way of calls, switched on and watched, and what came of a call."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from botocore.exceptions import ClientError

from support import quick
from support.quick.short import SWITCH, Asked

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def short_way() -> Iterator[list[bool]]:
    """Have calls take the short way; gives, for each, whether it did."""
    taken, answer = list[bool](), quick._briefly  # noqa: SLF001

    def answered(asked: Asked) -> Any:
        found = answer(asked)
        taken.append(found is not None)
        return found

    with (
        mock.patch.object(SWITCH, "on", new=True),
        mock.patch.object(quick, "_briefly", answered),
    ):
        yield taken


def said(call: Any, **words: Any) -> tuple[Any, set[str]]:
    """An answer or an error, and the headers that came with it."""
    try:
        found = call(**words)
    except ClientError as error:
        found = error.response
    told = found.pop("ResponseMetadata")
    if "Body" in found:
        found["Body"] = found["Body"].read()
    found.get("Error", {}).pop("Key", None)
    return (found, told["HTTPStatusCode"]), set(told["HTTPHeaders"])
