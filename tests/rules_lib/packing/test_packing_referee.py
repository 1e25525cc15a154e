"""What is packed is, to the byte, what the plain and slow packing of the referee comes to."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.crowd import agree, crowd
from support.samples import THOROUGH

from rules_lib.facts import limits


@settings(max_examples=6_000 if THOROUGH else 50)  # a seed leads to no other: chance alone finds
@given(st.integers(0, 2**32), st.sampled_from((400, 1_500, 2_000_000)), st.sampled_from((5, 100)))
def test_packing_is_what_the_referee_finds(seed: int, size: int, capacity: int) -> None:
    """With parts cut by bytes and by rules, pinned groups, reference sets, shared groups, ties."""
    with pytest.MonkeyPatch.context() as service:
        service.setattr(limits, "RULES_STRING_BYTES", size)
        service.setattr(limits, "GROUP_CAPACITY", capacity)
        agree(crowd(Random(seed)))  # noqa: S311 - no secret
