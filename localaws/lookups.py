"""What moto's server looks up for every request, and is always the same, is looked up once."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

from moto import backends
from moto.core import responses, utils

if TYPE_CHECKING:
    from collections.abc import Iterator

_modules = backends.list_of_moto_modules
_names = utils.method_names_from_class


@cache
def modules() -> frozenset[str]:
    """The services that moto has a folder for."""
    return frozenset(_modules())


@cache
def method_names(kind: object) -> frozenset[str]:
    """The methods of a class."""
    return frozenset(_names(kind))


@contextmanager
def lookups() -> Iterator[None]:
    """Put both in the place of moto's, and take them out again."""
    with ExitStack() as undo:
        undo.enter_context(mock.patch.object(backends, "list_of_moto_modules", modules))
        undo.enter_context(mock.patch.object(responses, "method_names_from_class", method_names))
        yield
