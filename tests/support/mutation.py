"""Files of ours, damaged; and how often, how long and in which order hypothesis tries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTILE: Final = settings(max_examples=500)


@st.composite
def damaged(draw: st.DrawFn, originals: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """One of the originals, in up to four places cut, or with words or bytes put in."""
    text = draw(st.sampled_from(originals))
    pieces = st.one_of(st.sampled_from(words), st.binary(max_size=4), st.just(b""))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.sampled_from([0, 0, 1, 2, 8, 64, 4_096])))
        text = text[:at] + draw(pieces) * draw(st.sampled_from([1, 1, 1, 2, 50])) + text[end:]
    return text


def joined(words: Sequence[bytes], glue: bytes = b"") -> st.SearchStrategy[bytes]:
    """Words one after the other, in any order."""
    return st.lists(st.sampled_from(words), max_size=40).map(glue.join)
