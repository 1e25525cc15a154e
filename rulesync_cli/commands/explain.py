"""`rulesync explain SID`: one rule's whole story."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rules_lib.facts.suricata import SID_MAX
from rules_lib.text import counted, visible
from rulesync_cli.account import store_of
from rulesync_cli.common import epilog, held_words, json_option, print_json
from rulesync_cli.show.console import say, stdout
from rulesync_cli.show.progress import waiting
from rulesync_cli.where import Where, scene_options

if TYPE_CHECKING:
    from rulesync_cli.explain import Explained
    from rulesync_cli.history.rule_past import RulePast
    from rulesync_cli.scene import Scene


def _asked(_: click.Context, __: click.Parameter, word: str) -> int | str:
    """A sid as a number, a CVE as `CVE-2024-3400`."""
    from rulesync_cli.cves import cve_named

    digits = word.isascii() and word.isdigit() and len(word) <= len(str(SID_MAX))
    if digits and 1 <= int(word) <= SID_MAX:
        return int(word)
    if cve := cve_named(word):
        return cve
    raise click.BadParameter(
        f"{word!r} is not a sid: give a whole number from 1 to {SID_MAX}, or a CVE such as "
        "CVE-2024-3400"
    )


@click.command(
    epilog=epilog(
        "rulesync explain 2100498",
        "rulesync explain 2100498 --config edited.yaml",
        "rulesync explain 2100498 --feed emerging.rules.tar.gz --config config/categories.yaml",
        "rulesync explain 1000001 --local rules/ --feed emerging.rules.tar.gz",
        "rulesync explain 2100498 --json | jq '.stories[0].left_out'",
        "rulesync explain CVE-2024-3400",
        "rulesync explain 2100498 --history",
        codes="0 done; 1 failed, or there is no such rule; 2 wrong usage",
    )
)
@click.argument("asked", metavar="SID|CVE", callback=_asked)
@click.option("--history", "with_past", is_flag=True,
              help="Also show when the rule was published, fetched, in force or left out, and "
              "when it fired.")  # fmt: skip
@json_option
@scene_options
def explain(asked: int | str, *, where: Where, with_past: bool, as_json: bool) -> None:
    """Explain one rule, from the feed to the firewall.

    Shows where the rule is in the feed, and whether it is disabled; its mode, and the line of the
    allowlist that sets it; each change to its text; which rules set and check its marks; its rule
    group, priority and position, or why it is left out and what brings it back. With a stack, it
    also shows what is in force now, and what the next sync would do. Works for your own rules too.

    With a CVE, shows the history of every rule that names it: since when you were protected.
    """
    if isinstance(asked, str):
        _tell_cve(asked, where, as_json=as_json)
        return
    sid = asked
    from rulesync_cli.explain import explain as explained_by
    from rulesync_cli.glance import glance
    from rulesync_cli.show.pasts import tell_pasts
    from rulesync_cli.show.storyteller import tell_stories

    if with_past and where.feed:
        raise click.UsageError("--history is in the bucket of a stack: leave --feed out")
    scene, evidence = glance(where, sid)
    found = explained_by(sid, evidence)
    pasts = _pasts(where, sid=sid) if with_past else ()
    if as_json:
        history = [asdict(past) for past in pasts] if with_past else None
        print_json(_document(found, scene) | {"history": history})
    if not found.stories and not found.in_force.groups:
        raise click.ClickException(_unknown(found, scene))
    if not as_json:
        tell_stories(found, scene, stdout())
        tell_pasts(pasts, stdout())


def _pasts(where: Where, *, sid: int | None = None, cve: str = "") -> tuple[RulePast, ...]:
    from rulesync_cli.history.rule_past import pasts_of

    with waiting("reading the builds"):
        today = datetime.now(UTC).date()
        return pasts_of(store_of(where.stack), today, sid=sid, cve=cve)


def _tell_cve(cve: str, where: Where, *, as_json: bool) -> None:
    """The history of every rule that names a CVE; of a feed alone there is none."""
    from rulesync_cli.feed import read_feed
    from rulesync_cli.history.rule_past import pasts_in_feed
    from rulesync_cli.show.pasts import tell_pasts

    if where.feed:
        with waiting("reading the feed"):
            pasts = pasts_in_feed(read_feed(where.feed), cve)
        source = f"feed {where.feed}"
    else:
        pasts, source = _pasts(where, cve=cve), f"s3://{where.stack}"
    if as_json:
        rules = [asdict(past) for past in pasts]
        print_json({"cve": cve, "source": source, "rules": rules})
    if not pasts:
        words = f"no rule names {cve}, not even a disabled one"
        raise click.ClickException(f"{visible(source)}: {words}")
    if not as_json:
        say(stdout(), f"{cve}: {counted(len(pasts), 'rule')} of {visible(source)}", "bold")
        tell_pasts(pasts, stdout(), titles=True)


def _document(found: Explained, scene: Scene) -> dict[str, object]:
    return {
        "feed": scene.feed,
        "allowlist": scene.allowlist,
        **_told(found),
        "in_force": asdict(found.in_force) if scene.bucket else None,
        "build": scene.latest.build if scene.latest else None,
        "held": held_words(scene.held) if scene.held else None,
        "refused": str(scene.refusal) if scene.refusal else None,
    }


def _told(found: Explained) -> dict[str, object]:
    """All that there is to say; which feed it is only where several are in use."""
    document = asdict(found)
    for story in document["stories"]:
        if story["origin"]["feed"] is None:
            del story["origin"]["feed"]
    return document


def _unknown(found: Explained, scene: Scene) -> str:
    near = f"; similar sids: {', '.join(map(str, found.nearest))}" if found.nearest else ""
    return f"{scene.feed} has no rule with sid {found.sid}, not even a disabled one{near}"
