"""The rules that were read last: given again for the same bytes, and for no others."""

from __future__ import annotations

from rules_lib.model import FeedFile
from rules_lib.reading.last_ruleset import LastRuleset
from rules_lib.reading.ruleset import Ruleset, read_rules


def test_the_same_bytes_are_read_once() -> None:
    """Another key reads anew, and the first one then too: one is kept, not all."""
    last, read = LastRuleset(), []

    def of(key: str) -> Ruleset:
        def reading() -> Ruleset:
            read.append(key)
            return read_rules([FeedFile(key, b"")])

        return last.of(key, reading)

    assert of("a") is of("a")
    assert of("b") is not of("a")
    assert read == ["a", "b", "a"]
