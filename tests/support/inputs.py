"""What a build depends on, in few words."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.groups.rule_group import Deployed
from rules_lib.inputs import Inputs
from rules_lib.reading.ruleset import Category, Ruleset, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules_lib.allowlist import Allowlist
    from rules_lib.model import FeedFile

DAY: Final = date(2026, 1, 31)
"""The day of a build, where it is not about days."""


def inputs(
    rules: Ruleset, allowlist: Allowlist, deployed: Deployed | None = None, **known: Any
) -> Inputs:
    """Nothing is deployed, and nothing was refused, unless it is said."""
    there = deployed or Deployed()
    return Inputs(ruleset=rules, allowlist=allowlist, day=DAY, deployed=there, **known)


def read_once(files: Iterable[FeedFile], wake: frozenset[int] = frozenset()) -> Ruleset:
    """Read a feed as `read_rules` does, a file of the same bytes once: releases share most."""
    return Ruleset(tuple(_category(file, wake) for file in files))


@lru_cache(maxsize=300)
def _category(file: FeedFile, wake: frozenset[int]) -> Category:
    with without_cyclic_gc():
        (found,) = read_rules([file], wake).categories
    return found
