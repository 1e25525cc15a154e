"""Lines made small, and nothing but base64."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rules_lib.report.deflate import deflated_base64

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))


def unpacked(pieces: list[str]) -> str:
    """What a browser makes of it."""
    return zlib.decompress(b64decode("".join(pieces))).decode()


@given(st.lists(LINE))
def test_lines_come_back(lines: list[str]) -> None:
    """Each with its line end."""
    assert unpacked(list(deflated_base64(lines))) == "".join(f"{line}\n" for line in lines)


def test_much_text_comes_in_pieces_that_join() -> None:
    """No piece but the last has padding."""
    chance = Random(0)  # noqa: S311 - text that does not pack, nothing secret
    lines = [chance.randbytes(500).hex() for _ in range(400)]
    pieces = list(deflated_base64(lines))
    assert len(pieces) > 2
    assert not [piece for piece in pieces[:-1] if "=" in piece]
    assert unpacked(pieces) == "".join(f"{line}\n" for line in lines)


def test_markup_is_none_afterwards() -> None:
    """Whatever stands in a rule, only the 65 characters of base64 come out."""
    assert re.fullmatch("[A-Za-z0-9+/=]+", "".join(deflated_base64(["</script><img onerror=x>"])))


def test_alike_lines_take_little_room() -> None:
    """Rules repeat each other."""
    text = 'alert http $HOME_NET any -> $EXTERNAL_NET any (msg:"{}"; sid:{};)'
    lines = [text.format(sid, sid) for sid in range(1000)]
    assert sum(map(len, deflated_base64(lines))) < sum(map(len, lines)) / 5
