"""`rulesync explain SID`: one rule's whole story."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from rules_lib.facts.suricata import SID_MAX
from rulesync_cli.common import epilog, held_words, json_option, print_json
from rulesync_cli.show.console import stdout
from rulesync_cli.where import Where, scene_options

if TYPE_CHECKING:
    from rulesync_cli.explain import Explained
    from rulesync_cli.scene import Scene


def _sid(_: click.Context, __: click.Parameter, word: str) -> int:
    digits = word.isascii() and word.isdigit() and len(word) <= len(str(SID_MAX))
    if digits and 1 <= int(word) <= SID_MAX:
        return int(word)
    raise click.BadParameter(f"{word!r} is not a sid: give a whole number from 1 to {SID_MAX}")


@click.command(
    epilog=epilog(
        "rulesync explain 2100498",
        "rulesync explain 2100498 --config edited.yaml",
        "rulesync explain 2100498 --feed emerging.rules.tar.gz --config config/categories.yaml",
        "rulesync explain 1000001 --local rules/ --feed emerging.rules.tar.gz",
        "rulesync explain 2100498 --json | jq '.stories[0].left_out'",
        codes="0 done; 1 failed, or there is no such sid; 2 wrong usage",
    )
)
@click.argument("sid", callback=_sid)
@json_option
@scene_options
def explain(sid: int, *, where: Where, as_json: bool) -> None:
    """Explain one rule, from the feed to the firewall.

    Shows where the rule is in the feed, and whether it is disabled; its mode, and the line of the
    allowlist that sets it; each change to its text; which rules set and check its marks; its rule
    group, priority and position, or why it is left out and what brings it back. With a stack, it
    also shows what is in force now, and what the next sync would do. Works for your own rules too.
    """
    from rulesync_cli.explain import explain as explained_by
    from rulesync_cli.glance import glance
    from rulesync_cli.show.storyteller import tell_stories

    scene, evidence = glance(where, sid)
    found = explained_by(sid, evidence)
    if as_json:
        print_json(_document(found, scene))
    if not found.stories and not found.in_force.groups:
        raise click.ClickException(_unknown(found, scene))
    if not as_json:
        tell_stories(found, scene, stdout())


def _document(found: Explained, scene: Scene) -> dict[str, object]:
    return {
        "feed": scene.feed,
        "allowlist": scene.allowlist,
        **asdict(found),
        "in_force": asdict(found.in_force) if scene.bucket else None,
        "build": scene.latest.build if scene.latest else None,
        "held": held_words(scene.held) if scene.held else None,
        "refused": str(scene.refusal) if scene.refusal else None,
    }


def _unknown(found: Explained, scene: Scene) -> str:
    near = f"; similar sids: {', '.join(map(str, found.nearest))}" if found.nearest else ""
    return f"{scene.feed} has no rule with sid {found.sid}, not even a disabled one{near}"
