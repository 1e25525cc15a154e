"""Inputs as large as the limits let them be: no reader runs out of memory, and none hangs."""

from __future__ import annotations

import pytest
from support.hostile.bomb import TRIALS, chosen, explode, gzipped

REFUSED = {
    "zeros": "unpacks to more than 536870912 bytes",
    "a packed plain file over the limit": "has 136314934 bytes, the limit is 134217728",
    "a large line that is no rule": "text, ",
    "a zip archive over the limit": "unpacks to more than 536870912 bytes",
    "a zip archive of many members": "more than 4096 members",
    "a zip member that lies": "is damaged",
    "one member over the limit": "has 135266304 bytes, the limit is 134217728",
    "short lines": "62,914,560 lines of rules, more than 1,500,000, the limit",
    "empty lines": "125,829,120 lines of rules, more than 1,500,000, the limit",
    "members": "more than 4096 members, the limit",
    "a long number": "no tar program writes",
    "a longer number": "an extended header of 10000000 bytes",
    "records for all": "follows more than 64 records",
    "long names": "not a tar archive, or damaged or truncated",
    "a chain of headers": "not a tar archive, or damaged or truncated",
    "a sparse map": "neither a file nor a folder",
}
"""What is refused of the archives; the others cost no more than the function has."""


@pytest.mark.parametrize("name", TRIALS)
def test_bomb_ends_within_the_memory_and_the_time_that_there_is(name: str) -> None:
    """Memory is that of the function as deployed; time is six times what a slow machine takes.

    Time that grows with the square of the input would be hours.
    """
    ended = explode(name)
    assert list(ended) == chosen(name)
    if name == "fetch":
        words = {bomb: said for bomb, said in ended.items() if said.startswith("refused: ")}
        assert words.keys() == REFUSED.keys() & ended.keys()
        assert [bomb for bomb, said in words.items() if REFUSED[bomb] not in said] == []


def test_bombs_are_small_as_they_come() -> None:
    """So that the limit of a download, 64 MiB, stops none of them."""
    assert len(gzipped((bytes(512), 2**18))) < 2**18
