"""The command's version, written down.

To read it from the installed package's metadata takes longer than all else that `--version` does.
"""

from __future__ import annotations

from typing import Final

RULESYNC_VERSION: Final = "0.1.0"
"""As `pyproject.toml` has it; a test holds the two together."""
