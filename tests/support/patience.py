"""How long a test waits for what must come."""

from __future__ import annotations

from typing import Final

PATIENCE: Final = 900.0
"""Seconds. It ends what hangs and measures nothing: what works takes far less."""
