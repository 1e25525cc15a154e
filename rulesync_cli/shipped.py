"""The allowlists that come with this program, wherever it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

USUAL: Final = Path("config/categories.yaml")
"""Where a command looks for an allowlist where none is named."""

_HERE: Final = Path(__file__).parent
_PLACES: Final = (_HERE / "config", _HERE.parent / "config")
"""As the wheel has them (see setup.py); in a clone they stand once, at its top."""

_PLAIN: Final = "categories"


def shipped_folder() -> Path:
    """Where the shipped files lie.

    Raises:
        click.ClickException: this installation lacks them.
    """
    for folder in _PLACES:
        if (folder / USUAL.name).is_file():
            return folder
    raise click.ClickException(f"{_PLACES[0]} has no {USUAL.name}: install rulesync anew")


def shipped_variants() -> dict[str, Path]:
    """The shipped allowlists by what sets each apart; `usual` is the one for ET Open."""
    files = sorted(shipped_folder().glob(f"{_PLAIN}*.yaml"))
    return {path.stem.removeprefix(_PLAIN).removeprefix("-") or "usual": path for path in files}


def usual_config() -> Path:
    """The allowlist of the folder where people stand; the shipped one where there is none."""
    if USUAL.is_file():
        return USUAL
    click.echo(
        f"{USUAL} is not here, so the shipped allowlist is taken; `rulesync init` writes it",
        err=True,
    )
    return shipped_folder() / USUAL.name
