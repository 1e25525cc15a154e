"""The file's text in, the allowlist or all that is wrong with it out."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from rules_lib.allowlist.checks import KEY_CHECKS, categories_are_known
from rules_lib.allowlist.faulty import error_of
from rules_lib.allowlist.names import known_categories
from rules_lib.allowlist.reader import read_document
from rules_lib.allowlist.schema import validated
from rules_lib.allowlist.values import Allowlist
from rules_lib.allowlist.variables import declared_variables
from rules_lib.errors import AllowlistError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


def _none_may_come(_: str) -> bool:
    return False


def load_allowlist(
    text: str | bytes,
    *,
    source: str,
    known: Collection[str],
    may_come: Callable[[str], bool] = _none_may_come,
) -> Allowlist:
    """Read the category allowlist.

    Args:
        text: the file, UTF-8 where it is bytes.
        source: its name, for the error.
        known: categories of the feeds at hand, of earlier releases, and people's own (`local-…`);
            our own list of ET's categories is always added.
        may_come: whether a category may be one of a feed that has not arrived yet.

    Raises:
        AllowlistError: with every error of the file, each with its line.
    """
    document = read_document(text)
    if document.root is None:
        raise error_of(AllowlistError, source, document, document.problems)
    allowlist = validated(document)
    found = (
        *(() if isinstance(allowlist, Allowlist) else allowlist),
        *categories_are_known(document, known_categories().union(known), may_come),
        *chain.from_iterable(check(document) for check in KEY_CHECKS),
    )
    problems = document.problems_with(found)
    if problems or not isinstance(allowlist, Allowlist):
        raise error_of(AllowlistError, source, document, problems)
    return allowlist.model_copy(update={"variables": declared_variables(document)})
