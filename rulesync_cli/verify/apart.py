"""What keeps captures that one engine inspects apart in time.

Between two captures Suricata forgets its flows and hosts, but not how often a `threshold` or a
`detection_filter` has matched: 8.0.8 of whatever they track, 7.0.10 of what is tracked by the rule.
It starts counting again once the rule's seconds have passed. So a capture that begins before that
is moved to a later time; or the engine is restarted for it, where its time matters or cannot be
moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from rulesync_cli.verify.capture_times import LATEST_SECOND, CaptureSpan

_SECONDS: Final = re.compile(
    r"[;(]\s*(?:threshold|detection_filter)\s*:[^;]*?\bseconds\s+(\d+)", re.IGNORECASE
)
_DATED: Final = re.compile(r"[;(]\s*tls_cert_(?:expired|valid|notbefore|notafter)\b", re.IGNORECASE)
"""Keywords that compare a certificate with the time of the packet."""


@dataclass(slots=True)
class Apart:
    """Tells of each capture in turn how much later it has to be.

    Attributes:
        gap: seconds for which the rules remember; 0 where none does.
        dated: whether a rule asks for the time itself.
        until: when the last capture ended, as it was replayed; None where the engine has had none.
    """

    gap: int
    dated: bool
    until: int | None = None

    @classmethod
    def of(cls, rules: Iterable[str]) -> Self:
        """Look what rules remember."""
        texts = tuple(rules)
        seconds = (int(found) for text in texts for found in _SECONDS.findall(text))
        return cls(max(seconds, default=-1) + 1, any(map(_DATED.search, texts)))

    def restarted(self) -> None:
        """The engine remembers nothing."""
        self.until = None

    def later(self, span: CaptureSpan | None) -> int | None:
        """By how many seconds a capture has to be later; None: not for this engine, as it runs.

        Args:
            span: of the capture; None where it has no packet.
        """
        if span is None or not self.gap:
            return 0
        seconds = 0 if self.until is None else max(0, self.until + self.gap - span.first)
        if seconds and (self.dated or span.last + seconds > LATEST_SECOND):
            return None
        self.until = max(self.until or 0, span.last + seconds)
        return seconds
