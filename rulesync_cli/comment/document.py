"""The whole comment: what to know, numbers, what stands against it, risks, then what is folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.report.feed_words import versions_in_words
from rules_lib.text import counted
from rulesync_cli.comment.details import detail_lines
from rulesync_cli.comment.figures import figures
from rulesync_cli.comment.impact import impact_lines
from rulesync_cli.comment.markdown import LONGEST, alert, code, code_items, first
from rulesync_cli.comment.risks import risk_lines

if TYPE_CHECKING:
    from rulesync_cli.preview import Preview
    from rulesync_cli.verify.rehearsal import Rehearsal

_MARK: Final = 536
"""Bytes of a comment that are left to whoever posts it, for a hidden mark."""

_LADDER: Final = (2_000, 1_000, 500, 200, 100, 50, 20, 5, 0)
"""So many lines of each list are tried, until the whole fits."""

_CAUSES: Final = 20


@dataclass(frozen=True, slots=True)
class PlanTold:
    """What is told of a plan.

    Attributes:
        found: the plan.
        edit: names the allowlist that it is a plan of.
        remarks: what is to be known of people's own rules.
        tried: what captures showed; None where none was given.
    """

    found: Preview
    edit: str
    remarks: Sequence[str] = ()
    tried: Rehearsal | None = None


def plan_markdown(told: PlanTold, longest: int = LONGEST - _MARK) -> str:
    """Write a plan as Markdown of at most so many bytes; what is not named is counted."""
    text = ""
    for most in _LADDER:
        text = "\n".join(_without_gaps(_lines(told, most)))
        if len(text.encode()) <= longest:
            break
    return text


def _without_gaps(lines: Iterable[str]) -> Iterator[str]:
    """No two empty lines in a row."""
    last = ""
    for line in lines:
        if line or last:
            yield line
        last = line


def _lines(told: PlanTold, most: int) -> Iterator[str]:
    found, rules = told.found, told.found.summary.rules
    used = [one for one in found.summary.feeds if one.version]
    first = found.summary.feed.version or found.summary.feed.source
    feed = f"feeds {code(versions_in_words(used))}" if len(used) > 1 else f"feed {code(first)}"
    yield f"### rulesync: {_verdict(found)}"
    yield ""
    enabled = counted(rules.enabled, "enabled rule")
    yield f"Plan of {code(told.edit)} with {feed}: {enabled}."
    yield from figures(found)
    yield from _against(told, most)
    yield from risk_lines(found.foreseen.changes, most)
    yield from impact_lines(found, told.tried, most)
    yield from detail_lines(found, most)


def _verdict(found: Preview) -> str:
    """The one thing to know."""
    foreseen = found.foreseen
    if foreseen.refusal:
        return "a sync would refuse this plan"
    if foreseen.plan.is_empty:
        return "nothing would change"
    blocks = sum(one.blocks_anew for one in foreseen.changes)
    unblocks = sum(one.unblocks for one in foreseen.changes)
    told = [
        f"{counted(rules, 'rule')} {one if rules == 1 else many}"
        for rules, one, many in (
            (blocks, "newly blocks", "newly block"),
            (unblocks, "no longer blocks", "no longer block"),
        )
        if rules
    ]
    return ", ".join(told) or f"{counted(len(foreseen.plan.changes), 'rule group')} would change"


def _against(told: PlanTold, most: int) -> Iterator[str]:
    """What stands against the plan: a refusal, a hold, rules of people's own that are odd."""
    refusal, held = told.found.foreseen.refusal, told.found.held
    if refusal:
        causes = code_items(str(refusal).split("\n"))
        said = ("**A sync would refuse this plan.**", "", *first(causes, _CAUSES, "line"))
        yield from alert("CAUTION", said)
    if held:
        words = f"Build {code(held.build)} is held: a sync changes nothing until `rulesync resume`."
        yield from alert("WARNING", [words])
    if told.remarks:
        words = f"**{counted(len(told.remarks), 'remark')} on your own rules:**"
        said = (words, "", *first(code_items(told.remarks), most, "remark"))
        yield from alert("WARNING", said)
