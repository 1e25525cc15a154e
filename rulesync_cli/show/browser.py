"""A page in people's browser, where there is one to show it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
_WITH_SCREEN: Final = frozenset({"darwin", "win32"})


def shown_in_browser(page: Path) -> bool:
    """Open a page; say whether a browser was asked to, which needs a screen."""
    if sys.platform not in _WITH_SCREEN and not any(map(os.environ.get, _SCREENS)):
        return False  # a browser of text would take the terminal over
    import webbrowser  # noqa: PLC0415 - not for a help text

    return webbrowser.open(page.resolve().as_uri())
