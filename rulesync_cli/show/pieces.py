"""Two texts of a rule, one below the other, with what differs marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from rules_lib.text import visible

if TYPE_CHECKING:
    from rich.console import Console

    from rulesync_cli.explain.tokens import Piece, TokenKind

INDENT: Final = 10


def render_pieces(console: Console, pieces: tuple[Piece, ...]) -> None:
    """Print both texts, one below the other, with what differs marked."""
    if any(piece.kind != "same" for piece in pieces):
        console.print(_side("-", "removed", pieces, console), soft_wrap=True)
        console.print(_side("+", "added", pieces, console), soft_wrap=True)


def _side(sign: str, mine: TokenKind, pieces: tuple[Piece, ...], console: Console) -> Text:
    """One of the texts; where there are no colours, `[-…-]` and `{+…+}` mark what differs."""
    style = "bold red" if mine == "removed" else "bold green"
    begin, end = ("[-", "-]") if mine == "removed" else ("{+", "+}")
    plain = not console.is_terminal or console.no_color
    line = Text(" " * INDENT)
    line.append(f"{sign} ", style=style)
    for piece in pieces:
        text = visible(piece.text)
        if piece.kind == mine:
            line.append(f"{begin}{text}{end}" if plain else text, style=style)
        elif piece.kind == "same":
            line.append(text, style="dim")
    return line
