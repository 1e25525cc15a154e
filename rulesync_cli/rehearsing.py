"""A plan's groups and those in force, taken to the engine with captures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rules_lib.hits.hosts import OwnNetworks
from rulesync_cli.verify.captures import captures_in
from rulesync_cli.verify.loadable import Loadable, by_inspection_order, from_deployed
from rulesync_cli.verify.rehearsal import rehearse
from rulesync_cli.verify.sources import stored_groups
from rulesync_cli.verify.suricata import find_engine

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rulesync_cli.preview import Preview
    from rulesync_cli.verify.rehearsal import Rehearsal


def rehearsed(
    found: Preview, store: Store, places: Sequence[Path], watch: Callable[[str], None]
) -> Rehearsal:
    """Say what a plan would do to the captures of some files and folders.

    Args:
        found: the plan.
        store: the bucket, for the priorities of groups that no policy uses.
        places: files, or folders of them.
        watch: is told what is being done.

    Raises:
        EngineError: no Suricata is installed, or it does not take the captures.
        click.UsageError: there is no capture.
    """
    captures = tuple(chain.from_iterable(map(captures_in, places)))
    if not captures:
        raise click.UsageError(f"there is no file in {', '.join(map(str, places))}")
    engine, inputs, latest = find_engine(), found.foreseen.inputs, found.gathered.latest
    entries = stored_groups(store, latest.build) if latest else ()
    return rehearse(
        engine,
        from_deployed(inputs.deployed, entries),
        by_inspection_order(map(Loadable.of, found.foreseen.built.groups)),
        captures,
        own=OwnNetworks.of(inputs.allowlist),
        watch=watch,
    )
