"""Words for people on stderr: on a terminal its width breaks them between words."""

from __future__ import annotations

import sys

import click


def tell(words: str) -> None:
    """Write words on stderr."""
    click.echo(within_terminal(words), err=True)


def within_terminal(words: str) -> str:
    """The same words, each line broken so that the terminal need not; unaltered for a file."""
    if not sys.stderr.isatty():
        return words
    import shutil  # noqa: PLC0415 - not for a help text

    width = shutil.get_terminal_size().columns
    return "\n".join(_broken(line, width) for line in words.split("\n"))


def _broken(line: str, width: int) -> str:
    import textwrap  # noqa: PLC0415 - not for a help text

    indent = " " * (len(line) - len(line.lstrip()))
    broken = textwrap.wrap(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(broken)
