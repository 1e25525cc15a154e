"""Two texts of a rule as one, word by word: what went and what came is marked where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from rules_lib.text import visible
from rulesync_cli.show.console import lay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from rulesync_cli.explain.tokens import Piece, TokenKind

INDENT: Final = 10


_STYLES: Final[Mapping[TokenKind, str]] = {
    "same": "dim", "removed": "bold red strike", "added": "bold green"
}  # fmt: skip
_MARKS: Final[Mapping[TokenKind, tuple[str, str]]] = {
    "same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")
}  # fmt: skip


def render_pieces(console: Console, pieces: tuple[Piece, ...]) -> None:
    """Print both texts as one; where there are no colours, `[-…-]` and `{+…+}` mark the words."""
    if all(piece.kind == "same" for piece in pieces):
        return
    plain = not console.is_terminal or console.no_color
    line = Text(f"{' ' * INDENT}~ ")
    for piece in pieces:
        begin, end = _MARKS[piece.kind] if plain else ("", "")
        line.append(f"{begin}{visible(piece.text)}{end}", style=_STYLES[piece.kind])
    lay(console, line, INDENT + 2)
