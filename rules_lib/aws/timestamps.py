"""Times as services write them; botocore's own reader takes them for any text, 0.2 ms each."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

_FORMS: Final[tuple[tuple[str, Callable[[str], datetime]], ...]] = (
    ("Z", datetime.fromisoformat),
    (" GMT", parsedate_to_datetime),
)
"""By their ending: a listing's `2026-11-30T05:54:53.000Z`, a header's `Mon, 30 Nov 2026 …`."""


def read_timestamp(written: Any) -> datetime:
    """Read a time; one of any other form as botocore does.

    Args:
        written: text, or seconds since 1970.

    Raises:
        ValueError: it is none.
    """
    for ending, read in _FORMS:
        if isinstance(written, str) and written.endswith(ending):
            with suppress(ValueError):
                return read(written)
    return parse_timestamp(written)
