"""`report.html`: one page that needs nothing but itself, and asks nobody for anything.

Its policy allows no request at all, and of styles and scripts only the two that it carries, by
their hashes; a script that turns text into markup is refused too. Rules come from outside: their
text is escaped in the page and is base64 in its data, and the script only ever sets text.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from rules_lib.deploy.rulewise import CHANGE_KINDS
from rules_lib.model import Mode
from rules_lib.report.budget import budget_of
from rules_lib.report.category_line import CategoryLine
from rules_lib.report.deflate import deflated_base64
from rules_lib.report.feed_words import any_feed
from rules_lib.report.fired import NOTHING_COUNTED, LastDays
from rules_lib.report.remedies import REMEDIES, value_wanted
from rules_lib.report.rows import LISTED, change_rows, discard_rows, place_rows
from rules_lib.report.shortfall import shortfalls
from rules_lib.report.since import Since
from rules_lib.report.staging import staged_rules
from rules_lib.report.summary import Status, Summary
from rules_lib.report.templates import environment

if TYPE_CHECKING:
    from rules_lib.build import Built

_HEADLINES: Final[dict[Status, str]] = {
    "healthy": "The sync succeeded",
    "refused": "The sync was refused",
    "failed": "The sync failed",
}
_MODES: Final = (Mode.AS_WRITTEN, Mode.DROP, Mode.ALERT, Mode.OFF)
_PIECES: Final = 200
"""How many of the template's pieces are joined before they are handed on."""


def render_html(
    summary: Summary,
    built: Built,
    categories: Iterable[CategoryLine],
    since: Since,
    lately: LastDays = NOTHING_COUNTED,
) -> Iterator[bytes]:
    """Draw the report, piece by piece.

    Args:
        summary: of the sync.
        built: all rules, so that the page knows where each is; people search and filter them.
        categories: in any order; the page puts them by mode, the largest first.
        since: what is different since the last build.
        lately: what fired in the last days.
    """
    style, script = _part("report.css.j2"), _part("report.js.j2")
    lines = sorted(categories, key=lambda line: (_MODES.index(line.mode), -line.wanted, line.name))
    page = environment().get_template("report.html.j2")
    stream = page.stream(
        summary=summary,
        headline=_HEADLINES[summary.status],
        any_feed=any_feed(several=len(summary.feeds) > 1),
        budget=budget_of(summary.groups, lines, summary.budget),
        remedies=REMEDIES,
        value_wanted=value_wanted,
        shortfalls=shortfalls(built.discarded),
        sections=[(mode, [line for line in lines if line.mode is mode]) for mode in _MODES],
        largest=max((line.wanted for line in lines), default=0),
        since=since,
        staged=list(staged_rules(built.kept)),
        excepted=[rule for rule in built.kept if rule.without],
        late=[rule for rule in built.kept if rule.cause.late],
        lately=lately,
        kinds=CHANGE_KINDS,
        listed=LISTED,
        data={
            "discarded": deflated_base64(discard_rows(built.discarded, since.fresh or ())),
            "changes": deflated_base64(change_rows(() if since.is_first else since.rules)),
            "places": deflated_base64(place_rows(built.groups, built.off)),
        },
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    stream.enable_buffering(_PIECES)
    return (piece.encode(errors="backslashreplace") for piece in stream)


def render_plain(name: str, **values: object) -> bytes:
    """Draw a page of its own that has tables and no script.

    Args:
        name: of its template.
        values: what the template shows.
    """
    style = _part("report.css.j2")
    policy = _policy(style)
    page = environment().get_template(name).render(style=style, policy=policy, **values)
    return page.encode(errors="backslashreplace")


def _part(name: str) -> Markup:
    """A style or script that is ours alone: it takes no values, so there is nothing to escape."""
    return Markup(environment().get_template(name).render())  # noqa: S704 - see above


def _policy(style: str, script: str = "") -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'" if script else "script-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(part: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(part.encode()).digest()).decode()}"
