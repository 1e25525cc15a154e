"""Two texts in one: nothing of either is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.rules import rule_texts

from rulesync_cli.explain.tokens import Piece, pieces_of

TEXTS = rule_texts() | st.text(max_size=30)


@given(TEXTS, TEXTS)
def test_pieces_make_up_both_texts(before: str, after: str) -> None:
    """What is not added is the text before; what is not removed, the text after."""
    pieces = pieces_of(before, after)
    assert "".join(one.text for one in pieces if one.kind != "added") == before
    assert "".join(one.text for one in pieces if one.kind != "removed") == after


def test_an_option_that_was_taken_out_is_one_piece() -> None:
    """With the white space before it, as it is cut."""
    assert pieces_of('alert (msg:"a"; gid:1; sid:1;)', 'alert (msg:"a"; sid:1;)') == (
        Piece("same", 'alert (msg:"a";'),
        Piece("removed", " gid:1;"),
        Piece("same", " sid:1;)"),
    )
