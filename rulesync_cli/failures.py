"""How a command tells an error: in its own words, without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from rules_lib.errors import RulesyncError
from rules_lib.text import visible_lines


@contextmanager
def told() -> Iterator[None]:
    """Tell an error in its own words, without a traceback."""
    try:
        yield
    except RulesyncError as error:
        raise click.ClickException(visible_lines(str(error))) from error
    except BrokenPipeError:
        raise  # the reader has seen enough, as `| head` does: click ends in silence
    except OSError as error:
        place = f"{visible_lines(str(error.filename))}: " if error.filename else ""
        raise click.ClickException(f"{place}{error.strerror or error}") from error
