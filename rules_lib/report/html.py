"""`report.html`: one page that needs nothing but itself, and asks nobody for anything.

Its policy allows no request at all, and of styles and scripts only the two that it carries, by
their hashes. Rules come from outside: their text is escaped in the page and in its data, and the
script only ever sets text.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rules_lib.model import Discarded, Mode, Rule
from rules_lib.report import text
from rules_lib.report.budget import budget_of
from rules_lib.report.category_line import CategoryLine
from rules_lib.report.remedies import REMEDIES
from rules_lib.report.summary import Status, Summary

_HEADLINES: Final[dict[Status, str]] = {
    "healthy": "The sync went through",
    "refused": "The sync was refused",
    "failed": "The sync failed",
}
_MODES: Final = (Mode.DROP, Mode.ALERT, Mode.OFF)


def render_html(
    summary: Summary, discarded: Sequence[Discarded], categories: Sequence[CategoryLine]
) -> bytes:
    """Draw the report.

    Args:
        summary: of the sync.
        discarded: all of them; the page lets people search and filter.
        categories: in the allowlist's order; the page groups them by mode.
    """
    page = _environment().get_template("report.html.j2")
    style, script = _part("report.css.j2"), _part("report.js.j2")
    rendered = page.render(
        summary=summary,
        headline=_HEADLINES[summary.status],
        budget=budget_of(summary.groups, summary.budget),
        remedies=REMEDIES,
        sections=[(mode, _in_mode(categories, mode)) for mode in _MODES],
        most_kept=max((category.kept for category in categories), default=0),
        data=_data(discarded),
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    return rendered.encode(errors="backslashreplace")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rules_lib.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters |= {
        "code": _code,
        "count": text.count,
        "counted": text.counted,
        "portion": text.portion,
        "share": text.share,
        "size": text.size,
        "visible": text.visible,
        "visible_lines": text.visible_lines,
    }
    return environment


def _code(sentence: str) -> Markup:
    """What is between backticks, as code."""
    parts = [escape(part) for part in sentence.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def _part(name: str) -> Markup:
    """A style or script that is ours alone: it takes no values, so there is nothing to escape."""
    return Markup(_environment().get_template(name).render())  # noqa: S704 - see above


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(part: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(part.encode()).digest()).decode()}"


def _in_mode(categories: Iterable[CategoryLine], mode: Mode) -> list[CategoryLine]:
    return [category for category in categories if category.mode is mode]


def _data(discarded: Sequence[Discarded]) -> dict[str, object]:
    """What the table of discarded rules shows: names once, and a list of values a rule."""
    categories = _places(item.rule.category for item in discarded)
    reasons = _places(item.reason.value for item in discarded)
    return {
        "categories": [text.visible(name) for name in categories],
        "reasons": list(reasons),
        "rows": [
            (*_numbers(item), categories[item.rule.category], reasons[item.reason], *_words(item))
            for item in discarded
        ],
    }


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(sorted(set(names)))}


def _numbers(item: Discarded) -> tuple[int | None, int | None]:
    return item.rule.sid, item.rule.rev if isinstance(item.rule, Rule) else None


def _words(item: Discarded) -> Iterable[str]:
    msg = item.rule.msg if isinstance(item.rule, Rule) else ""
    return (text.visible(words) for words in (msg, item.detail, item.rule.text))
