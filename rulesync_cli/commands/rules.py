"""`rulesync rules`: what is in force, searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rules_lib.facts.limits import ACTIONS
from rules_lib.text import count, counted, visible
from rulesync_cli.account import store_of
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import FOLDER, epilog, json_option, print_json
from rulesync_cli.completing import complete_build
from rulesync_cli.show.console import say, show, stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.targeted import target_option

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from rulesync_cli.history.published import PublishedRule, PublishedRules

_LIMIT: Final = 50
_HEADINGS: Final = ("sid", "action", "severity", "confidence", "category", "rule group", "msg")
_STANDING: Final = "for now"
_FEED: Final = "feed"
_LEAVING: Final = ("rule group", "confidence", "severity")


def _cves(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        return ()
    from rulesync_cli.cves import cve_named

    found = {one: cve_named(one) for one in given}
    if wrong := [one for one, cve in found.items() if cve is None]:
        raise click.BadParameter(f"{', '.join(wrong)}: not a CVE; write it like CVE-2021-44228")
    return tuple(cve for cve in found.values() if cve)


@click.command(
    epilog=epilog(
        "rulesync rules log4j",
        "rulesync rules --cve CVE-2021-44228 --action drop",
        "rulesync rules --category 'emerging-*' --csv > rules.csv",
        "rulesync rules --sid 2035052 --json | jq -r '.rules[].rule'",
        "rulesync rules --results out/1 cobalt strike",
        "rulesync rules --staged",
    )
)
@click.argument("words", metavar="[WORD]...", nargs=-1)
@click.option("--sid", "sids", multiple=True, type=int, metavar="SID",
              help="Only this rule. Repeat it for more.")  # fmt: skip
@click.option("--cve", "cves", multiple=True, metavar="CVE", callback=_cves,
              help="Only rules with this CVE in msg, references or metadata. Repeat it for more."
              )  # fmt: skip
@click.option("--category", "categories", multiple=True, metavar="NAME",
              help="Only rules of this category; * and ? are wildcards. Repeat it for more."
              )  # fmt: skip
@click.option("--action", "actions", multiple=True, type=click.Choice(sorted(ACTIONS)),
              help="Only rules with this action. Repeat it for more.")  # fmt: skip
@click.option("--group", "groups", multiple=True, metavar="NAME",
              help="Only rules of this rule group; * and ? are wildcards. Repeat it for more."
              )  # fmt: skip
@click.option("--staged", "only_staged", is_flag=True,
              help="Only new rules that alert before they drop, with the day on which they drop."
              )  # fmt: skip
@click.option("--excepted", "only_excepted", is_flag=True,
              help="Only rules without some hosts, with the exceptions of the allowlist."
              )  # fmt: skip
@click.option("--build", metavar="ID", shell_complete=complete_build,
              help="A build of the bucket. Default: the one in force.")  # fmt: skip
@click.option("--results", type=FOLDER, metavar="DIR",
              help="A results folder of `rulesync local`, instead of the bucket.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True,
              metavar="N", help="How many rules to list. 0 lists all. CSV and JSON always have all."
              )  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@json_option
@wide_option
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True, help="The stack's bucket.")
@target_option
@aws_options
def rules(  # noqa: PLR0913 - an argument for each option
    *,
    words: tuple[str, ...],
    sids: tuple[int, ...],
    cves: tuple[str, ...],
    categories: tuple[str, ...],
    actions: tuple[str, ...],
    groups: tuple[str, ...],
    only_staged: bool,
    only_excepted: bool,
    build: str | None,
    results: Path | None,
    limit: int,
    as_csv: bool,
    as_json: bool,
    bucket: str | None,
) -> None:
    """Search the rules in force.

    Finds rules whose msg has all WORDs, in any letter case, and that match all options. Reads the
    newest applied build in the bucket, not the account; `rulesync status` shows manual changes.
    Changes nothing.
    """
    from rulesync_cli.history.asked_rules import RuleQuery

    if as_csv and as_json:
        raise click.UsageError("give --csv or --json: not both")
    with waiting("reading the rules"):
        published = _read(bucket, build, results)
    query = RuleQuery(
        words, frozenset(sids), frozenset(cves), categories, frozenset(actions), groups
    )
    asked = _standing_so(published, staged=only_staged, excepted=only_excepted)
    found = tuple(query.of(rule for rule in published.rules if asked is None or rule.sid in asked))
    for hint in query.unmet(published.rules):
        click.echo(visible(hint), err=True)
    if as_csv:
        click.echo(_csv(published, found), nl=False)
    elif as_json:
        print_json(_document(published, found))
    else:
        _render(published, found, limit, stdout())


def _standing_so(published: PublishedRules, *, staged: bool, excepted: bool) -> set[int] | None:
    """The rules that are staged, or have exceptions, as asked; None where neither is asked."""
    if not (staged or excepted):
        return None
    return {
        sid
        for sid, one in published.standing.items()
        if (one.staged or not staged) and (one.exceptions or not excepted)
    }


def _read(bucket: str | None, build: str | None, results: Path | None) -> PublishedRules:
    from rulesync_cli.history.published import rules_in_folder, rules_of_build

    if results and build:
        raise click.UsageError("give --results or --build: not both")
    if results:
        return rules_in_folder(results)
    if not bucket:
        raise click.UsageError("give --bucket for a stack (or set RULESYNC_BUCKET), or --results")
    return rules_of_build(store_of(bucket), build or "")


def _document(published: PublishedRules, found: Sequence[PublishedRule]) -> dict[str, object]:
    return {
        "source": published.source,
        "build": published.build,
        "feed": published.feed or None,
        **({"feeds": {o.name: o.version for o in published.releases}} if published.feeds else {}),
        "total": len(published.rules),
        "rules": [rule_record(rule) | _beside(published, rule) for rule in found],
    }


def _beside(published: PublishedRules, rule: PublishedRule) -> dict[str, object]:
    """What is so with a rule for now."""
    standing = published.standing.get(rule.sid)
    told = standing.model_dump(mode="json") if standing else {}
    feed = {"feed": published.feed_of(rule.category) or None} if published.feeds else {}
    return {"staged": told.get("staged"), "exceptions": told.get("exceptions", []), **feed}


def rule_record(rule: PublishedRule) -> dict[str, object]:
    """A published rule as JSON shows it; what its metadata do not say is null."""
    record = {name: value or None for name, value in rule._asdict().items()}
    return {**record, "rev": rule.rev, "msg": rule.msg, "cves": rule.cves, "rule": rule.rule}


def _csv(published: PublishedRules, found: Sequence[PublishedRule]) -> bytes:
    from rules_lib.report.sheet import csv_lines
    from rulesync_cli.history.published import PublishedRule

    feed = ("feed",) if published.feeds else ()
    fields = (*PublishedRule._fields[:-1], "cves", "rule", "staged", "exceptions", *feed)
    return b"".join(csv_lines(fields, (_csv_row(published, rule) for rule in found)))


def _csv_row(published: PublishedRules, rule: PublishedRule) -> tuple[str | int | None, ...]:
    standing = published.standing.get(rule.sid)
    staged = str(standing.staged) if standing and standing.staged else None
    exceptions = "; ".join(map(str, standing.exceptions)) if standing else None
    feed = (published.feed_of(rule.category) or None,) if published.feeds else ()
    return (*rule[:-1], " ".join(rule.cves), rule.rule, staged, exceptions, *feed)


def _render(
    published: PublishedRules, found: Sequence[PublishedRule], limit: int, console: Console
) -> None:
    from rulesync_cli.show.tables import tally

    total = len(published.rules)
    of = "" if len(found) == total else f" of {count(total)}"
    actions = tally(Counter(rule.action for rule in found).items())
    told = f": {actions}" if actions else ""
    heading = f"{visible(published.source)}, {published.named_feeds}"
    say(console, f"{heading}: {counted(len(found), 'rule')}{of}{told}", "bold")
    shown = found[:limit] if limit else found
    if not shown:
        return
    say(console)
    standing = [str(published.standing.get(rule.sid, "-")) for rule in shown]
    rows: list[tuple[Text | str, ...]] = list(map(_row, shown))
    headings: tuple[str, ...] = _HEADINGS
    leaving: tuple[str, ...] = _LEAVING
    if published.feeds:
        feeds = (visible(published.feed_of(rule.category) or "-") for rule in shown)
        rows = [(*row, feed) for row, feed in zip(rows, feeds, strict=True)]
        headings = (*headings, _FEED)
        leaving = (*leaving, _FEED)
    if any(told != "-" for told in standing):
        rows = [(*row, visible(told)) for row, told in zip(rows, standing, strict=True)]
        headings = (*headings, _STANDING)
    show(console, headings, rows, numbers=("sid",), leaving=leaving)
    if len(shown) < len(found):
        say(console, f"and {count(len(found) - len(shown))} more: --limit 0 lists all", "dim")


def _row(rule: PublishedRule) -> tuple[Text | str, ...]:
    from rich.text import Text

    from rulesync_cli.show.tables import STYLES

    action = Text(rule.action, style=STYLES.get(rule.action, ""))
    known = (rule.severity or "-", rule.confidence or "-", rule.category or "-")
    return (str(rule.sid), action, *known, rule.group, visible(rule.msg))
