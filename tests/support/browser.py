"""Debian's Chromium, by its path."""

from __future__ import annotations

import shutil


def chromium() -> str | None:
    """The one without windows, which starts and draws in a third of the time, before the whole."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")
