"""The rules that were read last, for a build that would read the same bytes again.

A function that builds one target after the other is kept warm in between. Targets that share feeds,
own rules and allowlist share the reading too, which is the dearest step that they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.reading.ruleset import Ruleset


@dataclass(slots=True)
class LastRuleset:
    """One ruleset, and what it was read from; rules are values, so nobody can change them."""

    _key: str = ""
    _ruleset: Ruleset | None = None

    def of(self, key: str, read: Callable[[], Ruleset]) -> Ruleset:
        """Give the ruleset that was read from this, or read it.

        Args:
            key: identifies all bytes that it is read from; not empty.
            read: reads it.
        """
        if self._ruleset is None or self._key != key:
            self._ruleset, self._key = None, ""  # the old one goes before the new one comes
            self._ruleset = read()
            self._key = key
        return self._ruleset
