"""The lines that mention something are found without a look at each of the others."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rules_lib.model import FeedFile
from rulesync_cli.explain.lines import mentioning

PIECES = st.sampled_from(["a", "b", "A", "ab", "\\", " ", "\r", "\n", "\n\n", "\\\n", "\\ \n"])


def looked_through(data: bytes, mentions: list[bytes], *, any_case: bool) -> bytes | None:
    """The same, by a look at every line; None where a file is left out."""
    lines = data.split(b"\n")
    joins = [line.rstrip().endswith(b"\\") for line in lines]
    follows = [False, *joins]
    seen = [line.lower() if any_case else line for line in lines]
    stay = [
        joined or follow or any(one in line for one in mentions)
        for line, joined, follow in zip(seen, joins, follows, strict=False)
    ]
    if not any(stay):
        return None
    return b"\n".join(line if stays else b"" for line, stays in zip(lines, stay, strict=True))


@given(
    st.lists(PIECES).map("".join).map(str.encode),
    st.lists(st.sampled_from([b"", b"a", b"b", b"ab", b"\\"]), max_size=3),
    st.booleans(),
)
def test_lines_are_those_that_a_look_at_each_finds(
    data: bytes, mentions: list[bytes], any_case: bool
) -> None:
    """All others are blank, those that a backslash joins stay, and each keeps its number."""
    file = FeedFile("some", data)
    then = looked_through(data, mentions, any_case=any_case)
    expected = () if then is None else (replace(file, data=then),)
    assert tuple(mentioning((file,), mentions, any_case=any_case)) == expected
