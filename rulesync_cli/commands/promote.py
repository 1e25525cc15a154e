"""`rulesync promote`: a ring or a target is let have an edition before it has baked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rulesync_cli.account import whole_bucket
from rulesync_cli.common import epilog, json_option, print_json, whole_bucket_option
from rulesync_cli.consent import confirm, yes_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.fleet.promote import Promotion


@click.command(
    epilog=epilog(
        "rulesync promote --ring 1",
        "rulesync promote --target us-prod --yes",
        "rulesync promote --ring 0 --edition 000012-3f082e8a",
    )
)
@click.option("--ring", type=click.IntRange(min=0), metavar="N", help="All targets of this ring.")
@click.option("--target", "name", metavar="NAME", help="One target alone.")
@click.option("--edition", metavar="ID",
              help="An edition, instead of the one that the ring before has; for the first ring, "
                   "instead of the newest.")  # fmt: skip
@yes_option
@json_option
@whole_bucket_option
def promote(  # noqa: PLR0913 - an argument for each option
    *,
    bucket: str,
    ring: int | None,
    name: str | None,
    edition: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Let a ring, or a target, have an edition now.

    Gives it what the ring before it has, although that has not baked yet. Shows which edition that
    is and asks. Writes state/promoted.json, which starts a build of all targets. An edition that is
    older than what a target has changes nothing there.
    """
    from rules_lib.fleet.promote import promote_now, promotion

    if (ring is None) == (name is None):
        raise click.UsageError("give either --ring or --target")
    with waiting("reading the targets"):
        root = whole_bucket(bucket)
        found = promotion(root, ring=ring, name=name or "", edition=edition or "", now=_now())
    confirm(_question(found), yes=yes)
    promote_now(root, found)
    if as_json:
        print_json(found.document())
    tell(f"{found.whom} may take edition {found.edition}; a build of all targets starts now")


def _now() -> datetime:
    return datetime.now(UTC)


def _question(found: Promotion) -> str:
    return (
        f"let {found.whom} have edition {found.edition} now, in place of {found.before or 'none'}?"
    )
