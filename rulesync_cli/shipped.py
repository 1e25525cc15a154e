"""The allowlists that come with this program, wherever it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

ALLOWLIST_NAME: Final = "categories.yaml"

_USUAL: Final = (Path("config", ALLOWLIST_NAME), Path(ALLOWLIST_NAME))
"""Where a command looks for an allowlist where none is named: in a clone, and as `init` writes."""

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
        if (folder / ALLOWLIST_NAME).is_file():
            return folder
    raise click.ClickException(f"{_PLACES[0]} has no {ALLOWLIST_NAME}: install rulesync again")


def shipped_variants() -> dict[str, Path]:
    """The shipped allowlists by what sets each apart; `usual` is the one for ET Open."""
    files = sorted(shipped_folder().glob(f"{_PLAIN}*.yaml"))
    return {path.stem.removeprefix(_PLAIN).removeprefix("-") or "usual": path for path in files}


def usual_config() -> Path:
    """The allowlist of the folder where people stand; the shipped one where there is none."""
    if found := next((path for path in _USUAL if path.is_file()), None):
        return found
    click.echo(
        f"there is no {ALLOWLIST_NAME} here, so the shipped allowlist is used; `rulesync init` "
        "writes it",
        err=True,
    )
    return shipped_folder() / ALLOWLIST_NAME
