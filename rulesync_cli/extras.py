"""What only some work needs is an extra of the package; how to add it stands here, once."""

from __future__ import annotations

from importlib.metadata import requires


def install_command(extra: str) -> str:
    """The command that adds what an extra names; the index has another project of our name."""
    asked = (one.partition(";") for one in requires("rulesync") or ())
    return "pip install " + " ".join(f"'{name}'" for name, _, when in asked if f'"{extra}"' in when)
