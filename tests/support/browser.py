"""What the tests of the page in a browser share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rules_lib.model import Discarded, Reason
from support.report import rule

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Show = Callable[..., Page]


def sids(page: Page, table: str = "discarded") -> list[str]:
    """The sids that the table shows, in its order."""
    return page.locator(f"#{table}-rows td.sid").all_inner_texts()


def search(page: Page, words: str, table: str = "discarded") -> None:
    """Type words and wait until they are looked for."""
    page.fill(f"#{table}-words", words)
    page.dispatch_event(f"#{table}-filters", "change")


def many(number: int) -> tuple[Discarded, ...]:
    """Discarded rules that differ in sid, reason and category."""
    reasons = (Reason.OVER_BUDGET, Reason.NO_SID, Reason.TOO_LONG)
    text = 'alert http $HOME_NET any -> any any (msg:"Rule number {0}"; content:"{1}"; sid:{0};)'
    return tuple(
        Discarded(
            rule(sid, category=f"cat-{sid % 7}", text=text.format(sid, "Fill " * 40)),
            reasons[sid % 3],
            f"detail {sid % 11}",
        )
        for sid in range(1, number + 1)
    )
