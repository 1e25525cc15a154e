"""The page in a real Chromium, which must neither complain nor ask for anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.browser import chromium
from support.patience import PATIENCE

_MILLISECONDS: Final = 1_000 * PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; root has no sandbox to start it in."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - starts slowly

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
            timeout=_MILLISECONDS,
        )
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page's HTML; at the end, nothing was said or asked for.

    Its keywords are those of a browser context; `aim` is the part of the address behind the `#`.
    """
    said: list[str] = []
    asked: list[str] = []
    file = tmp_path / "report.html"
    context = None

    def show(html: str, aim: str = "", **how: Any) -> Page:
        nonlocal context
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(**({"reduced_motion": "reduce"} | how))
        context.set_default_timeout(_MILLISECONDS)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url.split("#")[0]))
        page.goto(f"{file.as_uri()}#{aim}")
        if how.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield show
    if context:
        context.close()
    assert said == []
    assert set(asked) == {file.as_uri()}
